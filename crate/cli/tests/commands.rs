//! The program as a whole: output, errors and exit status of commands that need no evaluation.

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
