//! Results that were compared with the reference's `builtins.match` and `builtins.split`.

use super::*;

fn whole(pattern: &str, text: &str) -> Option<Vec<Option<String>>> {
    let regex =
        Regex::new(pattern.as_bytes()).unwrap_or_else(|error| panic!("{pattern}: {error:?}"));
    let groups = regex.match_whole(text.as_bytes()).expect("small")?;
    let text_of = |group: &Group| group.map(|(start, end)| text[start..end].to_owned());
    Some(groups[1..].iter().map(text_of).collect())
}

fn check(pattern: &str, text: &str, groups: &[&str]) {
    let expected = groups
        .iter()
        .map(|&group| (group != "null").then(|| group.to_owned()))
        .collect();
    assert_eq!(
        whole(pattern, text),
        Some(expected),
        "{pattern} on {text:?}"
    );
}

fn split(pattern: &str, text: &str) -> Vec<(usize, usize)> {
    let regex = Regex::new(pattern.as_bytes()).expect("valid");
    regex
        .matches(text.as_bytes())
        .map(|found| found.expect("small")[0].expect("group 0 is always there"))
        .collect()
}

#[test]
fn groups_follow_the_order_of_the_reference() {
    check("(a*)*", "aa", &[""]);
    check("(a*)*b", "b", &[""]);
    check("(a|ab)(c|bcd)(d*)", "abcd", &["a", "bcd", ""]);
    check("((a)|b)*", "ab", &["b", "a"]);
    check("(a?)*", "aa", &[""]);
    check("(|a)*", "aa", &[""]);
    check("(a|b|)*c", "abc", &[""]);
    check("(a*)+", "aa", &[""]);
    check("(a*){2}", "aa", &[""]);
    check("(a?){3}", "aa", &[""]);
    check("(a*)?b", "b", &[""]);
    check("a**", "aa", &[]);
    check("(ab?)(b?c?)(c?)", "abc", &["ab", "c", ""]);
    check("(a{0}b)", "b", &["b"]);
    check("a{0,0}|x", "", &[]);
    check("(.*)-([0-9.]+)", "a-b-1.2-3.4", &["a-b-1.2", "3.4"]);
}

#[test]
fn bracket_expressions() {
    check("[[.hyphen.]a]+", "-a", &[]);
    check("[[=a=]]+", "aA", &[]);
    check("[[:ALPHA:]]", "a", &[]);
    check("[[:w:]]+", "a_1", &[]);
    check("[a-]", "-", &[]);
    check("[--a]", "1", &[]);
    check("[]-a]", "^", &[]);
    check("[\\]", "\\", &[]);
    check("[^]]", "a", &[]);
    assert_eq!(whole(".", "é"), None);
    check("[é-z]", "q", &[]);
}

#[test]
fn patterns_that_are_refused() {
    let invalid = [
        "[[.-.]]",
        "[z-a]",
        "[a-é]",
        "a{99999999999}",
        "a{1,2",
        "^*",
        "a|*",
        "[[:foo:]]",
        "(a",
        ")",
        "a\\",
        "[a-z-9]",
        "[[:alpha:]-z]",
        "[a-[:alpha:]]",
        "{1}",
        "a{,2}",
        "a{2,1}",
        "\\d",
        "\\]",
        "\\}",
        "[",
        "[^",
        "[]",
        "[[:alpha",
        "a{",
    ];
    for pattern in invalid {
        assert_eq!(
            Regex::new(pattern.as_bytes()).err(),
            Some(PatternError::Invalid),
            "{pattern}"
        );
    }
    for pattern in ["a{100001}", "((a{1000}){1000}){1000}"] {
        assert_eq!(
            Regex::new(pattern.as_bytes()).err(),
            Some(PatternError::TooLarge),
            "{pattern}"
        );
    }
}

#[test]
fn matches_follow_each_other() {
    assert_eq!(split("(a*)", "baac"), [(0, 0), (1, 3), (3, 3), (4, 4)]);
    assert_eq!(split("^a", "aaa"), [(0, 1)]);
    assert_eq!(split("$", "ab"), [(2, 2)]);
    assert_eq!(split("(^)", "ab"), [(0, 0)]);
    assert_eq!(split("(x|^|a)", "aab"), [(0, 1), (1, 2)]);
    assert_eq!(
        split("(ab|a)(c|bcd)?", "abcdacab"),
        [(0, 4), (4, 6), (6, 8)]
    );
    assert_eq!(split("a|", "bab"), [(0, 0), (1, 2), (2, 2), (3, 3)]);
    assert_eq!(
        split("(a|b|ab)*", "abab-ab"),
        [(0, 4), (4, 4), (5, 7), (7, 7)]
    );
}

#[test]
fn hard_patterns_take_little_time() {
    let text = "a".repeat(2000);
    assert_eq!(whole("(a*)*b", &text), None);
    assert_eq!(whole("(a|a|aa)*b", &text), None);
    assert_eq!(
        whole("(a?){60}a{60}", &"a".repeat(60)).map(|groups| groups.len()),
        Some(1)
    );
    assert_eq!(split("a*b|c", &text), []);
    assert!(whole("((x*)*(y*)*(z*)*)*", &text).is_none());
}

#[test]
fn long_texts_and_deep_groups_need_no_stack() {
    let long = "a".repeat(1_000_000);
    check("(a|b)*", &long, &["a"]);
    assert_eq!(split("a", &long).len(), 1_000_000);
    let nested = format!("{}a{}", "(".repeat(20_000), ")".repeat(20_000));
    assert_eq!(whole(&nested, "a").map(|groups| groups.len()), Some(20_000));
    assert!(Regex::new("(".repeat(90_000).as_bytes()).is_err());
}
