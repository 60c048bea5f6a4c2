//! What the reference computed, read from `tests/golden/hash`.

#![expect(
    clippy::unwrap_used,
    reason = "golden data that cannot be read should fail the test"
)]

use std::fs;
use std::path::Path;

use drvlab_store::{Derivation, StoreDir, StorePath, aterm, encoding};
use serde_json::Value;

/// Reads the data of a file of `tests/golden/hash`.
pub fn golden(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/golden/hash")
        .join(name)
        .with_extension("json");
    let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(file["nix"], "2.34.8");
    file["data"].clone()
}

/// The elements of an array.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// The text of a string.
pub fn str(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// A recorded `.drv` file.
pub struct Recorded {
    pub path: StorePath,
    pub text: Vec<u8>,
    pub derivation: Derivation,
    pub json: String,
    pub pretty: String,
}

/// Reads all recorded derivations.
pub fn derivations() -> Vec<Recorded> {
    let store_dir = StoreDir::default();
    let read = |case: &Value| {
        let path = store_dir.parse_path(str(&case["path"])).unwrap();
        let text = match case["text"].as_str() {
            Some(text) => text.as_bytes().to_vec(),
            None => encoding::base64_decode(str(&case["text"]["base64"]).as_bytes()).unwrap(),
        };
        let name = path.derivation_name().unwrap();
        let derivation =
            aterm::parse(&text, name, &store_dir).unwrap_or_else(|error| panic!("{path}: {error}"));
        Recorded {
            derivation,
            text,
            json: str(&case["json"]).to_owned(),
            pretty: str(&case["pretty"]).to_owned(),
            path,
        }
    };
    list(&golden("derivations")).iter().map(read).collect()
}
