//! `why` and `diff`: what they print for expressions, `.drv` files, folders of them, and JSON.

#![expect(
    clippy::unwrap_used,
    reason = "a failure of the file system fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, process};

const EXPRESSION: &str = r#"
let
  make = name: attrs: derivation ({ inherit name; system = "s"; builder = "b"; } // attrs);
  source = url: make "source" { inherit url; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  set = { version, url }: rec {
    library = make "library-${version}" { src = source url; outputs = [ "out" "dev" ]; };
    program = make "program" { library = library.dev; };
  };
in {
  before = (set { version = "1.2"; url = "http://a"; }).program;
  after = (set { version = "1.3"; url = "http://b"; }).program;
}
"#;

/// A folder of one test, which goes away with it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("drvlab-states-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("x.nix"), EXPRESSION).unwrap();
        Self(path)
    }

    /// Runs the program inside; returns standard output and standard error.
    fn run(&self, words: &[&str]) -> (String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_drvlab"))
            .args(words)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(output.stdout), text(output.stderr))
    }

    fn good(&self, words: &[&str]) -> String {
        let (output, error) = self.run(words);
        assert_eq!(error, "", "{words:?}");
        output
    }

    /// The `.drv` file of that name in a folder below.
    fn drv(&self, below: &str, name: &str) -> PathBuf {
        let files = fs::read_dir(self.0.join(below)).unwrap();
        let mut files = files.map(|file| file.unwrap().path());
        files
            .find(|file| file.to_string_lossy().ends_with(name))
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn base_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

#[test]
fn causes_and_cascades_are_told_apart() {
    let folder = Folder::new("diff");
    let text = folder.good(&["diff", "x.nix", "-A", "before", "-A", "after"]);
    assert!(
        text.starts_with("2 changed, 1 only follow, 0 new, 0 gone, 0 the same\n"),
        "{text}"
    );
    assert!(
        text.contains("cause: library-1.3, which was library-1.2\n"),
        "{text}"
    );
    assert!(text.contains("  name: library-1.[-2-]{+3+}\n"), "{text}");
    assert!(text.contains("  env.url: http://[-a-]{+b+}\n"), "{text}");
    assert!(text.contains("-source is the same\n"), "{text}");
    assert!(
        text.contains("cascade: program\n  because of library-1.3\n"),
        "{text}"
    );

    let json = folder.good(&["diff", "x.nix", "-A", "before", "-A", "after", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    let facts = json["derivations"].as_array().unwrap().iter().map(|it| {
        (
            it["name"].as_str().unwrap(),
            it["role"].as_str().unwrap(),
            it["drvPathChanged"].as_bool().unwrap(),
            it["outputPathsChanged"].as_bool().unwrap(),
        )
    });
    assert_eq!(
        facts.collect::<Vec<_>>(),
        [
            ("source", "cause", true, false),
            ("library-1.3", "cause", true, true),
            ("program", "cascade", true, true),
        ]
    );
}

#[test]
fn states_come_from_expressions_files_folders_and_json() {
    let folder = Folder::new("sources");
    folder.good(&["instantiate", "x.nix", "-A", "before", "--drv-dir", "drvs"]);
    let all = "0 changed, 0 only follow, 0 new, 0 gone, 3 the same\n";
    // The attribute is for expressions only.
    assert_eq!(folder.good(&["diff", "drvs", "x.nix", "-A", "before"]), all);
    let file = folder.drv("drvs", "-program.drv");
    assert_eq!(folder.good(&["diff", file.to_str().unwrap(), "drvs"]), all);
    let json = folder.good(&["show", file.to_str().unwrap()]);
    fs::write(folder.0.join("program.json"), json).unwrap();
    let text = folder.good(&["diff", "program.json", "program.json"]);
    assert!(text.ends_with("1 the same\n"), "{text}");
}

#[test]
fn paths_are_explained_from_text_to_path() {
    let folder = Folder::new("why");
    let text = folder.good(&["why", "x.nix", "-A", "before"]);
    for title in [
        "The derivation's text",
        "What is left out",
        "Inputs by their digests",
        "The fingerprint",
        "In base 32",
    ] {
        assert!(text.contains(title), "{title}");
    }
    assert!(text.contains("[-/nix/store/"), "{text}");

    // One path alone, and the text of a step as it is.
    let path = folder.good(&["eval", "--raw", "x.nix", "-A", "before.outPath"]);
    let text = folder.good(&["why", &path, "x.nix", "-A", "before"]);
    assert!(
        text.starts_with(&format!("program, output out: {path}\n")),
        "{text}"
    );
    let masked = folder.good(&["why", &path, "x.nix", "-A", "before", "--step", "1"]);
    assert!(
        masked.starts_with(r#"Derive([("out","","","")],[("/nix/store/"#),
        "{masked}"
    );
    let modulo = folder.good(&["why", &path, "x.nix", "-A", "before", "--step", "2"]);
    assert!(!modulo.contains(".drv"), "{modulo}");

    let json = folder.good(&["why", "x.nix", "-A", "before", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["explanations"][0]["paths"][1]["path"], path);
    let (_, error) = folder.run(&[
        "why",
        "/nix/store/00000000000000000000000000000000-x",
        "x.nix",
        "-A",
        "before",
    ]);
    assert!(
        error.contains("is neither a derivation nor an output of one here"),
        "{error}"
    );
}

#[test]
fn texts_and_copies_of_files_are_explained() {
    let folder = Folder::new("objects");
    fs::create_dir(folder.0.join("tree")).unwrap();
    fs::write(folder.0.join("tree/file"), "hello\n").unwrap();
    let expression = r#"derivation {
        name = "x"; system = "s"; builder = builtins.toFile "t" "text";
        args = [ ./tree (builtins.path { path = ./tree/file; recursive = false; }) (builtins.filterSource (p: t: false) ./tree) ];
    }"#;
    fs::write(folder.0.join("objects.nix"), expression).unwrap();
    let shown = folder.good(&["show", "objects.nix"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let derivation = shown["derivations"].as_object().unwrap().values().next();
    let sources = derivation.unwrap()["inputs"]["srcs"].as_array().unwrap();
    assert_eq!(sources.len(), 4);
    for source in sources {
        let path = format!("/nix/store/{}", source.as_str().unwrap());
        let text = folder.good(&["why", &path, "objects.nix"]);
        assert!(text.contains(&format!(", source: {path}\n")), "{text}");
        assert!(text.ends_with(&format!("| {path}\n")), "{text}");
    }
}

#[test]
fn wrong_paths_circles_and_long_texts_have_a_field_and_an_offset() {
    let folder = Folder::new("bad");
    folder.good(&["instantiate", "x.nix", "-A", "before", "--drv-dir", "drvs"]);
    let library = folder.drv("drvs", "-library-1.2.drv");
    let text = fs::read_to_string(&library).unwrap();
    let place = text.find("/nix/store/").unwrap();
    let mut wrong = text.clone();
    wrong.replace_range(place + 11..place + 43, &"0".repeat(32));
    fs::write(&library, &wrong).unwrap();
    let (_, warning) = folder.run(&["why", library.to_str().unwrap()]);
    let expected = format!(
        "at byte {place}, outputs: the path of output 'dev' does not follow from the derivation, expected '"
    );
    assert!(warning.contains(&expected), "{warning}");

    // What is shown of 100 MB is bounded.
    let long = text.replace(
        "\"b\",[],[",
        &format!("\"b\",[],[(\"a\",\"{}\"),", "x".repeat(100_000_000)),
    );
    fs::write(&library, &long).unwrap();
    let (shown, warning) = folder.run(&["why", library.to_str().unwrap()]);
    assert!(
        warning.contains("at byte 16777216, environment: the text has 1000"),
        "{warning}"
    );
    assert!(shown.contains("The derivation's text") && shown.len() < 100_000);

    fs::remove_dir_all(folder.0.join("drvs")).unwrap();
    fs::create_dir(folder.0.join("drvs")).unwrap();
    let path = |digit: &str| format!("{}-a.drv", digit.repeat(32));
    for (one, other) in [("0", "1"), ("1", "0")] {
        let input = path(other);
        let text = format!(
            r#"Derive([("out","","","")],[("/nix/store/{input}",["out"])],[],"s","b",[],[])"#
        );
        fs::write(folder.0.join("drvs").join(path(one)), text).unwrap();
    }
    let (text, warning) = folder.run(&["diff", "drvs", "drvs"]);
    assert!(text.ends_with("2 the same\n"), "{text}");
    assert!(
        warning.contains("at byte 29, input derivations: the input '00000000000000000000000000000000-a.drv' needs this derivation in turn"),
        "{warning}"
    );
}

#[test]
fn the_environment_names_the_store_directory() {
    let folder = Folder::new("elsewhere");
    let output = Command::new(env!("CARGO_BIN_EXE_drvlab"))
        .args(["eval", "--raw", "x.nix", "-A", "before.outPath"])
        .current_dir(&folder.0)
        .env("NIX_STORE_DIR", "/other/store/")
        .output()
        .unwrap();
    let path = String::from_utf8(output.stdout).unwrap();
    let usual = folder.good(&["eval", "--raw", "x.nix", "-A", "before.outPath"]);
    assert!(
        path.starts_with("/other/store/") && path.ends_with("-program"),
        "{path}"
    );
    assert_ne!(path.rsplit('/').next(), usual.rsplit('/').next());
}

#[test]
fn damaged_files_are_shown_as_far_as_they_go() {
    let folder = Folder::new("damaged");
    folder.good(&["instantiate", "x.nix", "-A", "before", "--drv-dir", "drvs"]);
    let source = folder.drv("drvs", "-source.drv");
    let text = fs::read_to_string(&source).unwrap();

    // Another URL: the file is no longer what its name says, and the output is the same.
    fs::write(&source, text.replace("http://a", "http://c")).unwrap();
    let (shown, warning) = folder.run(&["why", source.to_str().unwrap()]);
    assert!(
        warning.contains("path: a file with this text has the path '"),
        "{warning}"
    );
    assert!(
        shown.contains(&format!("but it says: /nix/store/{}", base_name(&source))),
        "{shown}"
    );
    assert_eq!(shown.matches("but it says").count(), 1, "{shown}");

    // Cut: what could be read is there, the offset says where it ends.
    fs::write(&source, &text[..text.len() - 2]).unwrap();
    let (shown, warning) = folder.run(&["why", source.to_str().unwrap()]);
    let place = format!(
        "at byte {}, environment: expected ',' or ']'",
        text.len() - 2
    );
    assert!(warning.contains(&place), "{warning}");
    assert!(shown.contains("http://a"), "{shown}");

    // A missing input: the way to the .drv file is still whole.
    fs::remove_file(&source).unwrap();
    let library = folder.drv("drvs", "-library-1.2.drv");
    let (shown, warning) = folder.run(&["why", library.to_str().unwrap()]);
    assert!(
        warning.contains("is not there, so that the outputs' paths cannot be checked"),
        "{warning}"
    );
    assert!(shown.contains("An input is missing"), "{shown}");
    assert!(
        shown.contains(&format!("derivation: /nix/store/{}", base_name(&library))),
        "{shown}"
    );
}
