//! Inputs of flakes that no lock file names, and what is said of them. Answers are those of Nix 2.34.8 for the same files.

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};

/// Evaluates the attribute `a` of the flake in `/f`, and returns what is said and the value or the error.
fn answer(files: &[(&str, &str)]) -> String {
    let mut tree = MemoryFiles::default();
    for (path, text) in files {
        tree.insert(format!("/f/{path}").as_bytes(), text.as_bytes());
    }
    let mut machine = Machine::new(Box::new(tree), Settings::default());
    let text = r#"(builtins.getFlake "path:/f").a"#;
    let result = machine
        .evaluate_text(Origin::String, text.as_bytes(), b"/")
        .and_then(|value| machine.print_value(value, true));
    let mut said = String::new();
    for message in &machine.messages {
        let text = drvlab_lang::report::message(message, &machine.sources);
        said.push_str(&String::from_utf8_lossy(&text));
    }
    match result {
        Ok(value) => said.push_str(&String::from_utf8_lossy(&value)),
        Err(error) => said.push_str(&String::from_utf8_lossy(&error.diagnostic.message)),
    }
    said
}

#[test]
fn an_empty_path_follows_the_flake_itself() {
    let root = "{ inputs.x.url = \"path:./x\"; inputs.x.inputs.y.follows = \"\"; outputs = i: { a = i.x.v; z = 4; }; }";
    let x = "{ inputs.y.url = \"path:/n\"; outputs = i: { v = i.y.z; }; }";
    let said = answer(&[("flake.nix", root), ("x/flake.nix", x)]);
    assert_eq!(
        said,
        "warning: not writing modified lock file of flake 'path:/f':\n• Added input 'x':\n    'path:./x'\n• Added input 'x/y':\n    follows ''\n4"
    );
}

#[test]
fn inputs_that_lead_to_each_other_only() {
    for (flake, expected) in [
        (
            "{ inputs.x.follows = \"x\"; outputs = i: { a = 1; }; }",
            "follow cycle detected: [x -> x]",
        ),
        (
            "{ inputs.x.follows = \"y\"; inputs.y.follows = \"x\"; outputs = i: { a = 1; }; }",
            "follow cycle detected: [y -> x -> y]",
        ),
    ] {
        assert_eq!(answer(&[("flake.nix", flake)]), expected);
    }
}

#[test]
fn inputs_that_are_no_flakes() {
    let root = "{ inputs.x.url = \"path:./x\"; outputs = i: { a = 1; }; }";
    for (input, expected) in [
        (
            "{ y = 1; outputs = i: { }; }",
            "flake 'path:./x' has an unsupported attribute 'y', at /nix/store/",
        ),
        ("{ y = 1; }", "flake 'path:./x' lacks attribute 'outputs'"),
        (
            "{ description = 1; outputs = i: { }; }",
            "expected a string but got an integer at /nix/store/",
        ),
        (
            "{ outputs = 3; }",
            "expected a function but got an integer at /nix/store/",
        ),
        (
            "{ outputs = throw \"o\"; }",
            "expected a function but got a thunk at /nix/store/",
        ),
        (
            "{ inputs.z.follows = \"q\"; outputs = i: { }; }",
            "input 'x/z' follows a non-existent input 'x/q'",
        ),
        (
            "{ inputs.z.follows = \"z\"; outputs = i: { }; }",
            "follow cycle detected: [x/z -> x/z]",
        ),
    ] {
        let said = answer(&[("flake.nix", root), ("x/flake.nix", input)]);
        assert!(said.starts_with(expected), "{input}: {said}");
    }
}

#[test]
fn a_path_in_the_tree_and_an_override_of_nothing() {
    let root = "{ inputs.x = { url = ./x; inputs.nope.url = \"path:./z\"; }; outputs = i: { a = i.x.v; }; }";
    let said = answer(&[
        ("flake.nix", root),
        ("x/flake.nix", "{ outputs = i: { v = 3; }; }"),
    ]);
    assert_eq!(
        said,
        "warning: input 'x' has an override for a non-existent input 'nope'\nwarning: not writing modified lock file of flake 'path:/f':\n• Added input 'x':\n    'path:x'\n3"
    );
}
