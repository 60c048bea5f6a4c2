//! Runs the cases in `tests/lang/*.cases`, which were recorded from the reference. `CASES=text` runs those whose name or
//! file contains the text and shows every difference.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use drvlab_lang::files::{FileError, FileKind, Files};
use drvlab_lang::native_stack::NativeStacks;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

struct Case {
    file: String,
    name: String,
    expression: String,
    parts: Vec<(String, String)>,
}

fn data_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/lang")
}

fn read_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(data_dir())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for path in files.iter().filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "cases")
    }) {
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(path).unwrap();
        let mut target: Option<&mut String> = None;
        for line in text.split_inclusive('\n') {
            if let Some(name) = line.strip_prefix("--- ") {
                cases.push(Case {
                    file: file.clone(),
                    name: name.trim_end().to_owned(),
                    expression: String::new(),
                    parts: Vec::new(),
                });
                target = Some(&mut cases.last_mut().unwrap().expression);
            } else if let Some(kind) = line.strip_prefix("=== ").filter(|_| target.is_some()) {
                let parts = &mut cases.last_mut().unwrap().parts;
                parts.push((kind.trim_end().to_owned(), String::new()));
                target = Some(&mut parts.last_mut().unwrap().1);
            } else if let Some(target) = &mut target {
                target.push_str(line);
            }
        }
    }
    for case in &mut cases {
        trim(&mut case.expression);
        for (_, text) in &mut case.parts {
            trim(text);
        }
    }
    cases
}

fn trim(text: &mut String) {
    text.truncate(text.trim_end_matches('\n').len());
}

/// The folder `tree` under `/case`, from the real file system.
struct Tree(PathBuf);

impl Tree {
    fn real(&self, path: &[u8]) -> Option<PathBuf> {
        let below = std::str::from_utf8(path).ok()?.strip_prefix("/case/tree")?;
        Some(self.0.join(below.trim_start_matches('/')))
    }
}

fn kind_of(metadata: &std::fs::Metadata) -> FileKind {
    use std::os::unix::fs::PermissionsExt as _;
    if metadata.is_dir() {
        FileKind::Directory
    } else if metadata.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Regular {
            executable: metadata.permissions().mode() & 0o100 != 0,
        }
    }
}

impl Files for Tree {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        if path == b"/" || path == b"/case" {
            return Ok(Some(FileKind::Directory));
        }
        let metadata = self
            .real(path)
            .and_then(|real| real.symlink_metadata().ok());
        Ok(metadata.map(|metadata| kind_of(&metadata)))
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        let contents = self.real(path).and_then(|real| std::fs::read(real).ok());
        contents
            .map(Into::into)
            .ok_or_else(|| FileError("does not exist".into()))
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        let entries = self.real(path).and_then(|real| real.read_dir().ok());
        let entries = entries.ok_or_else(|| FileError("does not exist".into()))?;
        Ok(entries
            .map(|entry| {
                let entry = entry.unwrap();
                let kind = kind_of(&entry.path().symlink_metadata().unwrap());
                (entry.file_name().into_string().unwrap().into_bytes(), kind)
            })
            .collect())
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        let target = self.real(path).and_then(|real| real.read_link().ok());
        let target = target.ok_or_else(|| FileError("is not a symbolic link".into()))?;
        Ok(target.to_str().unwrap().as_bytes().to_vec())
    }
}

/// The stacks that an evaluation uses.
#[derive(Clone, Copy)]
enum Stacks {
    /// Those of the default settings.
    Default,
    /// The native one for a few levels, and then that on the heap.
    Heap,
    /// The native one for a few levels, some more native ones for as many each, and then that on the heap.
    Several,
}

fn machine(stacks: Stacks) -> Machine {
    let mut settings = Settings {
        home: Some("/home/case".into()),
        search_path: vec![("tree".into(), "/case/tree".into())],
        ..Settings::default()
    };
    if !matches!(stacks, Stacks::Default) {
        settings.native_levels = 3;
    }
    if matches!(stacks, Stacks::Several) {
        settings.native_stacks = Some(NativeStacks {
            count: 20,
            // What of this one is left.
            run: Rc::new(|act| act()),
        });
    }
    Machine::new(Box::new(Tree(data_dir().join("tree"))), settings)
}

/// Returns what the evaluator says where the reference said something; errors are laid out as the reference does.
fn run(case: &Case, kind: &str, stacks: Stacks) -> String {
    let mut machine = machine(stacks);
    let result = answer(&mut machine, case, kind);
    let text = match result {
        Ok(text) => text,
        Err(error) => {
            let mut text = said(&mut machine);
            text.extend(drvlab_lang::report::error(
                &error.diagnostic,
                &machine.sources,
                kind == "trace",
            ));
            text
        }
    };
    let mut text = String::from_utf8_lossy(&text).into_owned();
    trim(&mut text);
    text
}

/// What the evaluation has said besides its result.
fn said(machine: &mut Machine) -> Vec<u8> {
    let mut text = Vec::new();
    for message in std::mem::take(&mut machine.messages) {
        text.extend_from_slice(&drvlab_lang::report::message(&message, &machine.sources));
    }
    text
}

fn answer(machine: &mut Machine, case: &Case, kind: &str) -> drvlab_lang::error::Result<Vec<u8>> {
    let text = case.expression.as_bytes();
    let dir = b"/case";
    if kind.starts_with("parse") {
        return machine.print_parsed(Origin::String, text, dir);
    }
    let value = machine.evaluate_text(Origin::String, text, dir)?;
    let arguments = machine.arguments(Vec::new());
    if kind == "aterm" {
        let found = machine.derivations(value, arguments)?;
        let made = &machine.store.derivations;
        let derivation = made.get(&found[0].drv_path).expect("it was made");
        let mut text = Vec::new();
        drvlab_store::aterm::write(
            derivation,
            &machine.store.dir,
            drvlab_store::aterm::Mask::None,
            &mut text,
        );
        return Ok(text);
    }
    let value = machine.auto_call(value, arguments)?;
    match kind {
        "lazy" => machine.print_value(value, false),
        "json" | "json-error" => {
            let mut text = Vec::new();
            let strict = kind == "json";
            machine.print_json(value, strict, &mut text).map(|()| text)
        }
        "xml" => {
            let mut text = Vec::new();
            machine
                .print_xml(value, true, true, &mut text)
                .map(|()| text)
        }
        "messages" => {
            machine.print_value(value, true)?;
            Ok(said(machine))
        }
        _ => machine.print_value(value, true),
    }
}

/// Compares every part of every case.
fn check_all(stacks: Stacks) {
    let filter = std::env::var("CASES").unwrap_or_default();
    let (mut passed, mut failed) = (0, 0);
    let mut report = String::new();
    for case in read_cases() {
        let title = format!("{}/{}", case.file, case.name);
        if !title.contains(&filter) {
            continue;
        }
        for (kind, expected) in &case.parts {
            let found = run(&case, kind, stacks);
            if found == *expected {
                passed += 1;
            } else {
                failed += 1;
                let _ = writeln!(
                    report,
                    "--- {title} ({kind})\n{}\nexpected:\n{expected}\nfound:\n{found}\n",
                    case.expression
                );
            }
        }
    }
    eprintln!("{passed} passed, {failed} failed");
    assert!(failed == 0, "{report}{passed} passed, {failed} failed");
    assert!(passed > 0, "no case is named like '{filter}'");
}

#[test]
fn the_reference_answers_the_same() {
    check_all(Stacks::Default);
}

#[test]
fn a_stack_on_the_heap_answers_the_same() {
    check_all(Stacks::Heap);
}

#[test]
fn several_native_stacks_answer_the_same() {
    check_all(Stacks::Several);
}
