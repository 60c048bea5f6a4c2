//! Which derivations are the cause of a change, and which only follow.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod package_set;

use drvlab_cache::compare::{Change, Difference, Role};
use drvlab_cache::{Comparison, compare, explain};
use drvlab_store::StoreDir;
use package_set::{Package, PackageSet, package};

/// Bootstrap tools, a compiler, libraries and an application.
fn distribution() -> Vec<Package> {
    vec![
        package("source")
            .named("zlib-1.3.tar.gz")
            .content("zlib")
            .env("url", "a.example"),
        package("gcc")
            .named("gcc-15")
            .outputs(&["out", "lib"])
            .env("cpu", "x86-64"),
        package("zlib")
            .named("zlib-1.3")
            .outputs(&["out", "dev"])
            .needs_in("src", "source")
            .needs(&["gcc"])
            .source("fix.patch", "fix"),
        package("openssl")
            .named("openssl-3")
            .needs(&["gcc", "zlib.dev"]),
        package("nginx")
            .needs(&["gcc", "openssl", "zlib"])
            .env("modules", "http"),
        package("hostname").env("text", "lighthouse"),
        package("system").needs(&["nginx", "hostname"]),
    ]
}

/// Replaces one package of the distribution.
fn edited(position: usize, edit: impl FnOnce(Package) -> Package) -> PackageSet {
    let mut packages = distribution();
    packages[position] = edit(packages[position].clone());
    PackageSet::new(packages)
}

fn with_role<'a>(set: &'a PackageSet, comparison: &Comparison, role: Role) -> Vec<&'a str> {
    let ids = set.graph.ids();
    let mut names: Vec<_> = ids
        .filter(|id| comparison.derivations[id.index()].role() == role)
        .map(|id| set.graph[id].derivation.name.as_str())
        .collect();
    names.sort_unstable();
    names
}

fn check(after: &PackageSet, causes: &[&str], cascade: &[&str]) -> Comparison {
    let before = PackageSet::new(distribution());
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(with_role(after, &comparison, Role::Cause), causes, "causes");
    assert_eq!(
        with_role(after, &comparison, Role::Cascade),
        cascade,
        "cascade"
    );
    assert_eq!(with_role(after, &comparison, Role::New), [""; 0], "new");
    assert!(comparison.removed.is_empty(), "removed");
    comparison
}

fn change_in_words(after: &PackageSet, attribute: &str) -> String {
    let before = PackageSet::new(distribution());
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    explain::change(
        &comparison,
        &before.graph,
        &after.graph,
        after.id(attribute),
    )
}

#[test]
fn equal_graphs_do_not_differ() {
    let comparison = check(&PackageSet::new(distribution()), &[], &[]);
    assert_eq!(comparison.changed_output_count(), 0);
}

#[test]
fn a_changed_variable_is_the_cause_and_dependents_follow() {
    let after = edited(5, |hostname| hostname.env("text", "harbour"));
    let comparison = check(&after, &["hostname"], &["system"]);
    let changes = &comparison.derivations[after.id("hostname").index()].changes;
    let expected = Change::Environment {
        name: "text".into(),
        before: Some("lighthouse".into()),
        after: Some("harbour".into()),
    };
    assert_eq!(changes, &[expected]);
    assert_eq!(
        change_in_words(&after, "hostname"),
        "cause: its variable text changed"
    );
    assert_eq!(
        change_in_words(&after, "system"),
        "follows: its input hostname changed"
    );
    assert_eq!(change_in_words(&after, "nginx"), "unchanged");
}

#[test]
fn a_changed_compiler_reaches_all_that_is_built_with_it() {
    let after = edited(1, |gcc| gcc.env("cpu", "x86-64-v3"));
    let comparison = check(
        &after,
        &["gcc-15"],
        &["nginx", "openssl-3", "system", "zlib-1.3"],
    );
    let chain = comparison.chain(after.id("system"));
    assert_eq!(
        chain,
        [after.id("system"), after.id("nginx"), after.id("gcc")]
    );
    assert_eq!(
        change_in_words(&after, "system"),
        "follows: gcc-15 changed, and through it nginx"
    );
}

#[test]
fn a_changed_file_is_reported_once() {
    let after = edited(2, |zlib| zlib.source("fix.patch", "better fix"));
    let mut packages = distribution();
    packages[2] = package("zlib")
        .named("zlib-1.3")
        .outputs(&["out", "dev"])
        .needs_in("src", "source")
        .needs(&["gcc"])
        .source("fix.patch", "better fix");
    let only_new = PackageSet::new(packages);
    let comparison = check(&only_new, &["zlib-1.3"], &["nginx", "openssl-3", "system"]);
    let changes = &comparison.derivations[only_new.id("zlib").index()].changes;
    assert!(matches!(
        changes.as_slice(),
        [Change::Source {
            before: Some(_),
            after: Some(_)
        }]
    ));
    // With both files one is new, and the variable, which names the new one, mentions another file.
    let words = change_in_words(&after, "zlib");
    assert!(words.contains("its file fix.patch"), "{words}");
}

#[test]
fn where_a_source_comes_from_changes_recipes_only() {
    let after = edited(0, |source| source.env("url", "mirror.example"));
    let cascade = ["nginx", "openssl-3", "system", "zlib-1.3"];
    let comparison = check(&after, &["zlib-1.3.tar.gz"], &cascade);
    assert_eq!(comparison.changed_output_count(), 0);
    let recipes = comparison.count(|it| it.difference == Difference::RecipeOnly);
    assert_eq!(recipes, 5);
    assert_eq!(
        change_in_words(&after, "zlib"),
        "follows: its input zlib-1.3.tar.gz changed; its output paths stay the same"
    );
}

#[test]
fn a_new_version_is_the_same_package() {
    let mut packages = distribution();
    packages[0] = package("source")
        .named("zlib-1.4.tar.gz")
        .content("new")
        .env("url", "a.example");
    packages[2] = packages[2].clone().named("zlib-1.4");
    let after = PackageSet::new(packages);
    let cascade = ["nginx", "openssl-3", "system"];
    let comparison = check(&after, &["zlib-1.4", "zlib-1.4.tar.gz"], &cascade);
    // Through openssl the way to system would be as long, through zlib itself it is shorter.
    assert_eq!(comparison.chain(after.id("nginx")).len(), 2);
    assert_eq!(change_in_words(&after, "zlib"), "cause: its name changed");
}

#[test]
fn one_input_more_is_a_change_of_the_dependent() {
    let mut packages = distribution();
    packages.insert(4, package("pcre2").needs(&["gcc"]));
    packages[5] = packages[5].clone().needs(&["pcre2"]);
    let before = PackageSet::new(distribution());
    let after = PackageSet::new(packages);
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(with_role(&after, &comparison, Role::New), ["pcre2"]);
    assert_eq!(with_role(&after, &comparison, Role::Cause), ["nginx"]);
    assert_eq!(
        change_in_words(&after, "nginx"),
        "cause: its variable buildInputs and its new input pcre2 changed"
    );
    let back = compare(&after.graph, &before.graph, &StoreDir::default());
    assert_eq!(back.removed, [after.id("pcre2")]);
    assert_eq!(with_role(&before, &back, Role::Cause), ["nginx"]);
}

#[test]
fn another_output_of_an_input_is_a_change() {
    let after = edited(3, |_| {
        package("openssl")
            .named("openssl-3")
            .needs(&["gcc", "zlib.out"])
    });
    let comparison = check(&after, &["openssl-3"], &["nginx", "system"]);
    let changes = &comparison.derivations[after.id("openssl").index()].changes;
    assert!(
        changes.contains(&Change::InputOutputs(after.id("zlib"))),
        "{changes:?}"
    );
}

#[test]
fn a_part_of_the_set_is_compared_with_itself_in_the_whole() {
    let before = PackageSet::new(distribution());
    let mut packages = distribution();
    packages[1] = packages[1].clone().env("cpu", "x86-64-v3");
    packages.truncate(4);
    let after = PackageSet::new(packages);
    assert_eq!(
        (before.graph.roots().len(), after.graph.roots().len()),
        (1, 1)
    );
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(with_role(&after, &comparison, Role::Cause), ["gcc-15"]);
    let cascade = with_role(&after, &comparison, Role::Cascade);
    assert_eq!(cascade, ["openssl-3", "zlib-1.3"]);
    assert_eq!(comparison.removed.len(), 3);
}

#[test]
fn a_renamed_input_is_found_by_its_position() {
    let after = edited(0, |source| source.named("v1.3.zip"));
    let cascade = ["nginx", "openssl-3", "system", "zlib-1.3"];
    check(&after, &["v1.3.zip"], &cascade);
}

#[test]
fn several_of_one_name_are_told_apart() {
    let set = |flag: &str| {
        PackageSet::new([
            package("one").named("gcc").env("stage", "1"),
            package("two")
                .named("gcc")
                .env("stage", "2")
                .env("flag", flag)
                .needs(&["one"]),
            package("three")
                .named("gcc")
                .env("stage", "3")
                .needs(&["two"]),
            package("app").needs(&["two", "three"]),
        ])
    };
    let (before, after) = (set("-O2"), set("-O3"));
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    for attribute in ["one", "two", "three", "app"] {
        let compared = &comparison.derivations[after.id(attribute).index()];
        assert_eq!(compared.before, Some(before.id(attribute)), "{attribute}");
    }
    assert_eq!(comparison.cause_count(), 1);
    assert_eq!(
        comparison.chain(after.id("three")),
        [after.id("three"), after.id("two")]
    );
}

#[test]
fn placeholders_of_floating_inputs_are_no_change_of_the_dependent() {
    let set = |flag: &str| {
        PackageSet::new([
            package("lib").floating().env("flag", flag),
            package("app").needs(&["lib"]),
        ])
    };
    let (before, after) = (set("-O2"), set("-O3"));
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(with_role(&after, &comparison, Role::Cause), ["lib"]);
    assert_eq!(with_role(&after, &comparison, Role::Cascade), ["app"]);
}

#[test]
fn an_input_whose_path_is_not_known_any_more_is_no_change_of_the_dependent() {
    let set = |lib: Package, flags: &str| {
        PackageSet::new([
            lib,
            package("app").needs(&["lib"]).env("flags", flags),
            package("user").needs(&["app", "lib"]),
        ])
    };
    let (known, unknown) = (package("lib"), package("lib").floating());
    let before = set(known.clone(), "-O2");
    let after = set(unknown.clone(), "-O2");
    for (before, after) in [(&before, &after), (&after, &before)] {
        let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
        assert_eq!(with_role(after, &comparison, Role::Cause), ["lib"]);
        assert_eq!(
            with_role(after, &comparison, Role::Cascade),
            ["app", "user"]
        );
    }
    // What else differs is.
    let after = set(unknown, "-O3");
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(with_role(&after, &comparison, Role::Cause), ["app", "lib"]);
}

#[test]
fn a_changed_hash_is_named() {
    let after = edited(0, |source| source.content("other"));
    assert_eq!(
        change_in_words(&after, "source"),
        "cause: the expected content of its output out changed"
    );
}

/// Numbers that look random and are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// Makes packages of which each needs some earlier ones; the root needs all.
fn random_packages(numbers: &mut Numbers, count: usize, names: usize) -> Vec<Package> {
    let attribute = |index: usize| format!("p{index}");
    let mut packages: Vec<Package> = Vec::new();
    for index in 0..count {
        let name = format!("package-{}", index % names);
        let mut it = package(&attribute(index)).named(&name).env("value", "old");
        it = it.env("index", &index.to_string());
        for earlier in 0..index {
            if numbers.below(index) < 2 {
                it = it.needs(&[&attribute(earlier)]);
            }
        }
        packages.push(match numbers.below(6) {
            0 => it.content(&index.to_string()),
            1 => it.outputs(&["out", "dev"]),
            _ => it,
        });
    }
    let all: Vec<String> = (0..count).map(attribute).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    packages.push(package("root").needs(&all));
    packages
}

#[test]
fn exactly_the_edited_derivations_are_causes() {
    let mut numbers = Numbers(42);
    for round in 0..200 {
        let packages = random_packages(&mut numbers, 2 + round % 30, 1000);
        let mut after = packages.clone();
        let mut edited: Vec<String> = Vec::new();
        for (index, package) in after.iter_mut().enumerate() {
            if numbers.below(10) == 0 && index + 1 < packages.len() {
                *package = package.clone().env("value", "new");
                edited.push(format!("package-{index}"));
            }
        }
        edited.sort_unstable();
        let (before, after) = (PackageSet::new(packages), PackageSet::new(after));
        let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
        assert_eq!(
            with_role(&after, &comparison, Role::Cause),
            edited,
            "round {round}"
        );
        assert!(comparison.removed.is_empty());
        check_chains(&after, &comparison);
    }
}

#[test]
fn shared_names_and_removed_packages_leave_no_change_unexplained() {
    let mut numbers = Numbers(7);
    for round in 0..200 {
        let count = 3 + round % 30;
        let before = random_packages(&mut numbers, count, 1 + round % 5);
        let after = match numbers.below(2) {
            0 => random_packages(&mut numbers, count, 1 + round % 5),
            _ => random_packages(&mut numbers, count + 2, 3),
        };
        let (before, after) = (PackageSet::new(before), PackageSet::new(after));
        let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
        check_chains(&after, &comparison);
        // Each derivation has at most one partner, and those without are new or removed.
        let mut partners: Vec<_> = comparison
            .derivations
            .iter()
            .filter_map(|it| it.before)
            .collect();
        partners.extend(&comparison.removed);
        partners.sort_unstable();
        assert!(partners.into_iter().eq(before.graph.ids()));
        for id in after.graph.ids() {
            let words = explain::change(&comparison, &before.graph, &after.graph, id);
            assert!(!words.is_empty());
        }
    }
}

/// Each chain ends in a cause or something new, and goes through inputs that changed enough to be to blame.
fn check_chains(set: &PackageSet, comparison: &Comparison) {
    for id in set.graph.ids() {
        let compared = &comparison.derivations[id.index()];
        if compared.role() != Role::Cascade {
            continue;
        }
        let chain = comparison.chain(id);
        assert!(
            chain.len() > 1,
            "{} changed for no reason",
            set.graph[id].path
        );
        let last = &comparison.derivations[chain[chain.len() - 1].index()];
        assert!(matches!(last.role(), Role::Cause | Role::New));
        for pair in chain.windows(2) {
            assert!(set.graph[pair[0]].inputs.contains(&pair[1]));
            if compared.difference == Difference::Outputs {
                assert!(comparison.derivations[pair[1].index()].difference >= Difference::Outputs);
            }
        }
    }
}

/// Layers of derivations, each needing several of the layer below.
fn layered(count: usize, flag: &str) -> PackageSet {
    let packages = (0..count).map(|index| {
        let name = format!("package-{index}");
        let mut it = package(&name).env("index", &index.to_string());
        if index == 0 {
            it = it.env("flag", flag);
        }
        for step in [1, 7, 50] {
            if index >= step {
                it = it.needs(&[&format!("package-{}", index - step)]);
            }
        }
        it
    });
    PackageSet::new(packages)
}

#[test]
fn of_ten_thousand_changed_derivations_one_is_the_cause() {
    let (before, after) = (layered(10_000, "-O2"), layered(10_000, "-O3"));
    let comparison = compare(&before.graph, &after.graph, &StoreDir::default());
    assert_eq!(comparison.cause_count(), 1);
    assert_eq!(comparison.changed_output_count(), 10_000);
}
