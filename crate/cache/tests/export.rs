//! Caches that we write against `tests/golden/cache/export.json`: the very files from which the reference has fetched all store objects,
//! with their signatures verified.

mod golden_file;
mod toys;

use drvlab_store::{OrderedMap, OrderedSet};
use std::fs;
use std::path::Path;

use drvlab_store::{Hash, HashAlgorithm, HashFormat, NarInfo, StoreDir};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    nix: String,
    key: String,
    /// SHA-256 of each file, in hexadecimal.
    files: OrderedMap<String, String>,
    /// What `nix path-info` says.
    paths: OrderedMap<String, Info>,
}

#[derive(Deserialize, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
struct Info {
    nar_hash: String,
    nar_size: u64,
    references: OrderedSet<String>,
    ca: Option<String>,
    signatures: OrderedSet<String>,
}

#[test]
fn what_we_write_is_what_the_reference_has_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cache/export.json");
    let golden: Golden = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    assert!(
        golden.nix.starts_with("2.34."),
        "recorded with Nix {}",
        golden.nix
    );
    assert!(
        golden.paths.len() >= 100,
        "only {} paths",
        golden.paths.len()
    );
    let (export, key) = toys::export(&toys::load("toy.json"));
    assert_eq!(key.to_bytes(), golden.key.as_bytes());
    let files: OrderedMap<String, String> = export
        .files
        .iter()
        .map(|(name, contents)| {
            let hash = Hash::of(HashAlgorithm::Sha256, contents);
            (name.clone(), hash.render(HashFormat::Base16))
        })
        .collect();
    assert_eq!(files, golden.files);

    // And what we read of them is what the reference has read.
    let store_dir = StoreDir::default();
    for (name, contents) in &export.files {
        if !name.ends_with(".narinfo") {
            continue;
        }
        let info = NarInfo::parse(contents, &store_dir).unwrap();
        let ours = Info {
            nar_hash: info.nar_hash.render(HashFormat::Sri),
            nar_size: info.nar_size,
            references: info
                .references
                .iter()
                .map(|it| store_dir.display(it))
                .collect(),
            ca: info.content_address.map(|it| it.to_string()),
            signatures: info
                .signatures
                .iter()
                .map(|it| String::from_utf8(it.to_bytes()).unwrap())
                .collect(),
        };
        assert_eq!(ours, golden.paths[&store_dir.display(&info.path)], "{name}");
    }
}
