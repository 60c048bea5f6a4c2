//! Builds that read what evaluation puts into the store, outputs of outputs among them, leave what the reference's builds left, as recorded in
//! `tests/golden/sources.json`.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::Path;

use drvlab_cache::realise::Step;
use drvlab_cache::world::World;
use drvlab_cli::arguments::{Caches, Input, Source};
use drvlab_cli::build;
use drvlab_cli::session::Session;
use drvlab_cli::world;
use drvlab_store::{HashFormat, OrderedMap, OrderedSet};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    version: String,
    cases: OrderedMap<String, Case>,
    strings: OrderedMap<String, Asked>,
}

#[derive(Deserialize)]
struct Case {
    derivation: String,
    error: Option<String>,
    log: Option<String>,
    #[serde(default)]
    outputs: OrderedMap<String, Output>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Output {
    path: String,
    nar_hash: String,
    nar_size: u64,
    references: OrderedSet<String>,
    ca: Option<String>,
}

/// A string that was given to a build.
#[derive(Deserialize)]
struct Asked {
    outputs: Vec<String>,
    warnings: Vec<String>,
    errors: Vec<String>,
}

fn golden() -> Golden {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/sources.json");
    let golden: Golden = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let version = &golden.version;
    assert!(version.starts_with("2.34."), "recorded with Nix {version}");
    golden
}

/// An attribute of a file of `tests/sources`, or all of it.
fn input(file: &str, attribute: Option<&str>) -> Input {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sources");
    Input {
        sources: vec![Source::File(folder.join(file))],
        attr_paths: attribute.map(Into::into).into_iter().collect(),
        ..Input::default()
    }
}

#[test]
fn builds_that_read_sources_leave_what_the_reference_s_builds_leave() {
    let cases = golden().cases;
    let input = input("default.nix", None);
    let mut session = Session::start(&input).unwrap();
    let evaluated = world::evaluate(&mut session, &input).unwrap();
    let mut world = World::default();
    world.settings.keep_going = true;
    let run = world.run(&evaluated).realised;
    let store_dir = &world.settings.store_dir;
    assert!(cases.len() >= 29, "only {} cases", cases.len());
    for (name, case) in cases {
        let id = evaluated
            .graph
            .find(&store_dir.parse_path(&case.derivation).unwrap());
        let id = id.unwrap_or_else(|| panic!("{name}: there is no '{}'", case.derivation));
        let build = run.steps.iter().find_map(|done| match &done.step {
            Step::Build {
                node,
                log,
                simulated,
                failure,
                outputs,
                ..
            } if *node == Some(id) => Some((log, simulated, failure, outputs)),
            _ => None,
        });
        let (log, simulated, failure, paths) =
            build.unwrap_or_else(|| panic!("{name}: was not built"));
        assert_eq!(*simulated, None, "{name}");
        let error = case.error.unwrap_or_default();
        match failure {
            Some(failure) => assert!(error.contains(&**failure), "{name}: {failure}, not {error}"),
            None => assert_eq!(error, "", "{name}"),
        }
        let recorded = case.log.unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(log), recorded, "{name}");
        let outputs = evaluated.graph[id].outputs().map(|(name, _)| name);
        let outputs: OrderedMap<String, Output> = outputs
            .zip(paths)
            .map(|(name, path)| {
                let object = run.local.object(path).unwrap();
                let references = object.references.iter();
                let output = Output {
                    path: store_dir.display(path),
                    nar_hash: object.nar_hash.render(HashFormat::Sri),
                    nar_size: object.nar_size,
                    references: references.map(|it| store_dir.display(it)).collect(),
                    ca: object.content_address.map(|it| it.to_string()),
                };
                (name.to_string(), output)
            })
            .collect();
        assert_eq!(outputs, case.outputs, "{name}");
    }
}

#[test]
fn strings_stand_for_what_the_reference_builds_for_them() {
    for (name, expected) in golden().strings {
        let input = input("strings.nix", Some(&name));
        let mut session = Session::start(&input).unwrap();
        let mut printed = Vec::new();
        let caches = Caches {
            world: None,
            substituters: Vec::new(),
            require_signatures: true,
            trusted_public_keys: Vec::new(),
            keep_going: false,
        };
        let done = build::run(&mut session, &input, &caches, true, &mut printed);
        if let Err(failure) = &done {
            let text = String::from_utf8_lossy(failure.text());
            let (_, ours) = text.rsplit_once("error: ").unwrap();
            let ours = ours
                .trim_end()
                .trim_end_matches('.')
                .replace("\n       ", "\n");
            let is_theirs = expected
                .errors
                .iter()
                .any(|theirs| theirs.starts_with(&ours));
            assert!(is_theirs, "{name}: {ours}");
        }
        assert_eq!(done.is_err(), !expected.errors.is_empty(), "{name}");
        let Ok(evaluated) = world::evaluate(&mut session, &input) else {
            continue;
        };
        let printed: serde_json::Value = serde_json::from_slice(&printed).unwrap();
        assert_eq!(
            printed["outputs"],
            serde_json::json!(expected.outputs),
            "{name}"
        );
        let world = World::default();
        let run = world.run(&evaluated);
        let planned = run.plan.warnings.iter();
        let planned = planned.map(|it| it.text(&world.settings.store_dir));
        let told = run.realised.warnings.iter().map(ToString::to_string);
        let warnings: Vec<_> = planned.chain(told).collect();
        assert_eq!(warnings, expected.warnings, "{name}");
    }
}
