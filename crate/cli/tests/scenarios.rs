//! Every scenario shows what it says.

use std::fs;
use std::path::{Path, PathBuf};

use drvlab_cache::content_addressed::turn;
use drvlab_cache::scenario::Scenario;
use drvlab_cache::world_file::{Subject, WorldFile};
use drvlab_cli::arguments::{Input, Source};
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
    let turned = turn(&plain, &Default::default()).unwrap();
    assert_eq!(turned.graph.roots(), written.roots());
    assert_ne!(plain.roots(), written.roots());
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
