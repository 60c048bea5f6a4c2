//! What Nix does against what the reference did with real caches, as recorded in `tests/golden/cache`.

mod golden_file;
mod recorded;

use recorded::{differences, load};

/// Compares all worlds of a file, of which there are at least so many.
fn check(file: &str, least: usize) {
    let cases = load(file);
    assert!(cases.len() >= least, "only {} cases", cases.len());
    let wrong: Vec<_> = cases.iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_nix_does_is_what_the_reference_did() {
    check("realised.json", 62);
}

#[test]
fn caches_behind_http_fail_as_they_did_for_the_reference() {
    check("http.json", 149);
}

#[test]
fn what_is_believed_is_what_the_reference_believed() {
    check("signatures.json", 110);
}

#[test]
fn outputs_of_outputs_are_built_as_the_reference_built_them() {
    check("dynamic.json", 28);
}
