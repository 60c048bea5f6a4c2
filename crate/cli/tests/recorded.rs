//! Whole runs of the program: the command lines of `tests/golden/cli.json` print what the reference's commands printed, on both
//! outputs, and end with the same status.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, process};

use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().expect("the recorder writes text here")
}

#[test]
fn command_lines_print_what_the_reference_prints() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/cli.json");
    let golden: Value = serde_json::from_slice(&fs::read(golden).unwrap()).unwrap();
    let folder = env::temp_dir().join(format!("drvlab-recorded-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    // The program prints where a folder really is.
    let folder = folder.canonicalize().unwrap();
    for (name, contents) in golden["files"].as_object().unwrap() {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text(contents)).unwrap();
    }
    let place = folder.to_str().unwrap();
    let cases = golden["cases"].as_array().unwrap();
    let mut differences = String::new();
    for case in cases {
        let words: Vec<&str> = case["words"].as_array().unwrap().iter().map(text).collect();
        let mut child = Command::new(env!("CARGO_BIN_EXE_drvlab"))
            .args(&words)
            .current_dir(&folder)
            .env_remove("NIX_PATH")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("cargo has built the program");
        let mut stdin = child.stdin.take().expect("it is piped");
        // A program that does not read its input may have ended.
        let _ = stdin.write_all(text(&case["stdin"]).as_bytes());
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let plain = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(place, "/case");
        let (stdout, stderr) = (plain(&output.stdout), plain(&output.stderr));
        let status = output.status.code().map(Value::from).unwrap_or_default();
        if stdout != text(&case["stdout"])
            || stderr != text(&case["stderr"])
            || status != case["status"]
        {
            writeln!(
                differences,
                "drvlab {words:?}\n--- expected {}\n{}{}--- found {status}\n{stdout}{stderr}",
                case["status"],
                text(&case["stdout"]),
                text(&case["stderr"]),
            )
            .unwrap();
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(differences.is_empty(), "{differences}");
    assert!(cases.len() >= 70);
}
