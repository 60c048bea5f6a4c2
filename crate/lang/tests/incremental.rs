//! Evaluation again after edits gives what evaluation from nothing gives: values, derivations, errors with their traces, messages.
//!
//! Trees of files are made up at random, and so are the edits. `INCREMENTAL_TREES` says how many trees, `INCREMENTAL_SEED` which.

mod trees;

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::{Machine, Message, Settings};
use std::cell::RefCell;
use std::rc::Rc;
use trees::{Edit, Random, Tree};

/// Files that change while a machine reads them, and the paths of those that it has read.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<MemoryFiles>>, Rc<RefCell<Vec<String>>>);

mod shared_files {
    use super::Shared;
    use drvlab_lang::files::{FileError, FileKind, Files};
    use std::rc::Rc;

    impl Files for Shared {
        fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
            self.0.borrow().kind(path)
        }

        fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
            let shown = String::from_utf8_lossy(path).into_owned();
            self.1.borrow_mut().push(shown);
            self.0.borrow().read(path)
        }

        fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
            self.0.borrow().read_dir(path)
        }

        fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
            self.0.borrow().read_link(path)
        }
    }
}

fn machine(files: &Shared, worth_keeping: usize) -> Machine {
    let settings = Settings {
        worth_keeping,
        memory_limit: 64 << 20,
        heap_levels: 20_000,
        search_path: vec![
            ("here".into(), "/p".into()),
            ("gone".into(), "/gone".into()),
        ],
        ..Settings::default()
    };
    Machine::new(Box::new(files.clone()), settings)
}

/// Evaluates as the page does, and prints all that can be seen of it.
fn answer(machine: &mut Machine, path: &str, again: bool) -> String {
    answer_of(machine, "/p/f0.nix", path, again)
}

fn answer_of(machine: &mut Machine, file: &str, path: &str, again: bool) -> String {
    let evaluate = |machine: &mut Machine| {
        let arguments = machine.arguments(Vec::new());
        let value = machine.evaluate_file(file.as_bytes())?;
        let value = machine.select_path(value, path.as_bytes(), arguments)?;
        let value = machine.auto_call(value, arguments)?;
        let mut found = Vec::new();
        if !matches!(path, "d" | "system") {
            found = machine.print_value(value, true)?;
        }
        if let Ok(instances) = machine.derivations(value, arguments) {
            for instance in instances {
                found.extend_from_slice(format!("\n{instance:?}").as_bytes());
            }
        }
        Ok(found)
    };
    let result = if again {
        machine.evaluate_again(evaluate)
    } else {
        evaluate(machine)
    };
    let mut text = match result {
        Ok(value) => value,
        Err(error) => {
            let near = machine.describe_position(error.diagnostic.near);
            let full = drvlab_lang::report::error(&error.diagnostic, &machine.sources, true);
            [&full, b"\n".as_slice(), &near].concat()
        }
    };
    for message in &machine.messages {
        text.extend_from_slice(b"\n");
        match message {
            Message::Trace(line)
            | Message::Warning(line)
            | Message::File(line)
            | Message::Unpacking(line) => text.extend_from_slice(line),
            Message::Diagnostic(diagnostic) => text.extend_from_slice(&drvlab_lang::report::error(
                diagnostic,
                &machine.sources,
                true,
            )),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// Evaluates a tree, edits it, evaluates it again, and so on; returns how often that was an error.
fn follow(seed: u64, edits: usize) -> usize {
    let mut random = Random::new(seed);
    let mut tree = Tree::new(&mut random);
    let files = Shared::default();
    for (path, text) in tree.files() {
        files
            .0
            .borrow_mut()
            .insert(path.as_bytes(), text.as_bytes());
    }
    let mut kept = machine(&files, random.below(2) * 100_000);
    let mut history = Vec::new();
    let mut errors = 0;
    for step in 0..=edits {
        let path = tree.entry(&mut random);
        let found = answer(&mut kept, path, true);
        let expected = answer(&mut machine(&files, 0), path, false);
        errors += usize::from(expected.starts_with("error:"));
        if found != expected {
            let listing: String = tree
                .files()
                .map(|(path, text)| format!("--- {path}\n{text}\n"))
                .collect();
            panic!(
                "seed {seed}, step {step}, attribute '{path}'\n{listing}--- edits\n{}\n--- expected\n{expected}\n--- found\n{found}",
                history.join("\n")
            );
        }
        match tree.edit(&mut random) {
            Edit::Text(path, text) => {
                history.push(format!("{path}: {text}"));
                files
                    .0
                    .borrow_mut()
                    .insert(path.as_bytes(), text.as_bytes());
                kept.file_changed(path.as_bytes());
            }
            Edit::Removed(path) => {
                history.push(format!("{path} removed"));
                files.0.borrow_mut().remove(path.as_bytes());
                kept.files_came_or_went();
            }
            Edit::Added(path, text) => {
                history.push(format!("{path} added: {text}"));
                files
                    .0
                    .borrow_mut()
                    .insert(path.as_bytes(), text.as_bytes());
                kept.files_came_or_went();
            }
            Edit::Nothing => history.push("nothing".into()),
        }
    }
    errors
}

#[test]
fn evaluation_again_equals_evaluation_from_nothing() {
    const EDITS: usize = 12;
    let trees = number("INCREMENTAL_TREES", 150);
    let first = number("INCREMENTAL_SEED", 1);
    let errors: usize = (first..first + trees).map(|seed| follow(seed, EDITS)).sum();
    let all = trees as usize * (EDITS + 1);
    println!("{errors} of {all} evaluations ended with an error");
    // Neither side of the comparison may be left untested.
    if trees >= 100 {
        assert!(
            errors > all / 20 && errors < all * 4 / 5,
            "{errors} of {all}"
        );
    }
}

/// Puts the files of a folder into a tree in memory, and returns their paths.
fn load(files: &Shared, folder: &std::path::Path, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let entry = entry.expect("the folder is readable");
        let path = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            paths.extend(load(files, &entry.path(), &path));
        } else {
            let text = std::fs::read(entry.path()).expect("the file is readable");
            files.0.borrow_mut().insert(path.as_bytes(), text);
            paths.push(path);
        }
    }
    paths.sort();
    paths
}

#[test]
fn the_example_of_the_page_evaluates_again_as_from_nothing() {
    let files = Shared::default();
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/examples/distribution");
    let paths = load(&files, &folder, "/set");
    let mut kept = machine(&files, 1000);
    let mut random = Random::new(number("INCREMENTAL_SEED", 1));
    let (mut path, mut original) = (String::new(), Vec::new());
    let mut values = 0;
    for edit in 0..number("INCREMENTAL_EDITS", 80) {
        let found = answer_of(&mut kept, "/set/default.nix", "system", true);
        let expected = answer_of(&mut machine(&files, 0), "/set/default.nix", "system", false);
        assert_eq!(found, expected, "after edit {edit}, of {path}");
        values += u32::from(!found.starts_with("error:"));
        // Some edits in a file, which then gets its text back and another has its turn.
        if edit % 6 == 0 {
            if !path.is_empty() {
                files
                    .0
                    .borrow_mut()
                    .insert(path.as_bytes(), std::mem::take(&mut original));
                kept.file_changed(path.as_bytes());
            }
            path.clone_from(&paths[random.below(paths.len())]);
            let text = drvlab_lang::files::Files::read(&files, path.as_bytes());
            original = text.expect("the file is there").to_vec();
        }
        let text = drvlab_lang::files::Files::read(&files, path.as_bytes());
        let text = String::from_utf8_lossy(&text.expect("the file is there")).into_owned();
        let text = match random.below(3) {
            0 if text.is_ascii() => trees::typed(&mut random, &text),
            1 => format!("\n{text}"),
            _ => trees::changed_number(&mut random, &text),
        };
        files
            .0
            .borrow_mut()
            .insert(path.as_bytes(), text.into_bytes());
        kept.file_changed(path.as_bytes());
    }
    assert!(values > 10, "{values}");
}

/// Files whose entry is edited step by step.
struct Edited {
    files: Shared,
    machine: Machine,
}

impl Edited {
    fn new(others: &[(&str, &str)]) -> Self {
        let files = Shared::default();
        for (path, text) in others {
            let path = format!("/p/{path}");
            files
                .0
                .borrow_mut()
                .insert(path.as_bytes(), text.as_bytes());
        }
        files.0.borrow_mut().insert(b"/p/f0.nix", *b"0");
        let mut machine = machine(&files, 0);
        answer(&mut machine, "", true);
        Edited { files, machine }
    }

    /// Gives the entry a text, and compares what it evaluates to with what it does from nothing.
    fn enter(&mut self, text: &str) -> String {
        self.files
            .0
            .borrow_mut()
            .insert(b"/p/f0.nix", text.as_bytes());
        self.machine.file_changed(b"/p/f0.nix");
        self.files.1.borrow_mut().clear();
        let found = answer(&mut self.machine, "", true);
        let read = self.files.1.take();
        assert_eq!(
            found,
            answer(&mut machine(&self.files, 0), "", false),
            "{text}"
        );
        self.files.1.replace(read);
        found
    }

    /// The files that the last evaluation has read.
    fn read(&self) -> Vec<String> {
        let mut paths = self.files.1.borrow().clone();
        paths.sort();
        paths.dedup();
        paths
    }
}

#[test]
fn what_does_not_depend_on_the_edited_file_is_not_evaluated_again() {
    let mut edited = Edited::new(&[
        (
            "set.nix",
            "{ k }: { a = k + (import ./a.nix); b = import ./b.nix; }",
        ),
        ("a.nix", "1 + 1"),
        ("b.nix", "2 + 2"),
    ]);
    assert_eq!(edited.enter("(import ./set.nix { k = 1; }).a"), "3");
    assert!(edited.read().contains(&"/p/a.nix".to_owned()));
    assert_eq!(edited.enter("(import ./set.nix { k = 1; }).a + 1"), "4");
    assert_eq!(edited.read(), ["/p/f0.nix"]);
    assert_eq!(edited.enter("(import ./set.nix { k = 1; }).b"), "4");
    assert_eq!(edited.read(), ["/p/b.nix", "/p/f0.nix"]);
    // Another argument is another call.
    assert_eq!(edited.enter("(import ./set.nix { k = 2; }).a"), "4");
}

#[test]
fn messages_do_not_show_what_was_evaluated_earlier() {
    let mut edited = Edited::new(&[(
        "set.nix",
        "{ x = builtins.length [ 1 ]; f = y: y; l = [ (1 + 1) ]; }",
    )]);
    edited.enter("let s = import ./set.nix; in [ s.x s.f s.l ]");
    let found = edited.enter("let s = import ./set.nix; in \"${s}\"");
    assert!(found.contains("x = «thunk»"), "{found}");
    let found =
        edited.enter("let s = import ./set.nix; in builtins.trace { inherit (s) x; inherit s; } 1");
    assert!(found.contains("x = «thunk»"), "{found}");
}

#[test]
fn positions_are_those_of_the_new_text() {
    let mut edited = Edited::new(&[(
        "set.nix",
        "args: { p = builtins.unsafeGetAttrPos \"k\" args; a = 1; e = args.k.x; f = args.g 1; }",
    )]);
    let call = "(import ./set.nix { k = { }; g = \"\"; })";
    edited.enter(&format!("{call}.a"));
    edited.enter(&format!("\n{call}.a"));
    let found = edited.enter(&format!("\n\n {call}.p.line"));
    assert_eq!(found, "3");
    let found = edited.enter(&format!("\n{call}.p.line"));
    assert_eq!(found, "2");
    for attribute in ["e", "f"] {
        edited.enter(&format!("{call}.a"));
        edited.enter(&format!("\n\n{call}.{attribute}"));
    }
}

#[test]
fn calls_nest_as_deep_as_from_nothing_and_no_deeper() {
    let deep = "let r = n: if n == 0 then 0 else 1 + r (n - 1); in { deep = r 6000; }";
    let mut edited = Edited::new(&[("set.nix", deep)]);
    assert_eq!(edited.enter("(import ./set.nix).deep"), "6000");
    let on_top = "let r = n: if n == 0 then (import ./set.nix).deep else 1 + r (n - 1); in r";
    assert_eq!(edited.enter(&format!("{on_top} 20")), "6020");
    let found = edited.enter(&format!("{on_top} 6000"));
    assert!(found.contains("stack overflow"), "{found}");
    assert_eq!(edited.enter(&format!("{on_top} 30")), "6030");
}

#[test]
fn after_a_limit_the_next_evaluation_works() {
    let mut edited = Edited::new(&[(
        "set.nix",
        "{ a = builtins.length (builtins.genList (x: x) 1000); }",
    )]);
    for text in [
        "builtins.length (builtins.genList (x: x) 100000000)",
        "let l = builtins.foldl' (l: x: l ++ l) [ 1 ] (builtins.genList (x: x) 40); in builtins.length l",
        "let r = n: 1 + r (n + 1); in r 0",
        "let x = x; in x",
    ] {
        assert!(edited.enter(text).starts_with("error:"), "{text}");
        assert_eq!(edited.enter("(import ./set.nix).a"), "1000");
    }
    // The host stops the evaluation.
    let stop = Rc::new(std::cell::Cell::new(false));
    let asked = stop.clone();
    let interrupt = move || asked.get().then(|| "stopped".to_owned());
    edited.machine.settings.interrupt = Some(Rc::new(interrupt));
    stop.set(true);
    let endless = "builtins.foldl' (a: x: a + x) 0 (builtins.genList (x: x) 100000)";
    edited
        .files
        .0
        .borrow_mut()
        .insert(b"/p/f0.nix", endless.as_bytes());
    edited.machine.file_changed(b"/p/f0.nix");
    let found = answer(&mut edited.machine, "", true);
    assert!(found.contains("stopped"), "{found}");
    stop.set(false);
    assert_eq!(edited.enter("(import ./set.nix).a"), "1000");
}

#[test]
fn many_edits_take_no_more_memory_than_few() {
    let mut edited = Edited::new(&[
        (
            "set.nix",
            "{ k ? 1 }: { d = n: derivation { name = n; system = \"x\"; builder = \"/b\"; src = \"${./text}\"; inherit k; }; }",
        ),
        ("text", "text"),
    ]);
    let size = |machine: &Machine| {
        let tables = (
            machine.code_size(),
            machine.symbols.len(),
            machine.store.derivations.len(),
        );
        (machine.heap.used(), tables)
    };
    let mut sizes = Vec::new();
    for edit in 0..300 {
        // As many letters each time, so that sizes can be compared.
        edited.enter(&format!(
            "let v{} = \"n{}\"; in ((import ./set.nix {{ }}).d v{}).drvPath",
            edit + 100,
            edit + 100,
            edit + 100
        ));
        sizes.push(size(&edited.machine));
    }
    assert!(
        sizes[10..].iter().all(|&size| size == sizes[10]),
        "{:?} … {:?}",
        sizes[10],
        sizes.last()
    );
}
