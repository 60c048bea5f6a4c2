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

/// A lock file for a flake with the input `x` at `./x`.
fn locked(lock: &str) -> String {
    let root = "{ inputs.x.url = \"path:./x\"; outputs = i: { a = i.x.v; }; }";
    let x = "{ outputs = i: { v = 1; }; }";
    answer(&[
        ("flake.nix", root),
        ("x/flake.nix", x),
        ("flake.lock", lock),
    ])
}

#[test]
fn lock_files_with_values_of_other_types() {
    let node = |x: &str| {
        format!(
            r#"{{ "nodes": {{ "root": {{ "inputs": {{ "x": "x" }} }}, "x": {x} }}, "root": "root", "version": 7 }}"#
        )
    };
    let place = r#"{ "type": "path", "path": "./x" }"#;
    let with = |more: &str| {
        node(&format!(
            r#"{{ "locked": {place}, "original": {place}, "parent": [] {more} }}"#
        ))
    };
    for (lock, expected) in [
        (
            r#"{ "nodes": { "root": { } }, "root": "root", "version": "7" }"#.to_owned(),
            "[json.exception.type_error.302] type must be number, but is string",
        ),
        (
            r#"{ "nodes": { "root": { } }, "version": 7 }"#.to_owned(),
            "[json.exception.type_error.302] type must be string, but is null",
        ),
        (
            r#"{ "nodes": [ ], "root": "root", "version": 7 }"#.to_owned(),
            "[json.exception.type_error.305] cannot use operator[] with a string argument with array",
        ),
        (
            "[ ]".to_owned(),
            "[json.exception.type_error.306] cannot use value() with array",
        ),
        (
            r#"{ "nodes": { "root": { "inputs": { "x": 3 } } }, "root": "root", "version": 7 }"#
                .to_owned(),
            "[json.exception.type_error.302] type must be string, but is number",
        ),
        (
            node(&format!(r#"{{ "locked": "z", "original": {place} }}"#)),
            "'type' attribute to specify input scheme is required but not provided",
        ),
        (
            node(&format!(
                r#"{{ "locked": {{ "type": "path", "path": [ ] }}, "original": {place} }}"#
            )),
            "unsupported input attribute type in lock file",
        ),
        (
            with(r#", "flake": "z""#),
            "[json.exception.type_error.302] type must be boolean, but is string",
        ),
        (
            with(r#", "parent": "z""#),
            "[json.exception.type_error.302] type must be array, but is string",
        ),
        (with(""), "1"),
        (
            r#"{ "root": "root", "version": 7.5 }"#.to_owned(),
            "warning: not writing modified lock file of flake 'path:/f':\n• Added input 'x':\n    'path:./x'\n1",
        ),
        (
            r#"{ "nodes": { "root": { "inputs": "x" }, "x": { "locked": { "type": "path", "path": "./x" }, "original": { "type": "path", "path": "./x" }, "parent": [] } }, "root": "root", "version": 7 }"#
                .to_owned(),
            "warning: not writing modified lock file of flake 'path:/f':\n• Removed input ''\n• Added input 'x':\n    'path:./x'\n1",
        ),
    ] {
        assert_eq!(locked(&lock), expected, "{lock}");
    }
}

#[test]
fn what_only_the_lock_file_lets_an_input_follow() {
    let root = "{ inputs.x.url = \"path:./x\"; inputs.y.url = \"path:./y\"; outputs = i: { a = i.x.v; }; }";
    let x = "{ inputs.z.url = \"path:./z\"; outputs = i: { v = i.z.v; }; }";
    let place = |path: &str| {
        format!(
            r#""locked": {{ "type": "path", "path": "{path}" }}, "original": {{ "type": "path", "path": "{path}" }}, "parent": []"#
        )
    };
    let lock = format!(
        r#"{{ "nodes": {{ "root": {{ "inputs": {{ "x": "x", "y": "y" }} }}, "x": {{ "inputs": {{ "z": [ "y" ] }}, {} }}, "y": {{ {} }} }}, "root": "root", "version": 7 }}"#,
        place("./x"),
        place("./y")
    );
    let said = answer(&[
        ("flake.nix", root),
        ("flake.lock", &lock),
        ("x/flake.nix", x),
        ("x/z/flake.nix", "{ outputs = i: { v = 1; }; }"),
        ("y/flake.nix", "{ outputs = i: { v = 2; }; }"),
    ]);
    assert_eq!(
        said,
        "warning: not writing modified lock file of flake 'path:/f':\n• Updated input 'x/z':\n    follows 'y'\n  → 'path:./z'\n1"
    );
}

#[test]
fn references_of_inputs() {
    for (reference, expected) in [
        ("a b", "path '/nix/store/@/a b/flake.nix' does not exist"),
        (
            "github:o",
            "path '/nix/store/@/github:o/flake.nix' does not exist",
        ),
        ("../x", "'x' is too short to be a valid store path"),
        (
            "path:./x/../../y",
            "'y' is too short to be a valid store path",
        ),
        ("foo:bar", "input 'foo:bar' is unsupported"),
        (
            "./x#f",
            "unexpected fragment 'f' in flake reference './x#f'",
        ),
        (
            "x/",
            "warning: not writing modified lock file of flake 'path:/f':\n• Added input 'x':\n    'path:x/'\n1",
        ),
        (
            "./x?rev=zz",
            "warning: not writing modified lock file of flake 'path:/f':\n• Added input 'x':\n    'path:./x?rev=zz'\nhash 'zz' has wrong length for hash algorithm 'sha1'",
        ),
    ] {
        let root = format!("{{ inputs.x.url = \"{reference}\"; outputs = i: {{ a = i.x.v; }}; }}");
        let x = "{ outputs = i: { v = 1; }; }";
        let said = answer(&[("flake.nix", &root), ("x/flake.nix", x)]);
        // The name of the copy says nothing about the reference.
        let said = match said.strip_prefix("path '/nix/store/") {
            Some(rest) => format!(
                "path '/nix/store/@{}",
                &rest[rest.find('/').unwrap_or_default()..]
            ),
            None => said,
        };
        assert_eq!(said, expected, "{reference}");
    }
}

#[test]
fn flakes_that_need_themselves() {
    let x = "{ inputs.y.url = \"path:../y\"; outputs = i: { v = 1; }; }";
    let y = "{ inputs.x.url = \"path:../x\"; outputs = i: { v = 1; }; }";
    for (reference, expected) in [
        ("path:.", "path:."),
        ("path:/f", "path:/f"),
        ("path:./x", "path:../y"),
    ] {
        let root = format!("{{ inputs.x.url = \"{reference}\"; outputs = i: {{ a = i.x.v; }}; }}");
        let said = answer(&[("flake.nix", &root), ("x/flake.nix", x), ("y/flake.nix", y)]);
        assert_eq!(said, format!("found circular import of flake '{expected}'"));
    }
}

#[test]
fn attributes_of_a_relative_input() {
    let rev = "0123456789012345678901234567890123456789";
    let root = format!(
        "{{ inputs.x = {{ type = \"path\"; path = \"./x\"; rev = \"{rev}\"; lastModified = 7; }}; outputs = i: {{ a = removeAttrs i.x.sourceInfo [ \"outPath\" ]; }}; }}"
    );
    let said = answer(&[
        ("flake.nix", &root),
        ("x/flake.nix", "{ outputs = i: { }; }"),
    ]);
    let value = "{ lastModified = 7; lastModifiedDate = \"19700101000007\"; rev = \"0123456789012345678901234567890123456789\"; shortRev = \"0123456\"; }";
    assert!(said.ends_with(value), "{said}");
}
