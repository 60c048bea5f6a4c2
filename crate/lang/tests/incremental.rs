//! Evaluation again after edits gives what evaluation from nothing gives: values, derivations, errors with their traces, messages.
//!
//! Trees of files are made up at random, and so are the edits. `INCREMENTAL_TREES` says how many trees, `INCREMENTAL_SEED` which.

mod trees;

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::{Machine, Message, Settings};
use std::cell::RefCell;
use std::rc::Rc;
use trees::{Edit, Random, Tree};

/// Files that change while a machine reads them.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<MemoryFiles>>);

mod shared_files {
    use super::Shared;
    use drvlab_lang::files::{FileError, FileKind, Files};
    use std::rc::Rc;

    impl Files for Shared {
        fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
            self.0.borrow().kind(path)
        }

        fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
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
    let evaluate = |machine: &mut Machine| {
        let arguments = machine.arguments(Vec::new());
        let value = machine.evaluate_file(b"/p/f0.nix")?;
        let value = machine.select_path(value, path.as_bytes(), arguments)?;
        let value = machine.auto_call(value, arguments)?;
        let mut found = Vec::new();
        if path != "d" {
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
            Message::Trace(line) | Message::Warning(line) => text.extend_from_slice(line),
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
