//! Compares us with worlds and builds that were just recorded: `differential realised FILE NAMES`, which writes the
//! names of those that differ, and `differential toy FILE`. With `differential export FILE FOLDER KEY`
//! it builds what was recorded and writes a cache that the reference can read, and the public key of its signatures to a file.
//!
//! `cargo xtask differential cache` records random ones and runs it.

#[path = "../tests/golden_file/mod.rs"]
mod golden_file;
#[path = "../tests/recorded/mod.rs"]
mod recorded;
#[path = "../tests/toys/mod.rs"]
mod toys;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

/// Builds cases, pushes them to a cache and writes it to a folder, and the key that signed to a file.
fn export(file: &str, folder: &Path, key: &str) -> ExitCode {
    let (export, public_key) = toys::export(&toys::load(file));
    for (name, contents) in &export.files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it is in the folder"))
            .expect("the folder can be made");
        fs::write(file, contents).expect("the file can be written");
    }
    fs::write(key, public_key.to_bytes()).expect("the file can be written");
    println!(
        "{} files, {} store objects left out",
        export.files.len(),
        export.left_out.len()
    );
    ExitCode::SUCCESS
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (count, run, wrong) = match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["realised", file, names] => {
            let cases = recorded::load(file);
            let differing = cases.iter().filter_map(|case| {
                let wrong = recorded::differences(case);
                (!wrong.is_empty()).then_some((&case.name, wrong))
            });
            let (different, wrong): (Vec<_>, Vec<_>) = differing.unzip();
            let different = serde_json::to_vec(&different).expect("they are strings");
            fs::write(names, different).expect("the file can be written");
            (cases.len(), cases.len(), wrong.concat())
        }
        ["export", file, folder, key] => return export(file, Path::new(folder), key),
        ["toy", file] => {
            let cases = toys::load(file);
            let checked: Vec<_> = cases
                .iter()
                .map(|case| (&case.name, toys::check(case)))
                .collect();
            let run = checked
                .iter()
                .filter(|(_, result)| result.is_some())
                .count();
            let wrong = checked
                .into_iter()
                .filter_map(|(name, result)| Some(format!("{name}: {}", result?.err()?)));
            (cases.len(), run, wrong.collect())
        }
        _ => {
            eprintln!(
                "usage: differential realised FILE NAMES | toy FILE | export FILE FOLDER KEY"
            );
            return ExitCode::FAILURE;
        }
    };
    for difference in &wrong {
        println!("{difference}");
    }
    println!(
        "{count} cases, {run} of them run here, {} differences",
        wrong.len()
    );
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
