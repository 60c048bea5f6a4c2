//! Store paths of the random graphs of derivations in `tests/golden/generated.json`, which were recorded from the reference.
//! `cargo xtask differential hash` compares more of them.

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use serde_json::Value;
use std::path::Path;

/// Where the recorded expressions are.
const FOLDER: &str = "/case";

fn text(value: &Value) -> &str {
    value.as_str().expect("the recorder writes text here")
}

/// The answer in the form of the golden data: paths, or the first line of the error's message.
fn answer(expression: &str, files: &MemoryFiles) -> Result<Value, String> {
    let mut machine = Machine::new(Box::new(files.clone()), Settings::default());
    let value = machine.evaluate_text(Origin::String, expression.as_bytes(), FOLDER.as_bytes());
    let mut json = Vec::new();
    match value.and_then(|value| machine.print_json(value, true, &mut json)) {
        Ok(()) => Ok(serde_json::from_slice(&json).expect("the printer writes JSON")),
        Err(error) => {
            let message = error.diagnostic.message.to_string();
            Err(message.lines().next().unwrap_or_default().to_owned())
        }
    }
}

/// What stands before a value that has not been evaluated: whether a function has been is seen differently there.
fn comparable(message: &str) -> &str {
    message.split('«').next().unwrap_or_default()
}

#[test]
fn recorded_graphs_have_the_paths_of_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/generated.json");
    let golden: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut files = MemoryFiles::default();
    for (name, contents) in golden["files"].as_object().unwrap() {
        files.insert(
            format!("{FOLDER}/{name}").as_bytes(),
            text(contents).as_bytes(),
        );
    }
    let cases = golden["cases"].as_array().unwrap();
    let mut derivations = 0;
    for case in cases {
        let expression = text(&case["expression"]);
        match answer(expression, &files) {
            Ok(paths) => {
                assert_eq!(paths, case["paths"], "{expression}");
                derivations += expression.matches("(derivation ").count();
            }
            Err(error) => {
                let Value::String(expected) = &case["error"] else {
                    panic!("{error}:\n{expression}")
                };
                assert_eq!(comparable(&error), comparable(expected), "{expression}");
            }
        }
    }
    assert!(
        cases.len() >= 60 && derivations >= 100,
        "{} cases, {derivations} derivations",
        cases.len()
    );
}
