//! The example distribution through the command line's library: the paths of all derivations, as it is and after every edit of its
//! story, are those that were recorded from the reference in `tests/golden/distribution.json`.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use drvlab_store::OrderedMap;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use drvlab_cli::arguments::{Input, Source};
use drvlab_cli::instantiate::{self, each_instance};
use drvlab_cli::session::Session;
use serde_json::Value;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the recorder writes text here")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, target) = {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            (entry.path(), target)
        };
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}

fn input(folder: &Path) -> Input {
    Input {
        sources: vec![Source::File(folder.to_owned())],
        ..Input::default()
    }
}

/// What `instantiate` prints for the whole set, by attribute.
fn attributes(folder: &Path, expected: &serde_json::Map<String, Value>) {
    let input = input(folder);
    let mut session = Session::start(&input).unwrap();
    let mut names = expected.keys();
    each_instance(&mut session, &input, |_, instance| {
        let name = names.next().expect("no more derivations than recorded");
        assert_eq!(String::from_utf8_lossy(&instance.attr_path), *name);
        Ok(())
    })
    .unwrap();
    assert_eq!(names.next(), None);
    let mut output = Vec::new();
    instantiate::run(&mut session, &input, None, &mut output).unwrap();
    let printed = String::from_utf8(output).unwrap();
    let lines: Vec<&str> = expected.values().map(text).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), lines);
}

/// Every derivation of the attribute `system`: its path, name and outputs.
fn derivations(folder: &Path, attribute: &str) -> OrderedMap<String, OrderedMap<String, String>> {
    let mut input = input(folder);
    input.attr_paths = vec![attribute.into()];
    let mut session = Session::start(&input).unwrap();
    instantiate::run(&mut session, &input, None, &mut Vec::new()).unwrap();
    let store = &session.machine().store;
    let derivations = store.derivations.iter().map(|(path, derivation)| {
        let outputs = derivation.outputs.iter().map(|(name, output)| {
            let path = output.path().map(|path| store.dir.display(path));
            (name.to_string(), path.unwrap_or_default())
        });
        (store.dir.display(path), outputs.collect())
    });
    derivations.collect()
}

fn check(folder: &Path, attribute: &str, expected: &Value) {
    attributes(folder, expected["attributes"].as_object().unwrap());
    let found = derivations(folder, attribute);
    let recorded = expected["derivations"].as_object().unwrap();
    for (path, derivation) in recorded {
        let outputs: OrderedMap<String, String> =
            serde_json::from_value(derivation["outputs"].clone()).unwrap();
        assert_eq!(found.get(path), Some(&outputs), "{path}");
    }
    assert_eq!(found.len(), recorded.len());
}

#[test]
fn every_step_of_the_story_has_the_paths_of_the_reference() {
    let golden = fs::read(repository().join("tests/golden/distribution.json")).unwrap();
    let golden: Value = serde_json::from_slice(&golden).unwrap();
    let original = repository().join(text(&golden["files"]));
    let attribute = text(&golden["attribute"]);
    check(&original, attribute, &golden["base"]);

    let folder = env::temp_dir().join(format!("drvlab-distribution-{}", process::id()));
    let story = golden["story"].as_array().unwrap();
    assert!(story.len() >= 4);
    for step in story {
        let folder = folder.join(text(&step["name"]));
        copy(&original, &folder);
        for edit in step["edits"].as_array().unwrap() {
            let file = folder.join(text(&edit["file"]));
            let before = fs::read_to_string(&file).unwrap();
            let (find, replace) = (text(&edit["find"]), text(&edit["replace"]));
            assert_eq!(before.matches(find).count(), 1, "{find}");
            fs::write(&file, before.replace(find, replace)).unwrap();
        }
        check(&folder, attribute, step);
    }
    fs::remove_dir_all(&folder).unwrap();
}
