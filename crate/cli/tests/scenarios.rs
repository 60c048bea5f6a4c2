//! Every scenario shows what it says.

use std::fs;
use std::path::{Path, PathBuf};

use drvlab_cache::scenario::Scenario;
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
    assert!(files.len() >= 20, "only {} scenarios", files.len());
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
        let (run, graph) = result.unwrap_or_else(|failure| {
            panic!("{name}: {}", String::from_utf8_lossy(failure.text()))
        });
        for difference in scenario.expect.differences(&run, &graph) {
            wrong.push(format!("{name}: {difference}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
