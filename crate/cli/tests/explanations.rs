//! Each rule of substitution decides in a case, and what `plan --explain` says of it is kept in `tests/cache/explanations.txt`.
//!
//! The cases are in `explanations.json` beside it. UPDATE_EXPECT=1 writes the text anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use serde_json::Value;

/// The number of the last rule.
const RULES: u64 = 19;

#[test]
fn each_rule_is_explained() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cases = fs::read(root.join("tests/cache/explanations.json")).unwrap();
    let cases: Vec<Value> = serde_json::from_slice(&cases).unwrap();
    let set = fs::read_to_string(root.join("web/examples/scenarios/set.nix")).unwrap();
    let folder = env::temp_dir().join(format!("drvlab-explanations-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let mut said = String::new();
    let mut decided = BTreeSet::new();
    for case in &cases {
        let name = case["name"].as_str().unwrap();
        let _ = writeln!(said, "# {name}\n");
        let mut now = case["expression"].as_str().unwrap_or(&set).to_owned();
        for pair in case["with"].as_array().into_iter().flatten() {
            now = now.replace(pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
        }
        fs::write(folder.join("set.nix"), &set).unwrap();
        fs::write(folder.join("now.nix"), now).unwrap();
        let mut world = case["world"].clone();
        for event in world["history"].as_array_mut().unwrap() {
            for event in event.as_object_mut().unwrap().values_mut() {
                if let Some(what) = event.get_mut("what") {
                    what["file"] = "set.nix".into();
                }
            }
        }
        fs::write(folder.join("world.json"), world.to_string()).unwrap();
        let mut explained = String::new();
        for what in case["explain"].as_array().unwrap() {
            let mut command = Command::new(env!("CARGO_BIN_EXE_drvlab"));
            command.args(["plan", "now.nix", "--world", "world.json", "--explain"]);
            command.arg(what.as_str().unwrap());
            if let Some(attribute) = case["attribute"].as_str() {
                command.args(["-A", attribute]);
            }
            if let Some(store_dir) = case["storeDir"].as_str() {
                command.env("NIX_STORE_DIR", store_dir);
            }
            let output = command
                .current_dir(&folder)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let problems = String::from_utf8(output.stderr).unwrap();
            assert_eq!(problems, "", "{name}");
            explained += &String::from_utf8(output.stdout).unwrap();
        }
        if let Some(rule) = case["rule"].as_u64() {
            assert!(
                explained.contains(&format!("[rule {rule}]")),
                "{name}: rule {rule} does not decide: {explained}"
            );
            decided.insert(rule);
        }
        let _ = writeln!(said, "{explained}");
    }
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(decided, (1..=RULES).collect(), "not all rules decide");
    let file = root.join("tests/cache/explanations.txt");
    if env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, &said).unwrap();
    }
    assert_eq!(said, fs::read_to_string(&file).unwrap_or_default());
}
