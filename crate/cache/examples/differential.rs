//! Compares us with worlds and builds that were just recorded: `differential realised|toy FILE`. With `differential export FILE FOLDER KEY`
//! it builds what was recorded and writes a cache that the reference can read, signed by a secret key.
//!
//! `cargo xtask differential cache` records random ones and runs it.

#[path = "../tests/recorded/mod.rs"]
mod recorded;
#[path = "../tests/toys/mod.rs"]
mod toys;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use drvlab_cache::farm::Farm;
use drvlab_cache::toy::ToyBuilder;
use drvlab_cache::{BinaryCache, export};
use drvlab_store::{CacheInfo, SecretKey, StoreDir};

/// Builds cases, pushes them to a cache and writes it to a folder.
fn export(file: &str, folder: &Path, key: &str) -> ExitCode {
    let key = fs::read(key).expect("the key can be read");
    let key = SecretKey::parse(key.trim_ascii()).expect("it is a secret key");
    let mut cache = BinaryCache::new("export", CacheInfo::default(), StoreDir::default());
    let mut farm = Farm::new(Some(key));
    for case in &toys::load(file) {
        let (drv, graph) = toys::graph(case);
        farm.publish(
            &graph,
            graph.find(&drv),
            &mut cache,
            &ToyBuilder::default(),
            |_| false,
        );
    }
    let export = export::export(&cache);
    for (name, contents) in &export.files {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().expect("it is in the folder"))
            .expect("the folder can be made");
        fs::write(file, contents).expect("the file can be written");
    }
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
        ["realised", file] => {
            let cases = recorded::load(file);
            let wrong: Vec<_> = cases.iter().flat_map(recorded::differences).collect();
            (cases.len(), cases.len(), wrong)
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
            eprintln!("usage: differential realised|toy FILE");
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
