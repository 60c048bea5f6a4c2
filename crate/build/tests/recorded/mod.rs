//! Compares builds with recorded ones, for the test with golden data and for the differential program.

#![expect(
    clippy::unwrap_used,
    reason = "recorded data that is broken must end the test"
)]

mod build_store;

use drvlab_store::OrderedMap;
use std::rc::Rc;

use bstr::ByteSlice as _;
use build_store::{BuildStore, Realised};
use drvlab_build::StoreObject;
use drvlab_store::{HashFormat, StoreDir, StorePath, aterm, encoding, nar};
use serde_json::Value;

fn store_with_everything(golden: &Value) -> BuildStore {
    let dir = StoreDir::default();
    let mut store = BuildStore::new(dir.clone());
    for (path, archive) in golden["sources"].as_object().unwrap() {
        let archive = encoding::base64_decode(archive.as_str().unwrap().as_bytes()).unwrap();
        let tree = Rc::new(nar::read(&archive).unwrap());
        let object = StoreObject::new(tree, [].into(), None);
        store.objects.insert(dir.parse_path(path).unwrap(), object);
    }
    for (path, text) in golden["derivations"].as_object().unwrap() {
        let path = dir.parse_path(path).unwrap();
        let name = path.derivation_name().unwrap().to_owned();
        let derivation = aterm::parse(text.as_str().unwrap().as_bytes(), &name, &dir).unwrap();
        store.add_derivation(path, derivation);
    }
    store
}

/// Shows what became of a build, in the form of the golden data.
fn describe(store: &mut BuildStore, path: &StorePath) -> Value {
    let dir = store.store_dir().clone();
    let result = store.realise(path).unwrap().clone();
    let (log, error) = match result {
        Realised::Built(log) => (Some(log), None),
        Realised::Valid | Realised::Cutoff => (None, None),
        Realised::Failed(failure) => (Some(failure.log), Some(failure.message)),
        Realised::GivenUp(reason) => {
            return serde_json::json!({ "given up": reason.to_string() });
        }
    };
    let log = log.map(|log| log.to_str_lossy().into_owned());
    if let Some(error) = error {
        return serde_json::json!({ "error": error, "log": log });
    }
    let names: Vec<_> = store
        .derivation(path)
        .unwrap()
        .outputs
        .keys()
        .cloned()
        .collect();
    let mut outputs = OrderedMap::new();
    for name in names {
        let path = store.output_path(path, &name).unwrap();
        let object = &store.objects[&path];
        let references: Vec<String> = object.references.iter().map(|it| dir.display(it)).collect();
        outputs.insert(
            name.to_string(),
            serde_json::json!({
                "path": dir.display(&path),
                "narHash": object.nar_hash.render(HashFormat::Sri),
                "narSize": object.nar_size,
                "references": references,
                "ca": object.content_address.map(|address| address.to_string()),
            }),
        );
    }
    serde_json::json!({ "outputs": outputs, "log": log })
}

/// Builds all recorded cases whose name contains `filter`: their number, and what differs.
pub fn compare(recorded: &Value, filter: &str) -> (usize, Vec<String>) {
    let dir = StoreDir::default();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (name, expected) in recorded["cases"].as_object().unwrap() {
        if !name.contains(filter) {
            continue;
        }
        // A store of its own: what one case builds would be valid in the next one, and have no log.
        let mut store = store_with_everything(recorded);
        let path = dir
            .parse_path(expected["derivation"].as_str().unwrap())
            .unwrap();
        let ours = describe(&mut store, &path);
        count += 1;
        for key in ["given up", "error", "log", "outputs"] {
            let log_unknown = key == "log" && expected[key].is_null();
            if !log_unknown && ours[key] != expected[key] {
                wrong.push(format!(
                    "{name}: {key}\n  here:      {}\n  reference: {}",
                    ours[key], expected[key]
                ));
            }
        }
    }
    (count, wrong)
}
