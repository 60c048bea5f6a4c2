//! Names and versions of packages: how they are taken apart and compared.
//!
//! Source: `libstore/names.cc` of the reference.

use std::cmp::Ordering;

/// Splits `name-1.2` where a dash is followed by something else than a letter.
pub(crate) fn split_name(text: &[u8]) -> (&[u8], &[u8]) {
    let dash = text
        .windows(2)
        .position(|pair| pair[0] == b'-' && !pair[1].is_ascii_alphabetic());
    dash.map_or((text, b""), |dash| (&text[..dash], &text[dash + 1..]))
}

/// Splits a version at dots and dashes, and between digits and other characters.
pub(crate) fn components(version: &[u8]) -> impl Iterator<Item = &[u8]> {
    version
        .split(|byte| matches!(byte, b'.' | b'-'))
        .flat_map(|part| part.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()))
}

/// Compares two versions component by component.
pub(crate) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    let (mut a, mut b) = (components(a), components(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => {
                let (a, b) = (a.unwrap_or_default(), b.unwrap_or_default());
                if is_less(a, b) {
                    return Ordering::Less;
                }
                if is_less(b, a) {
                    return Ordering::Greater;
                }
            }
        }
    }
}

/// Numbers beyond 32 bits count as text.
fn number(component: &[u8]) -> Option<i32> {
    std::str::from_utf8(component).ok()?.parse().ok()
}

fn is_less(a: &[u8], b: &[u8]) -> bool {
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a < b,
        (None, Some(_)) if a.is_empty() => true,
        // `pre` comes before everything else, the end of a version included.
        _ if a == b"pre" && b != b"pre" => true,
        _ if b == b"pre" => false,
        // Numbers come after text.
        (_, Some(_)) => true,
        (Some(_), _) => false,
        _ => a < b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_in_the_reference() {
        let cases = [
            ("1.0", "2.3", Ordering::Less),
            ("2.3", "2.3", Ordering::Equal),
            ("2.3.1", "2.3", Ordering::Greater),
            ("2.3.1", "2.3a", Ordering::Greater),
            ("2.3pre1", "2.3", Ordering::Less),
            ("2.3pre3", "2.3pre12", Ordering::Less),
            ("2.3a", "2.3c", Ordering::Less),
            ("2.3pre1", "2.3c", Ordering::Less),
            ("", "", Ordering::Equal),
            ("a", "", Ordering::Greater),
            ("1", "", Ordering::Greater),
            ("99999999999999999999", "1", Ordering::Less),
            ("3000000000", "1", Ordering::Less),
            ("01", "1", Ordering::Equal),
            ("a", "1", Ordering::Less),
        ];
        for (a, b, order) in cases {
            assert_eq!(compare(a.as_bytes(), b.as_bytes()), order, "{a} {b}");
            assert_eq!(
                compare(b.as_bytes(), a.as_bytes()),
                order.reverse(),
                "{b} {a}"
            );
        }
    }

    #[test]
    fn names_end_before_what_is_no_letter() {
        let cases = [
            ("nix-0.12pre", ("nix", "0.12pre")),
            ("a-b", ("a-b", "")),
            ("a-1-b", ("a", "1-b")),
            ("-1", ("", "1")),
            ("a-", ("a-", "")),
            ("foo-1.2-3", ("foo", "1.2-3")),
            ("a-é", ("a", "é")),
        ];
        for (text, (name, version)) in cases {
            assert_eq!(
                split_name(text.as_bytes()),
                (name.as_bytes(), version.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn components_change_at_digits() {
        let split = |version: &str| {
            components(version.as_bytes())
                .map(<[u8]>::to_vec)
                .collect::<Vec<_>>()
                .join(&b' ')
        };
        assert_eq!(split("1.2pre3-4"), b"1 2 pre 3 4");
        assert_eq!(split(".."), b"");
        assert_eq!(split("a1b"), b"a 1 b");
    }
}
