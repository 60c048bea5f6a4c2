//! Files of recorded cases: which version recorded them, and where the store was.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::Path;

use drvlab_store::StoreDir;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Golden<Case> {
    nix: String,
    /// Where the store was, if not in its usual place.
    store_dir: Option<String>,
    cases: Vec<Case>,
}

/// Reads the cases of a file and where the store was; a relative name is that of golden data.
pub fn read<Case: DeserializeOwned>(file: &str) -> (StoreDir, Vec<Case>) {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cache");
    let text = fs::read_to_string(golden.join(file)).unwrap();
    let Golden {
        nix,
        store_dir,
        cases,
    } = serde_json::from_str(&text).unwrap();
    assert!(nix.starts_with("2.34."), "recorded with Nix {nix}");
    let store_dir = store_dir.map(|path| StoreDir::new(&path).unwrap());
    (store_dir.unwrap_or_default(), cases)
}
