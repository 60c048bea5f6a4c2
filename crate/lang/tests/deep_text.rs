//! Deep and hard texts: whatever `fromJSON`, `fromTOML`, `toXML` and regular expressions get, an answer comes, and no stack overflows.

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use std::rc::Rc;

/// Evaluates an expression completely; returns what it prints or the message of its error.
fn answer(expression: &str) -> String {
    let settings = Settings {
        call_depth_limit: 1_000_000,
        ..Settings::default()
    };
    let mut machine = Machine::new(Box::new(MemoryFiles::default()), settings);
    let text: Rc<[u8]> = expression.as_bytes().into();
    let result = machine
        .evaluate_text(Origin::String, text, b"/")
        .and_then(|value| machine.print_value(value, true));
    let text = match result {
        Ok(text) => text,
        Err(error) => error.diagnostic.message.into(),
    };
    String::from_utf8_lossy(&text).into_owned()
}

const REPEAT: &str =
    "repeat = text: count: builtins.concatStringsSep \"\" (builtins.genList (_: text) count);";

fn check(expression: &str, expected: &str) {
    let found = answer(&format!("let {REPEAT} in {expression}"));
    assert!(found.contains(expected), "{expression}: {found:.300}");
}

#[test]
fn nested_json_comes_back_as_it_was() {
    check(
        "let text = repeat \"[\" 100000 + repeat \"]\" 100000; in builtins.toJSON (builtins.fromJSON text) == text",
        "true",
    );
    check(
        "builtins.fromJSON (repeat \"[\" 100000)",
        "unexpected end of input",
    );
    check(
        "let text = repeat ''{\"a\":'' 50000 + \"1\" + repeat \"}\" 50000; in builtins.toJSON (builtins.fromJSON text) == text",
        "true",
    );
}

#[test]
fn nested_toml_is_limited() {
    check(
        "fromTOML (\"a = \" + repeat \"[\" 100000)",
        "nested too deeply",
    );
    check(
        "fromTOML (\"a = \" + repeat \"{a=\" 100000)",
        "nested too deeply",
    );
    check(
        "fromTOML (repeat \"a.\" 100000 + \"a = 1\")",
        "too many parts",
    );
    check(
        "fromTOML (\"[\" + repeat \"a.\" 100000 + \"a]\")",
        "too many parts",
    );
    check(
        "builtins.attrNames (fromTOML (\"[\" + repeat \"a.\" 100 + \"a]\"))",
        "[ \"a\" ]",
    );
}

#[test]
fn nested_xml_ends_at_the_memory_limit_at_worst() {
    check(
        "builtins.stringLength (builtins.toXML (builtins.fromJSON (repeat \"[\" 2000 + repeat \"]\" 2000)))",
        "8",
    );
    check(
        "builtins.toXML (builtins.fromJSON (repeat \"[\" 100000 + repeat \"]\" 100000))",
        "out of memory",
    );
}

#[test]
fn hard_patterns_end() {
    check("builtins.match \"(a*)*b\" (repeat \"a\" 5000)", "null");
    check(
        "builtins.length (builtins.split \"a|(b*c)\" (repeat \"ab\" 5000))",
        "10001",
    );
    check(
        "builtins.match (repeat \"(\" 90000) \"\"",
        "regular expression",
    );
    check("builtins.match \"(.*,)*x\" (repeat \"a,\" 20000)", "null");
}
