//! Simulated builds: their rules, what a table says instead, and that neither touches a derivation.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod package_set;

use drvlab_store::{OrderedMap, OrderedSet};

use drvlab_cache::building::{Builder as _, MadeUp, Products};
use drvlab_cache::preparation::prepare;
use drvlab_cache::simulation::{Simulated, Simulation};
use drvlab_cache::{Identities, LocalStore};
use drvlab_store::StoreDir;
use package_set::{PackageSet, package};

fn set(comment: &str) -> PackageSet {
    PackageSet::new([
        package("source").named("app.tar.gz").content("app"),
        package("compiler"),
        package("library"),
        package("app")
            .named("app-1.0")
            .outputs(&["out", "dev"])
            .needs_in("src", "source")
            .needs_in("nativeBuildInputs", "compiler")
            .needs(&["library"])
            .env("script", comment),
    ])
}

/// Simulates the build of an attribute: what stands for its outputs, or why it fails, and how long it takes.
fn build(
    set: &PackageSet,
    attribute: &str,
    simulation: &Simulation,
) -> (Result<OrderedMap<String, MadeUp>, String>, u64) {
    let store_dir = StoreDir::default();
    let local = LocalStore::new();
    let id = set.id(attribute);
    let identities = Identities::new(&set.graph, &store_dir);
    let prepared = prepare(&set.graph, id, &local, &identities, &store_dir);
    let prepared = prepared.expect("all its inputs have paths");
    let duration = simulation.duration(&prepared.derivation);
    let result = match simulation.build(&prepared.job(&local, &store_dir)) {
        Ok(Products::MadeUp { outputs, .. }) => Ok(outputs
            .into_iter()
            .map(|(name, output)| (name.to_string(), output))
            .collect()),
        Ok(Products::Registered(_)) => panic!("a simulation registers nothing"),
        Err(failure) => Err(failure.reason.to_string()),
    };
    (result, duration)
}

fn said(said: Simulated) -> Simulation {
    Simulation {
        table: OrderedMap::from([("app".to_owned(), said)]),
    }
}

#[test]
fn sizes_and_times_depend_on_the_name_alone() {
    let rules = Simulation::default();
    let (before, time) = build(&set("# one"), "app", &rules);
    let (after, same_time) = build(&set("other"), "app", &rules);
    let (before, after) = (before.expect("it works"), after.expect("it works"));
    assert_eq!(time, same_time);
    for output in ["out", "dev"] {
        assert_eq!(before[output].nar_size, after[output].nar_size);
        assert!((16 << 10..64 << 20).contains(&before[output].nar_size));
        assert_eq!(before[output].nar_size % 8, 0);
    }
    assert_ne!(before["out"].contents, after["out"].contents);
}

#[test]
fn a_comment_changes_the_derivation_but_not_what_stands_for_the_contents() {
    let (before, after) = (set("run\n# one"), set("run\n  # two"));
    assert_ne!(before.drv("app"), after.drv("app"));
    let rules = Simulation::default();
    assert_eq!(
        build(&before, "app", &rules)
            .0
            .map(|it| it["out"].contents.clone()),
        build(&after, "app", &rules)
            .0
            .map(|it| it["out"].contents.clone()),
    );
}

#[test]
fn run_time_inputs_are_referred_to_and_build_time_inputs_are_not() {
    let set = set("");
    let (outputs, _) = build(&set, "app", &Simulation::default());
    let references = &outputs.expect("it works")["out"].references;
    assert_eq!(*references, OrderedSet::from([set.output("library")]));
    let (outputs, _) = build(&set, "source", &Simulation::default());
    assert_eq!(outputs.expect("it works")["out"].references.len(), 0);
}

#[test]
fn a_table_says_what_the_rules_would() {
    let set = set("");
    let table = said(Simulated {
        nar_size: Some(120),
        duration: Some(90_000),
        fails: false,
        references: Some(OrderedSet::from(["compiler".to_owned()])),
        contents: Some("same".to_owned()),
    });
    let (outputs, time) = build(&set, "app", &table);
    let out = &outputs.expect("it works")["out"];
    assert_eq!((out.nar_size, time), (120, 90_000));
    assert_eq!(out.references, OrderedSet::from([set.output("compiler")]));
    assert_eq!(out.contents, b"same\napp-1.0");
    // Others go by the rules.
    assert_eq!(
        build(&set, "library", &table),
        build(&set, "library", &Simulation::default())
    );
}

#[test]
fn a_table_can_let_builds_fail() {
    let table = said(Simulated {
        fails: true,
        ..Simulated::default()
    });
    let (result, _) = build(&set(""), "app", &table);
    assert_eq!(result, Err("builder failed with exit code 1".to_owned()));
}
