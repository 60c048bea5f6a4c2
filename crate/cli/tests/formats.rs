//! Formats that others depend on: what `plan --json` and `build --json` print, and the world files that `--world` reads.
//!
//! The shapes are kept in `tests/formats`, by version: a key that comes, goes or changes its type needs a new version, and a word in
//! `doc/json.md`. World files of version 1 must stay readable, and each of their fields needs a word in `doc/world.md`.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use drvlab_store::{OrderedMap, OrderedSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, process};

use drvlab_cache::world_file::WorldFile;
use drvlab_cli::plan_json::{DESCRIPTION, VERSION};
use drvlab_cli::world;
use serde_json::{Value, json};

/// The folder with the package set, the world and the shapes.
fn formats() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/formats")
}

fn drvlab(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drvlab"))
        .args(words)
        .current_dir(formats())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Plans the example in the world of a file.
fn plan_in(world: &Path) -> Output {
    let world = world.to_str().unwrap();
    drvlab(&["plan", "set.nix", "-A", "library", "--world", world])
}

fn printed(words: &[&str]) -> Value {
    let output = drvlab(words);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Notes which types stand at which places; names of outputs and indices of lists do not count.
fn note(value: &Value, place: &str, shape: &mut OrderedMap<String, OrderedSet<&'static str>>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    shape.entry(place.to_owned()).or_default().insert(kind);
    match value {
        Value::Array(items) => {
            for item in items {
                note(item, &format!("{place}[]"), shape);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let by_name = place == "derivations[].outputs";
                let name = if by_name { "*" } else { name };
                let dot = if place.is_empty() { "" } else { "." };
                note(value, &format!("{place}{dot}{name}"), shape);
            }
        }
        _ => {}
    }
}

/// Compares the shape of several documents with the one that was kept for this version.
fn check_shape(name: &str, documents: &[Value]) {
    let mut shape = OrderedMap::new();
    for document in documents {
        assert_eq!(document["version"], VERSION);
        note(document, "", &mut shape);
    }
    let lines = shape.iter().skip(1).map(|(place, kinds)| {
        let kinds: Vec<_> = kinds.iter().copied().collect();
        format!("{place}: {}\n", kinds.join(" or "))
    });
    let text: String = lines.collect();
    let file = formats().join(format!("{name}-{VERSION}.txt"));
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        text, kept,
        "the format has changed: give it a new version, describe it, and keep its shape with UPDATE_EXPECT=1"
    );
    assert!(DESCRIPTION.contains(&format!("`version`: {VERSION}.")));
    for place in shape.keys() {
        let key = place.rsplit('.').next().unwrap().replace("[]", "");
        assert!(
            key.is_empty() || key == "*" || DESCRIPTION.contains(&format!("`{key}`")),
            "'{place}' is not described"
        );
    }
}

#[test]
fn the_format_of_plans_is_kept() {
    let plan = |attribute: &str, more: &[&str]| {
        printed(&[&["plan", "set.nix", "-A", attribute, "--json"], more].concat())
    };
    let world = &["--world", "world-1.json"][..];
    check_shape(
        "plan",
        &[
            plan("all", world),
            plan("program", world),
            plan("all", &[]),
            plan("user", &["--world", "partial.json"]),
        ],
    );
}

#[test]
fn the_format_of_builds_is_kept() {
    let build = |words: &[&str]| printed(&[&["build", "set.nix", "--json", "-A"], words].concat());
    check_shape(
        "build",
        &[
            build(&["all", "--world", "world-1.json"]),
            build(&["all", "--keep-going"]),
            build(&["program"]),
        ],
    );
}

#[test]
fn worlds_of_this_version_can_be_read() {
    let output = drvlab(&[
        "plan",
        "set.nix",
        "-A",
        "all",
        "--world",
        "world-1.json",
        "--columns",
    ]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    for part in [
        "not asked: https://foreign.example",
        "not asked: https://stranger.example",
        "<- the dry run is wrong",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
fn other_worlds_are_refused_by_name() {
    let folder = env::temp_dir().join(format!("drvlab-worlds-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("world.json");
    for (text, reason) in [
        ("", "EOF while parsing"),
        ("{}", "missing field `version`"),
        (
            r#"{"version": 2}"#,
            "it has version 2, but version 1 is read here",
        ),
        (r#"{"version": 1, "cache": []}"#, "unknown field `cache`"),
        (
            r#"{"version": 1, "settings": {"fallbakc": true}}"#,
            "unknown field `fallbakc`",
        ),
        (
            r#"{"version": 1, "caches": [{"url": "a", "faults": {"x": "nar-999"}}]}"#,
            "there is no fault 'nar-999'",
        ),
        (
            r#"{"version": 1, "caches": [{"url": "a", "path": "nowhere"}]}"#,
            "there is no such folder",
        ),
        (
            r#"{"version": 1, "settings": {"trusted-public-keys": ["k:%"]}}"#,
            "'k:%'",
        ),
        (
            r#"{"version": 1, "history": [{"evict": {"from": "a", "name": "b"}}]}"#,
            "there is no cache 'a'",
        ),
        (
            r#"{"version": 1, "history": [{"explode": {}}]}"#,
            "unknown variant `explode`",
        ),
        (
            r#"{"version": 1, "history": [{"build": {"what": {"file": "gone.nix"}}}]}"#,
            "gone.nix",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let output = plan_in(&file);
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(
            message.contains("is no world: ") && message.contains(reason),
            "{text}: {message}"
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn builds_tell_what_is_real_and_what_is_made_up() {
    let output = drvlab(&["build", "set.nix", "-A", "all", "--keep-going"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).unwrap();
    for part in [
        "-library-1.0.drv'\n  | compiling\n",
        "-simulated.drv': line 1: the program awk is not supported\n",
        "(made up)",
        "-failing.drv': builder failed with exit code 3\n  | /nix/store/",
        "-program-2.0-dev: sha256-",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(
        message.contains("Reason: builder failed with exit code 3."),
        "{message}"
    );
    // What needs what has failed is not built, and without the flag nothing is done after the failure.
    assert!(!printed.contains("-all.drv"), "{printed}");
}

/// Returns the fields that are known where the file with worlds has one that is not, from the message about it.
fn known_fields(world: &Value) -> Vec<String> {
    let error = serde_json::from_value::<WorldFile>(world.clone()).unwrap_err();
    let message = error.to_string();
    let (_, known) = message.split_once("expected").unwrap();
    let words = known.split('`').skip(1).step_by(2);
    words.map(str::to_owned).collect()
}

#[test]
fn every_field_of_worlds_is_described_and_tried() {
    let text = fs::read_to_string(formats().join("world-1.json")).unwrap();
    let what = |what: Value| json!({ "version": 1, "history": [{ "build": { "what": what } }] });
    let event = |name: &str| json!({ "version": 1, "history": [{ name: { "?": 1 } }] });
    let mut places = vec![
        json!({ "?": 1 }),
        json!({ "version": 1, "settings": { "?": 1 } }),
        json!({ "version": 1, "caches": [{ "?": 1 }] }),
        json!({ "version": 1, "builds": { "name": { "?": 1 } } }),
        json!({ "version": 1, "history": [{ "?": {} }] }),
        what(json!({ "?": 1 })),
    ];
    let events = known_fields(&places[4]);
    assert_eq!(events.len(), 6);
    places.extend(events.iter().map(|name| event(name)));
    let fields: Vec<_> = places.iter().flat_map(known_fields).collect();
    assert!(fields.len() > 50, "{fields:?}");
    for field in fields {
        let quoted = format!("`{field}`");
        assert!(
            world::DESCRIPTION.contains(&quoted),
            "{field} is not described"
        );
        let key = format!("\"{field}\":");
        assert!(text.contains(&key), "{field} is not tried");
    }
}

#[test]
fn events_that_change_nothing_are_warned_about() {
    let file = env::temp_dir().join(format!("drvlab-events-{}.json", process::id()));
    let world = r#"{"version":1,"caches":[{"url":"foo"},{"url":"https://a"}],"history":[{"evict":{"from":"https://a","name":"librarry"}},{"delete":{"name":"x"}}]}"#;
    fs::write(&file, world).unwrap();
    let output = plan_in(&file);
    assert!(output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    fs::remove_file(&file).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(lines[0].ends_with(": history[0]: https://a has nothing called 'librarry'"));
    assert!(lines[1].ends_with(": history[1]: the store of this machine has nothing called 'x'"));
    // So does a URL that is none.
    assert_eq!(lines[2], "warning: Cannot parse Nix store 'foo'");
}

#[test]
fn caches_that_are_not_asked_are_warned_about() {
    let output = drvlab(&["plan", "set.nix", "-A", "user", "--world", "partial.json"]);
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "warning: unable to download 'https://closed.example/nix-cache-info': HTTP error 403\n"
    );
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("don't know how to build these paths:\n"));
}

#[test]
fn what_is_wrong_with_a_world_is_said_with_its_place() {
    let file = env::temp_dir().join(format!("drvlab-world-{}.json", process::id()));
    let complaint = |world: &str| {
        fs::write(&file, world).unwrap();
        let words = ["plan", "set.nix", "--world", file.to_str().unwrap()];
        let output = drvlab(&words);
        assert_eq!(output.status.code(), Some(1), "{world}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "");
        let said = String::from_utf8(output.stderr).unwrap();
        let (_, said) = said.split_once(" is no world: ").unwrap();
        said.trim_end().to_owned()
    };
    for (world, expected) in [
        (
            "[]",
            "invalid length 0, expected an object at line 1 column 2",
        ),
        (
            r#"{"version":1,"settings":{"max-jobs":-1}}"#,
            "invalid value: integer `-1`, expected a whole number from 0 to 4294967295 at line 1 column 38",
        ),
        (
            r#"{"version":1,"settings":3}"#,
            "invalid type: integer `3`, expected an object at line 1 column 25",
        ),
        (
            r#"{"version":1,"settings":{"trusted-public-keys":["k:?"]}}"#,
            "settings: 'k:?': invalid character in Base64 string",
        ),
        (
            r#"{"version":1,"caches":[{"url":"a"},{"url":"b","faults":{"x":"late"}}]}"#,
            "caches[1]: there is no fault 'late', with which 'x' is answered",
        ),
        (
            r#"{"version":1,"history":[{"advance":{"seconds":1}},{"evict":{"from":"a","name":"x"}}]}"#,
            "history[1]: there is no cache 'a'",
        ),
        (
            r#"{"version":1,"history":[{"build":{"what":{"attribute":"missing"}}}]}"#,
            "history[0]: attribute 'missing' in selection path 'missing' not found",
        ),
    ] {
        assert_eq!(complaint(world), expected);
    }
    fs::remove_file(&file).unwrap();
}
