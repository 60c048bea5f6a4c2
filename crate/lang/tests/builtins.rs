//! The set `builtins` and the global names, compared with those of the reference in `tests/golden/builtins.json`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use drvlab_lang::builtin::Builtin;
use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use drvlab_store::{OrderedMap, OrderedSet};
use serde_json::{Map, Value};
use std::path::Path;

/// Experimental features of the reference whose builtins are left out here, and why.
const LEFT_OUT: [(&str, &str); 1] = [(
    "fetch-closure",
    "a closure comes from another store, of which nothing is known here",
)];

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/builtins.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn machine() -> Machine {
    Machine::new(Box::new(MemoryFiles::default()), Settings::default())
}

/// What the reference has, without what is left out.
fn expected(golden: &Value) -> Map<String, Value> {
    let mut builtins = golden["builtins"].as_object().unwrap().clone();
    builtins.retain(|_, builtin| {
        let feature = builtin["feature"].as_str();
        LEFT_OUT
            .iter()
            .all(|(left_out, _)| feature != Some(left_out))
    });
    builtins
}

#[test]
fn the_set_of_builtins_is_that_of_the_reference() {
    let golden = golden();
    let mut machine = machine();
    let text = b"builtins.mapAttrs (_: builtins.typeOf) builtins".as_slice();
    let mut json = Vec::new();
    machine
        .evaluate_text(Origin::String, text, b"/")
        .and_then(|value| machine.print_json(value, true, &mut json))
        .unwrap_or_else(|error| panic!("{}", error.diagnostic.message));
    let found: OrderedMap<String, String> = serde_json::from_slice(&json).unwrap();
    let expected: OrderedMap<String, String> = expected(&golden)
        .into_iter()
        .map(|(name, builtin)| (name, builtin["type"].as_str().unwrap().to_owned()))
        .collect();
    let differing: OrderedSet<&String> = found
        .keys()
        .chain(expected.keys())
        .filter(|name| found.get(*name) != expected.get(*name))
        .collect();
    let report: Vec<String> = differing
        .iter()
        .map(|name| {
            format!(
                "{name}: here {:?}, in the reference {:?}",
                found.get(*name),
                expected.get(*name)
            )
        })
        .collect();
    assert!(report.is_empty(), "{}", report.join("\n"));
    assert!(found.len() > 110, "{} builtins", found.len());
}

#[test]
fn builtins_take_as_many_arguments_as_in_the_reference() {
    let golden = golden();
    let mut compared = 0;
    for builtin in Builtin::all() {
        if let Some(arguments) = golden["builtins"][builtin.name()]["arguments"].as_u64() {
            assert_eq!(builtin.arity() as u64, arguments, "{}", builtin.name());
            compared += 1;
        }
    }
    assert!(compared > 95, "{compared} builtins");
}

#[test]
fn the_same_names_are_global() {
    let golden = golden();
    let is_global = |name: &str| {
        machine()
            .print_parsed(Origin::String, name.as_bytes(), b"/")
            .is_ok()
    };
    let expected: OrderedSet<&str> = golden["globals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let here = self::expected(&golden);
    for name in golden["builtins"].as_object().unwrap().keys() {
        for name in [name.clone(), format!("__{name}")] {
            let plain = name.strip_prefix("__").unwrap_or(&name);
            let wanted = expected.contains(name.as_str()) && here.contains_key(plain);
            assert_eq!(is_global(&name), wanted, "{name}");
        }
    }
}
