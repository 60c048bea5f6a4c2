//! Floating-point numbers in JSON, against 4,458 that the reference wrote.

use std::path::Path;

use drvlab_store::json_number::float;
use drvlab_store::json_value::{Json, Layout};

/// Returns the numbers as the reference wrote them.
fn recorded() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/json-numbers.txt");
    let text = std::fs::read_to_string(path).expect("the golden data is in the repository");
    let numbers = text.lines().filter(|line| !line.starts_with('#'));
    numbers.map(str::to_owned).collect()
}

#[test]
fn numbers_are_written_as_the_reference_does() {
    let numbers = recorded();
    assert!(numbers.len() > 4000);
    for text in &numbers {
        let value: f64 = text.parse().expect("a number");
        assert_eq!(float(value), *text);
        assert_eq!(float(-value), format!("-{text}"));
    }
    // Otherwise the data would not show what sets the reference's algorithm apart.
    let unusual = numbers.iter().filter(|text| {
        let value: f64 = text.parse().expect("a number");
        let mantissa = |text: &str| {
            text.split('e')
                .next()
                .map(|mantissa| mantissa.replace('.', ""))
        };
        mantissa(&format!("{value:e}")) != mantissa(text) && text.contains('e')
    });
    assert!(unusual.count() > 0);
}

#[test]
fn numbers_in_documents_are_read_and_written_without_loss() {
    let text = format!("[{}]", recorded().join(","));
    let document = Json::parse(text.as_bytes()).expect("a document");
    assert!(document.to_text(Layout::Compact) == text);
}
