//! Small builds, compared with what the reference made of the same derivations (`cargo xtask record builds`).
//!
//! `CASES=part-of-a-name` selects some.

mod recorded;

use serde_json::Value;

#[test]
fn small_builds_give_what_the_reference_gives() {
    let text = include_str!("../../../tests/golden/builds.json");
    let golden: Value = serde_json::from_str(text).unwrap();
    let filter = std::env::var("CASES").unwrap_or_default();
    let (count, wrong) = recorded::compare(&golden, &filter);
    assert!(wrong.is_empty(), "of {count} builds:\n{}", wrong.join("\n"));
    assert!(count > 100 || !filter.is_empty(), "only {count} builds");
}
