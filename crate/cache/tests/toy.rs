//! Toy builds against what the reference built, as recorded in `tests/golden/cache/toy.json`.

mod golden_file;
mod toys;

use toys::{check, load};

#[test]
fn toy_builds_leave_what_the_reference_s_builds_leave() {
    let cases = load("toy.json");
    assert!(cases.len() >= 180, "only {} cases", cases.len());
    let mut ran = 0;
    let mut wrong = Vec::new();
    for case in &cases {
        match check(case) {
            None => {}
            Some(Ok(())) => ran += 1,
            Some(Err(difference)) => wrong.push(format!("{}: {difference}", case.name)),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}: {}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    assert_eq!(ran, cases.len(), "not all scripts were run");
}
