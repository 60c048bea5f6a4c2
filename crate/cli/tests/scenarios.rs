//! Every scenario shows what it says, and what is turned to content addressing is what says so itself.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::{Path, PathBuf};

use drvlab_cache::content_addressed::{Turned, turn};
use drvlab_cache::scenario::Scenario;
use drvlab_cache::world::Evaluated;
use drvlab_cache::world_file::{Subject, WorldFile};
use drvlab_cli::arguments::{Argument, Input, Source};
use drvlab_cli::session::Session;
use drvlab_cli::world;

#[test]
fn every_scenario_shows_what_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/examples/scenarios");
    let set = folder.join("set.nix");
    let files = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|file| file.extension().is_some_and(|it| it == "json"))
        .collect();
    files.sort();
    assert!(files.len() >= 22, "only {} scenarios", files.len());
    let mut wrong = Vec::new();
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read(&file).unwrap();
        let scenario: Scenario =
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let input = Input {
            sources: vec![Source::File(set.clone())],
            ..Input::default()
        };
        let result = world::play(&scenario, &folder, &input);
        let (run, graph, world) = result.unwrap_or_else(|failure| {
            panic!("{name}: {}", String::from_utf8_lossy(failure.text()))
        });
        assert_eq!(world.notes, [""; 0], "{name}");
        for difference in scenario.expect.differences(&run, &graph, &world.caches) {
            wrong.push(format!("{name}: {difference}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_set_that_is_turned_is_the_set_that_says_it_is_content_addressed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/examples/scenarios");
    let input = Input {
        sources: vec![Source::File(folder.join("set.nix"))],
        ..Input::default()
    };
    let graph = |with: Vec<[String; 2]>| {
        let scenario = Scenario {
            title: String::new(),
            shows: String::new(),
            now: Subject {
                attribute: Some("machine".to_owned()),
                with,
                ..Subject::default()
            },
            world: WorldFile {
                version: 1,
                ..WorldFile::default()
            },
            expect: Default::default(),
            beside: None,
        };
        world::play(&scenario, &folder, &input).unwrap().1
    };
    let plain = graph(Vec::new());
    let written = graph(vec![[
        "contentAddressed = false".to_owned(),
        "contentAddressed = true".to_owned(),
    ]]);
    let turned = turn(&plain, &Default::default(), &Default::default()).unwrap();
    assert_eq!(turned.graph.roots(), written.roots());
    assert_ne!(plain.roots(), written.roots());
}

/// Turns what a text of `tests/turned.nix` evaluates to with its argument `floating` off, and evaluates it with that on.
fn turned_and_written(attribute: &str) -> (Turned, Evaluated, Evaluated) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/turned.nix");
    let evaluated = |floating: &str| {
        let input = Input {
            sources: vec![Source::File(file.clone())],
            attr_paths: vec![attribute.into()],
            arguments: [("floating".into(), Argument::Expression(floating.into()))]
                .into_iter()
                .collect(),
            ..Input::default()
        };
        let mut session = Session::start(&input).unwrap();
        world::evaluate(&mut session, &input).unwrap()
    };
    let plain = evaluated("false");
    let turned = turn(&plain.graph, &plain.texts, &Default::default()).unwrap();
    (turned, plain, evaluated("true"))
}

#[test]
fn what_is_turned_has_other_texts_of_derivations_and_outputs_of_outputs() {
    for attribute in ["user", "text", "deep", "twice"] {
        let (turned, plain, written) = turned_and_written(attribute);
        assert_eq!(turned.graph.roots(), written.graph.roots(), "{attribute}");
        assert_ne!(plain.graph.roots(), written.graph.roots(), "{attribute}");
        // What scripts read is there, too, as if it had been written so.
        let sources = turned.sources(&plain.sources, &Default::default());
        assert!(!written.sources.is_empty(), "{attribute}");
        for (path, object) in written.sources.iter() {
            assert_eq!(sources.get(path), Some(object), "{attribute}: {path}");
        }
    }
}

#[test]
fn events_have_the_texts_of_their_time() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/examples/scenarios");
    let input = Input {
        sources: vec![Source::File(folder.join("set.nix"))],
        ..Input::default()
    };
    let text = fs::read_to_string(folder.join("set.nix")).unwrap();
    let play = |published: &str| {
        let published = text.replace("-O2", published);
        let scenario = serde_json::json!({
            "title": "", "shows": "", "expect": {},
            "now": { "attribute": "libc", "with": [["-O2", "-O3"]] },
            "world": {
                "version": 1,
                "settings": { "trusted-public-keys": ["k-1"] },
                "caches": [{ "url": "https://c.example.org", "key": "k-1" }],
                "history": [{ "publish": {
                    "to": "https://c.example.org",
                    "what": { "attribute": "libc", "texts": { "set.nix": published } },
                } }],
            },
        });
        let scenario: Scenario = serde_json::from_value(scenario).unwrap();
        let (run, ..) = world::play(&scenario, &folder, &input).unwrap();
        run.realised.builds().count()
    };
    assert_eq!(play("-O3"), 0);
    assert_eq!(play("-O1"), 1);
}
