//! Decisions with their reasons, as told to people, and what the simulated build farm does.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod package_set;

use drvlab_cache::binary_cache::Entry;
use drvlab_cache::conditions::Patience;
use drvlab_cache::plan::{dry_run, tree};
use drvlab_cache::{
    Action, Answer, BinaryCache, CacheSource, DerivationGraph, Fault, LocalStore, Plan, Reason,
    Settings, Substituters, Wanted, explain, farm, plan,
};
use drvlab_store::{CacheInfo, NarInfo, StoreDir, StorePath};
use package_set::{PackageSet, package};

fn set() -> PackageSet {
    PackageSet::new([
        package("source").named("zlib.tar.gz").content("zlib"),
        package("gcc").outputs(&["out", "lib"]),
        package("zlib")
            .outputs(&["out", "dev"])
            .needs_in("src", "source")
            .needs_in("stdenv", "gcc"),
        package("app")
            .needs_in("stdenv", "gcc")
            .needs(&["zlib", "zlib.dev"]),
        package("machine")
            .needs(&["app"])
            .env("allowSubstitutes", ""),
    ])
}

fn empty_cache(name: &str) -> BinaryCache {
    BinaryCache::new(name, CacheInfo::default(), StoreDir::default())
}

fn full_cache(set: &PackageSet) -> BinaryCache {
    let mut cache = empty_cache("cache.example");
    farm::publish(&set.graph, [set.root()], &mut cache, &|_| false);
    cache
}

fn narinfo(cache: &BinaryCache, path: &StorePath) -> std::rc::Rc<NarInfo> {
    match cache.entry(path, &Patience::default()) {
        Entry::Present(info) => info,
        other => panic!("{path}: {other:?}"),
    }
}

fn plan_of(set: &PackageSet, wanted: &str, local: &[&str], caches: &[BinaryCache]) -> Plan {
    let local: LocalStore = local.iter().map(|it| set.output(it)).collect();
    let substituters = Substituters::new(caches, &Settings::default(), None);
    let wanted = [Wanted::output(set.drv(wanted), "out")];
    plan(
        &set.graph,
        &wanted,
        &local,
        &substituters,
        &Settings::default(),
    )
}

fn words(set: &PackageSet, plan: &Plan, attribute: &str) -> String {
    explain::action(plan, set.id(attribute))
}

#[test]
fn a_hit_skips_what_the_package_is_built_from() {
    let set = set();
    let plan = plan_of(&set, "app", &[], &[full_cache(&set)]);
    assert_eq!(
        words(&set, &plan, "app"),
        "fetched: cache.example has it, because exactly the same was built before"
    );
    assert_eq!(
        words(&set, &plan, "zlib"),
        "fetched: app refers to it at run time; cache.example has it"
    );
    let skipped = "not needed: app is fetched, and that skips everything it is built from";
    assert_eq!(words(&set, &plan, "gcc"), skipped);
    assert_eq!(
        words(&set, &plan, "source"),
        "not needed: zlib is fetched, and that skips everything it is built from"
    );
    assert_eq!(words(&set, &plan, "machine"), "not needed: nobody wants it");
    assert_eq!(
        explain::Summary::new(&plan, None).to_string(),
        "0 rebuilds, 3 fetched"
    );
}

#[test]
fn an_evicted_path_is_built_again_from_fetched_inputs() {
    let set = set();
    let mut cache = full_cache(&set);
    assert!(cache.evict(&set.output("app")));
    assert!(!cache.evict(&set.output("app")));
    let plan = plan_of(&set, "app", &[], &[cache]);
    assert_eq!(
        words(&set, &plan, "app"),
        "built: cache.example does not have it"
    );
    assert_eq!(
        plan.derivations[set.id("gcc").index()].needed_by,
        Some(set.id("app"))
    );
    let unwanted = &plan.derivations[set.id("gcc").index()].outputs[0];
    assert_eq!(
        (unwanted.action, &unwanted.reason),
        (Action::NotNeeded, &Reason::NotWanted)
    );
}

#[test]
fn an_output_that_is_missing_explains_why_the_others_are_built() {
    let set = set();
    let mut cache = full_cache(&set);
    cache.evict(&set.output("app"));
    cache.evict(&set.output("zlib.dev"));
    let plan = plan_of(&set, "app", &[], &[cache]);
    assert_eq!(
        words(&set, &plan, "zlib"),
        "built: its output dev is missing: cache.example does not have it"
    );
}

#[test]
fn outputs_that_nobody_wants_are_built_along() {
    let set = set();
    let plan = plan_of(&set, "gcc", &[], &[empty_cache("cache.example")]);
    let gcc = &plan.derivations[set.id("gcc").index()];
    assert_eq!(gcc.outputs[0].reason, Reason::BuiltAlong);
    assert!(matches!(gcc.outputs[1].reason, Reason::NotInCaches { .. }));
}

#[test]
fn what_is_there_needs_no_cache() {
    let set = set();
    let plan = plan_of(&set, "app", &["app"], &[]);
    assert_eq!(words(&set, &plan, "app"), "there: it is in the local store");
    assert_eq!(plan.build_count() + plan.fetches.len(), 0);
    assert_eq!(
        words(&set, &plan, "zlib"),
        "not needed: app is there, and that skips everything it is built from"
    );
}

#[test]
fn settings_and_attributes_can_forbid_to_ask() {
    let set = set();
    let caches = [full_cache(&set)];
    let plan = plan_of(&set, "machine", &[], &caches);
    assert_eq!(
        words(&set, &plan, "machine"),
        "built: it sets allowSubstitutes = false, so no cache was asked"
    );
    let substituters = Substituters::new(&caches, &Settings::default(), None);
    let wanted = [Wanted::all(set.drv("machine"))];
    let mut settings = Settings {
        substitute: false,
        ..Settings::default()
    };
    let local = LocalStore::new();
    let off = drvlab_cache::plan(&set.graph, &wanted, &local, &substituters, &settings);
    assert_eq!(off.build_count(), 5);
    assert_eq!(
        words(&set, &off, "gcc"),
        "built: substitution is switched off, so no cache was asked"
    );
    settings = Settings {
        always_allow_substitutes: true,
        ..Settings::default()
    };
    let all = drvlab_cache::plan(&set.graph, &wanted, &local, &substituters, &settings);
    assert_eq!(all.build_count(), 0);
    let nobody = Substituters::new([], &Settings::default(), None);
    let none = drvlab_cache::plan(&set.graph, &wanted, &local, &nobody, &settings);
    assert_eq!(words(&set, &none, "gcc"), "built: there is no cache to ask");
}

/// A cache that answers each question in the same way.
struct Always(Result<Answer, Fault>);

impl CacheSource for Always {
    fn read(&self, _: &str) -> Result<Answer, Fault> {
        self.0.clone()
    }
}

fn always(name: &str, answer: Result<Answer, Fault>) -> BinaryCache {
    let source = Box::new(Always(answer));
    BinaryCache::with_source(name, CacheInfo::default(), StoreDir::default(), source)
}

#[test]
fn a_cache_that_may_not_be_read_is_a_miss() {
    let set = set();
    let plan = plan_of(
        &set,
        "gcc",
        &[],
        &[always("private.example", Ok(Answer::Forbidden))],
    );
    assert_eq!(
        words(&set, &plan, "gcc"),
        "built: private.example does not show it, which counts as a miss"
    );
}

#[test]
fn caches_are_asked_by_priority_and_each_once() {
    let cache = |name: &str, priority: Option<i32>, store_dir: &str| {
        let store_dir = Some(store_dir.into());
        let info = CacheInfo {
            store_dir,
            priority,
            ..CacheInfo::default()
        };
        BinaryCache::new(name, info, StoreDir::default())
    };
    let caches = [
        cache("forty", Some(40), "/nix/store"),
        cache("thirty", Some(30), "/nix/store"),
        cache("forty", Some(1), "/nix/store"),
        cache("other", Some(1), "/gnu/store"),
        cache("too forty", Some(40), "/nix/store"),
        cache("silent", None, "/nix/store"),
    ];
    let substituters = Substituters::new(&caches, &Settings::default(), None);
    let names = substituters.caches().iter().map(|cache| &**cache.name());
    let names: Vec<_> = names.collect();
    assert_eq!(names, ["silent", "thirty", "forty", "too forty"]);
    let dropped = substituters.dropped().iter().map(ToString::to_string);
    assert_eq!(
        dropped.collect::<Vec<_>>(),
        [
            "binary cache 'forty' is listed twice",
            "binary cache 'other' is for Nix stores with prefix '/gnu/store', not '/nix/store'",
        ]
    );
}

#[test]
fn a_source_is_read_once_and_evictions_hide_what_it_has() {
    struct Counting(std::rc::Rc<std::cell::Cell<usize>>, Vec<u8>);
    impl CacheSource for Counting {
        fn read(&self, _: &str) -> Result<Answer, Fault> {
            self.0.set(self.0.get() + 1);
            Ok(Answer::Text(self.1.clone()))
        }
    }
    let set = set();
    let text = narinfo(&full_cache(&set), &set.output("app")).to_bytes(&StoreDir::default());
    let count = std::rc::Rc::new(std::cell::Cell::new(0));
    let source = Box::new(Counting(count.clone(), text));
    let mut cache =
        BinaryCache::with_source("x", CacheInfo::default(), StoreDir::default(), source);
    assert!(cache.contains(&set.output("app")) && cache.contains(&set.output("app")));
    assert_eq!(count.get(), 1);
    // The same text behind another hash part is another store object.
    assert!(!cache.contains(&set.output("gcc")));
    assert!(cache.evict(&set.output("app")));
    assert!(!cache.contains(&set.output("app")));
    assert!(cache.insert_text("y.narinfo", b"nonsense").is_err());
}

#[test]
fn a_failing_cache_ends_the_plan_unless_fallback_is_on() {
    let set = set();
    let fault = Fault {
        text: "connection refused".into(),
        unanswered: true,
    };
    let caches = [always("down.example", Err(fault.clone()))];
    let plan = plan_of(&set, "app", &[], &caches);
    assert_eq!(plan.failure, Some(fault.clone()));
    assert_eq!(
        dry_run::text(&plan, &set.graph, &StoreDir::default()),
        Err(fault)
    );
    assert_eq!(
        words(&set, &plan, "app"),
        "cannot be had: a cache failed and fallback is off: connection refused"
    );
    let settings = Settings {
        fallback: true,
        ..Settings::default()
    };
    let substituters = Substituters::new(&caches, &settings, None);
    let wanted = [Wanted::all(set.drv("gcc"))];
    let plan = drvlab_cache::plan(
        &set.graph,
        &wanted,
        &LocalStore::new(),
        &substituters,
        &settings,
    );
    assert_eq!(
        words(&set, &plan, "gcc"),
        "built: its output lib is missing: down.example failed (connection refused)"
    );
}

#[test]
fn a_derivation_that_is_missing_cannot_be_built() {
    let set = set();
    let zlib = set.drv("zlib");
    let load = |path: &StorePath| {
        let id = set.graph.find(path).filter(|_| *path != zlib)?;
        Some(set.graph[id].derivation.clone())
    };
    let graph = DerivationGraph::new([set.drv("app")], load).unwrap();
    let wanted = [Wanted::output(set.drv("app"), "out")];
    let nobody = Substituters::default();
    let plan = plan(
        &graph,
        &wanted,
        &LocalStore::new(),
        &nobody,
        &Settings::default(),
    );
    assert_eq!(plan.unknown.len(), 1);
    assert_eq!(plan.unknown[0].reason, Reason::NoDerivation);
    let text = dry_run::text(&plan, &graph, &StoreDir::default()).unwrap();
    assert!(text.ends_with(&format!(
        "don't know how to build these paths:\n  /nix/store/{zlib}\n"
    )));
    // The farm cannot build what needs it either.
    let mut cache = empty_cache("cache.example");
    let published = farm::publish(&graph, graph.find(&set.drv("app")), &mut cache, &|_| false);
    assert_eq!(published.left_out, [graph.find(&set.drv("app")).unwrap()]);
    assert!(cache.contains(&set.output("gcc")));
}

#[test]
fn the_farm_pushes_everything_it_builds() {
    let set = set();
    let mut cache = empty_cache("cache.example");
    let published = farm::publish(&set.graph, [set.root()], &mut cache, &|_| false);
    assert_eq!(published.added.len(), 7);
    assert!(cache.contains(&set.output("machine")));
    let again = farm::publish(&set.graph, [set.root()], &mut cache, &|_| false);
    assert_eq!(again, farm::Published::default());
    // Each simulated narinfo is one that can be written and read.
    for info in cache.narinfos() {
        let text = info.to_bytes(&StoreDir::default());
        let mut other = empty_cache("copy");
        other.insert_text("x.narinfo", &text).unwrap();
        assert_eq!(other.narinfos(), [info]);
    }
}

#[test]
fn a_machine_that_fetched_something_has_what_it_refers_to_and_no_more() {
    let set = set();
    let mut local = LocalStore::new();
    let cache = full_cache(&set);
    farm::install([set.output("app")], &cache, &mut local);
    let mut expected = drvlab_store::OrderedSet::new();
    let mut pending = vec![set.output("app")];
    while let Some(path) = pending.pop() {
        if expected.insert(path.clone()) {
            pending.extend(narinfo(&cache, &path).references.iter().cloned());
        }
    }
    assert_eq!(
        local
            .iter()
            .cloned()
            .collect::<drvlab_store::OrderedSet<_>>(),
        expected
    );
    assert!(
        !local.contains(&set.output("gcc")),
        "it is only needed to build"
    );
}

#[test]
fn what_the_farm_leaves_out_takes_its_dependents_along() {
    let set = set();
    let mut cache = empty_cache("cache.example");
    let zlib = set.id("zlib");
    let published = farm::publish(&set.graph, [set.root()], &mut cache, &|it| {
        it.name == set.graph[zlib].derivation.name
    });
    assert_eq!(published.left_out, [zlib, set.id("app"), set.id("machine")]);
    assert_eq!(published.added.len(), 3);
}

#[test]
fn the_tree_shows_the_inputs_of_what_is_built_once() {
    let set = PackageSet::new([
        package("gcc"),
        package("libc").needs(&["gcc"]),
        package("app").needs(&["libc"]),
        package("all").needs(&["app"]).needs_in("libc", "libc"),
    ]);
    let plan = plan_of(&set, "all", &[], &[]);
    let text = tree::text(&plan, &set.graph);
    let why = "built: there is no cache to ask";
    let app = format!("  app - {why}\n");
    let libc = format!("libc - {why}");
    let gcc = format!("gcc - {why}\n");
    // Inputs stand in the order of their paths.
    let app_first = format!("{app}    {libc}\n      {gcc}  {libc} (see above)\n");
    let libc_first = format!("  {libc}\n    {gcc}{app}    {libc} (see above)\n");
    let expected = [app_first, libc_first].map(|rest| format!("all - {why}\n{rest}"));
    assert!(expected.contains(&text), "{text}");
}

#[test]
fn a_chain_of_100_000_derivations_is_no_problem() {
    let packages = (0..100_000).map(|index| {
        let it = package(&format!("p{index}"));
        match index {
            0 => it,
            _ => it.needs(&[&format!("p{}", index - 1)]),
        }
    });
    let set = PackageSet::new(packages);
    let levels = set.graph.levels();
    assert_eq!(levels.len(), 100_000);
    assert!(levels.iter().all(|level| level.len() == 1));
    let plan = plan_of(&set, "p99999", &[], &[]);
    assert_eq!(plan.build_count(), 100_000);
    let order = dry_run::build_order(&plan, &set.graph);
    assert!(order.iter().copied().eq(set.graph.ids()));
    assert_eq!(tree::lines(&plan, &set.graph).len(), 100_000);
    let full = plan_of(&set, "p99999", &[], &[full_cache(&set)]);
    assert_eq!((full.build_count(), full.fetches.len()), (0, 100_000));
    let comparison = drvlab_cache::compare(&set.graph, &set.graph, &StoreDir::default());
    assert_eq!(comparison.cause_count(), 0);
}
