//! The program as a whole: output, errors and exit status of commands that need no evaluation.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use std::process::{Command, Output, Stdio};
use std::{env, fs, process};

const DRV: &str = r#"Derive([("out","/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x","","")],[],[],"s","b",[],[("builder","b"),("name","x"),("out","/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x"),("system","s")])"#;

/// What `nix derivation show` of the reference prints for it into a pipe.
const JSON: &str = r#"{"derivations":{"5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv":{"args":[],"builder":"b","env":{"builder":"b","name":"x","out":"/nix/store/gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x","system":"s"},"inputs":{"drvs":{},"srcs":[]},"name":"x","outputs":{"out":{"path":"gwwjwi08fyrbrz2d8zkfvy65nzzq2czp-x"}},"system":"s","version":4}},"version":4}
"#;

fn drvlab(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drvlab"))
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("cargo has built the program")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("this output is ASCII")
}

#[test]
fn wrong_command_lines_are_explained_on_standard_error() {
    let output = drvlab(&["eval", "--bogus"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "");
    assert_eq!(
        text(&output.stderr),
        "error: unrecognised flag '--bogus'\nTry 'drvlab --help' for more information.\n"
    );
}

#[test]
fn help_goes_to_standard_output() {
    for words in [&[][..], &["help"], &["--help"], &["plan", "-h"]] {
        let output = drvlab(words);
        assert!(output.status.success());
        assert!(
            text(&output.stdout).starts_with("Usage: drvlab "),
            "{words:?}"
        );
        assert_eq!(text(&output.stderr), "");
    }
}

#[test]
fn help_describes_formats() {
    for (topic, title) in [
        ("world", "# Worlds\n"),
        ("json", "# JSON of plans and builds\n"),
        ("plan", "Usage: drvlab "),
    ] {
        let output = drvlab(&["help", topic]);
        assert!(output.status.success());
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.starts_with(title), "{topic}: {printed}");
    }
    let output = drvlab(&["help", "planning"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: there is no help about 'planning'"));
}

#[test]
fn a_plan_is_printed_in_one_form() {
    let output = drvlab(&["plan", "--json", "--explain", "x"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.starts_with("error: only one of '--columns', '--explain' and '--json'"));
}

#[test]
fn shows_drv_files() {
    let folder = env::temp_dir().join(format!("drvlab-show-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("5wq5jx7219pmi3xklyhl77fjbqvy6qaj-x.drv");
    fs::write(&file, DRV).unwrap();
    let output = drvlab(&["show", file.to_str().unwrap()]);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), JSON);
    assert!(output.status.success());

    fs::write(&file, &DRV[..DRV.len() - 1]).unwrap();
    let output = drvlab(&["show", file.to_str().unwrap()]);
    assert_eq!(text(&output.stdout), "");
    assert!(text(&output.stderr).starts_with("error: error parsing derivation '"));
    assert_eq!(output.status.code(), Some(1));
    fs::remove_dir_all(&folder).unwrap();
}

/// Names and contents of files.
type Contents<'a> = &'a [(&'a str, &'a [u8])];

/// Runs `drvlab plan` in a folder of its own that holds `x.nix` and a cache with these files.
fn plan(name: &str, cache: Contents<'_>, words: &[&str]) -> Output {
    let folder = env::temp_dir().join(format!("drvlab-plan-{name}-{}", process::id()));
    fs::create_dir_all(folder.join("cache")).unwrap();
    let expression = r#"derivation { name = "x"; system = "x86_64-linux"; builder = "b"; }"#;
    fs::write(folder.join("x.nix"), expression).unwrap();
    for (file, contents) in cache {
        fs::write(folder.join("cache").join(file), contents).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_drvlab"))
        .args(["plan", "x.nix"])
        .args(words)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .expect("cargo has built the program");
    fs::remove_dir_all(&folder).unwrap();
    output
}

const BUILT: &str =
    "this derivation will be built:\n  /nix/store/7ywbrlmzldagnn72jikhcai01g3a5ara-x.drv\n";

#[test]
fn caches_may_hold_anything() {
    let garbage: Vec<u8> = (0..=255).collect();
    for cache in [
        &[][..],
        &[("nix-cache-info", &b""[..])],
        &[("nix-cache-info", &garbage[..]), ("garbage", &garbage[..])],
    ] {
        let output = plan("anything", cache, &["--substituter", "cache"]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), BUILT, "{cache:?}");
        assert_eq!(output.status.code(), Some(0));
    }
    let wrong: [(Contents<'_>, &[&str]); 3] = [
        (
            &[("nix-cache-info", b"Priority: high\n")],
            &["--substituter", "cache"],
        ),
        (&[], &["--substituter", "missing"]),
        (&[], &["--trusted-public-key", "key"]),
    ];
    for (cache, words) in wrong {
        let output = plan("wrong", cache, words);
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        assert!(
            text(&output.stderr).starts_with("error: "),
            "{}",
            text(&output.stderr)
        );
    }
}

#[cfg(unix)]
#[test]
fn arguments_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let bytes = std::ffi::OsStr::from_bytes(b"\"\xff\"");
    for words in [
        &["eval".as_ref(), "-E".as_ref(), bytes][..],
        &["eval".as_ref(), bytes],
        &[
            "eval".as_ref(),
            "-E".as_ref(),
            "{ }".as_ref(),
            "-A".as_ref(),
            bytes,
        ],
        &["show".as_ref(), bytes],
        &[bytes],
        &["plan".as_ref(), "--substituter".as_ref(), bytes],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_drvlab"))
            .args(words)
            .stdin(Stdio::null())
            .output()
            .expect("cargo has built the program");
        let status = output.status.code();
        let refused = status == Some(1) && output.stderr.starts_with(b"error: ");
        assert!(
            refused || (status == Some(0) && output.stdout == b"\"\xff\"\n"),
            "{words:?}: {output:?}"
        );
    }
}
