//! What Nix does against what the reference did with real caches, as recorded in `tests/golden/cache/realised.json`.

mod recorded;

use recorded::{differences, load};

#[test]
fn what_nix_does_is_what_the_reference_did() {
    let cases = load("realised.json");
    assert!(cases.len() >= 62, "only {} cases", cases.len());
    let wrong: Vec<_> = cases.iter().flat_map(differences).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
