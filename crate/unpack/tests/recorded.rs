//! Archives that the reference compressed, as recorded in `tests/golden/cache/compressed.json`, and damaged ones.

#![expect(clippy::unwrap_used, reason = "a panic is a failed test")]

use std::fs;
use std::path::Path;

use drvlab_store::encoding::base64_decode;
use drvlab_unpack::{UnpackError, unpack};
use serde_json::Value;

const METHODS: [&str; 3] = ["xz", "zstd", "bzip2"];

fn recorded() -> Value {
    let file = "../../tests/golden/cache/compressed.json";
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Returns the archives of a cache, smallest store path first.
fn archives(recorded: &Value, method: &str) -> Vec<Vec<u8>> {
    let files = recorded["caches"][method].as_object().unwrap();
    let bytes = |name: &str| base64_decode(files[name].as_str().unwrap().as_bytes()).unwrap();
    let narinfos = files.keys().filter(|name| name.ends_with(".narinfo"));
    let urls = narinfos.map(|name| {
        let text = String::from_utf8(bytes(name)).unwrap();
        let url = text.lines().find_map(|line| line.strip_prefix("URL: "));
        url.unwrap().to_owned()
    });
    urls.map(|url| bytes(&url)).collect()
}

#[test]
fn what_the_reference_compressed_unpacks_to_what_it_did_not_compress() {
    let recorded = recorded();
    let plain = archives(&recorded, "none");
    assert_eq!(plain.len(), 2);
    for method in METHODS {
        for (packed, plain) in archives(&recorded, method).iter().zip(&plain) {
            let exact = unpack(method.as_bytes(), packed, plain.len());
            assert_eq!(exact.as_ref(), Ok(plain), "{method}");
            let smaller = unpack(method.as_bytes(), packed, plain.len() - 1);
            assert_eq!(smaller, Err(UnpackError::TooLarge), "{method}");
        }
    }
}

#[test]
fn damaged_archives_are_refused_or_give_what_their_narinfo_does_not_say() {
    let recorded = recorded();
    for method in METHODS {
        let packed = &archives(&recorded, method)[0];
        for end in 0..packed.len() {
            // Only what stands behind the data can be missing without harm.
            let _ = unpack(method.as_bytes(), &packed[..end], 10_000);
        }
        assert_eq!(
            unpack(method.as_bytes(), &packed[..packed.len() / 2], 10_000),
            Err(UnpackError::Corrupt),
            "{method}"
        );
        for at in 0..packed.len() {
            let mut bytes = packed.clone();
            bytes[at] ^= 0x55;
            if let Ok(out) = unpack(method.as_bytes(), &bytes, 10_000) {
                assert!(out.len() <= 10_000);
            }
        }
        assert_eq!(
            unpack(method.as_bytes(), b"", 10),
            Err(UnpackError::Corrupt),
            "{method}"
        );
    }
    assert_eq!(unpack(b"lzip", b"", 10), Err(UnpackError::Unknown));
}
