//! What Nix does against what the reference did with real caches, as recorded in `tests/golden/cache/realised.json`.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

mod recorded;

use std::collections::BTreeSet;

use drvlab_cache::plan::dry_run;
use drvlab_cache::realise::{Step, World};
use drvlab_cache::{Identities, LocalStore, Memory, Realised, Substituters, plan, realise};
use recorded::{Case, load};

fn run(case: &Case) -> (Result<String, String>, Realised) {
    let settings = case.settings();
    let graph = case.graph();
    let identities = Identities::new(&graph, &settings.store_dir);
    let builder = case.builder();
    let mut local = LocalStore::new();
    let before = case.wanted(&case.before);
    if !before.is_empty() {
        let nobody = Substituters::new([], &settings, None);
        let world = World {
            graph: &graph,
            identities: &identities,
            substituters: &nobody,
            settings: &settings,
            builder: &builder,
        };
        let first = plan(&graph, &before, &local, &nobody, &settings);
        let done = realise(&world, &before, &local, &first);
        assert_eq!(done.failure, None, "{}", case.name);
        local = done.local;
    }
    let caches = case.caches();
    let memory = Memory::default();
    let substituters = Substituters::new(&caches, &settings, Some(&memory));
    let wanted = case.wanted(&case.want);
    let plan = plan(&graph, &wanted, &local, &substituters, &settings);
    let world = World {
        graph: &graph,
        identities: &identities,
        substituters: &substituters,
        settings: &settings,
        builder: &builder,
    };
    let text = dry_run::text(&plan, &graph, &settings.store_dir);
    let realised = realise(&world, &wanted, &local, &plan);
    (text.map_err(|fault| fault.to_string()), realised)
}

/// What was built and fetched, as the log of the reference names it.
fn summary(case: &Case, realised: &Realised) -> (BTreeSet<String>, BTreeSet<String>) {
    let graph = case.graph();
    let store_dir = case.settings().store_dir;
    let mut built = BTreeSet::new();
    let mut fetched = BTreeSet::new();
    for done in &realised.steps {
        match &done.step {
            Step::Build { node, resolved, .. } => {
                let path = resolved.as_ref().unwrap_or(&graph[*node].path);
                built.insert(store_dir.display(path));
            }
            Step::Fetch { path, cache, .. } => {
                fetched.insert(format!("{} {cache}", store_dir.display(path)));
            }
        }
    }
    // The log also has the downloads that came to nothing.
    for (path, miss) in &realised.broken {
        fetched.insert(format!("{} {}", store_dir.display(path), miss.cache));
    }
    (built, fetched)
}

#[test]
fn what_nix_does_is_what_the_reference_did() {
    let cases = load("realised.json");
    assert!(cases.len() >= 55, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (text, realised) = run(case);
        let name = &case.name;
        match (&text, &case.dry_run.text, &case.dry_run.error) {
            (Ok(text), Some(expected), _) if text == expected => {}
            (Err(error), _, Some(expected)) if error == expected => {}
            (text, expected, error) => wrong.push(format!(
                "{name}: dry run {text:?}, not {expected:?} {error:?}"
            )),
        }
        let success = realised.failure.is_none();
        if success != case.real.success {
            wrong.push(format!("{name}: {:?}", realised.failure));
            continue;
        }
        // After a failure the reference may have done more or less than we, for it works in parallel.
        if !success {
            continue;
        }
        let (built, fetched) = summary(case, &realised);
        let copied = &case.real.copied;
        if built != case.real.built {
            wrong.push(format!(
                "{name}: built {built:#?}, not {:#?}",
                case.real.built
            ));
        }
        if fetched != *copied {
            wrong.push(format!("{name}: fetched {fetched:#?}, not {copied:#?}"));
        }
        let store_dir = case.settings().store_dir;
        for output in &case.real.outputs {
            let path = store_dir.parse_path(output).unwrap();
            if !realised.local.contains(&path) {
                wrong.push(format!("{name}: {output} is not valid afterwards"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
