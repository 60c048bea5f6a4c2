//! Measures evaluation again after an edit: reads a folder into memory, evaluates an attribute, then changes one file again and again.
//!
//!     cargo run --release -p drvlab-lang --example keystroke -- FOLDER FILE ATTRIBUTE EDITED-FILE [EDITS]
//!
//! Each edit gives the first text in double quotes of the edited file another last letter, and every fourth is no Nix at all. Prints the
//! time of the first evaluation, the median and the 99th percentile of those after edits, and the heap before and after all of them.

use drvlab_lang::files::{FileError, FileKind, Files, MemoryFiles};
use drvlab_lang::{Machine, Settings};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

/// Files that change while a machine reads them.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<MemoryFiles>>);

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

fn load(files: &mut MemoryFiles, folder: &Path, prefix: &str) {
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let entry = entry.expect("the folder is readable");
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            load(files, &entry.path(), &name);
        } else {
            let text = std::fs::read(entry.path()).expect("the file is readable");
            files.insert(name.as_bytes(), text);
        }
    }
}

/// Evaluates as the page does; returns how many derivations that came to.
fn evaluate(machine: &mut Machine, file: &str, attribute: &str) -> Result<usize, String> {
    let result = machine.evaluate_again(|machine| {
        let arguments = machine.arguments(Vec::new());
        let value = machine.evaluate_file(format!("/set/{file}").as_bytes())?;
        let value = machine.select_path(value, attribute.as_bytes(), arguments)?;
        machine.derivations(value, arguments)
    });
    match result {
        Ok(instances) => Ok(instances.len()),
        Err(error) => Err(error.diagnostic.message.to_string()),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, file, attribute, edited, rest @ ..] = arguments.as_slice() else {
        eprintln!("FOLDER FILE ATTRIBUTE EDITED-FILE [EDITS]");
        std::process::exit(2);
    };
    let edits = rest.first().map_or(1000, |count| {
        count.parse::<usize>().expect("EDITS is a number")
    });
    let files = Shared::default();
    load(&mut files.0.borrow_mut(), Path::new(folder), "/set");
    let mut machine = Machine::new(Box::new(files.clone()), Settings::default());
    let start = Instant::now();
    let found = evaluate(&mut machine, file, attribute);
    println!(
        "first evaluation {:8.3} ms: {found:?}, {} derivations, heap {} kB",
        start.elapsed().as_secs_f64() * 1e3,
        machine.store.derivations.len(),
        machine.heap.used() / 1000
    );
    let path = format!("/set/{edited}");
    let text = files.0.borrow().read(path.as_bytes());
    let text = text.expect("the edited file is in the folder").to_vec();
    let text = String::from_utf8(text).expect("the edited file is UTF-8");
    let quote = text.find("\";").expect("the edited file has a text");
    let mut times = Vec::new();
    let mut early = 0;
    for edit in 0..edits {
        let letter = (b'a' + (edit % 26) as u8) as char;
        let insert = match edit % 4 {
            3 => format!("{letter}\"; )"),
            _ => letter.to_string(),
        };
        let new = [&text[..quote], &insert, &text[quote..]].concat();
        files
            .0
            .borrow_mut()
            .insert(path.as_bytes(), new.into_bytes());
        let start = Instant::now();
        machine.file_changed(path.as_bytes());
        let found = evaluate(&mut machine, file, attribute);
        times.push(start.elapsed().as_secs_f64() * 1e3);
        if edit < 4 {
            let time = times[edit];
            println!("edit {edit}: {time:.3} ms, {found:?}");
        }
        if edit == 20.min(edits - 1) {
            early = machine.heap.used();
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{edits} edits: median {:.3} ms, 99th percentile {:.3} ms, last {:.3} ms",
        times[edits / 2],
        times[edits * 99 / 100],
        times[edits - 1]
    );
    println!(
        "heap after 20 edits {} kB, after all {} kB; code {} kB",
        early / 1000,
        machine.heap.used() / 1000,
        machine.code_size() / 1000
    );
}
