//! The micro set, `tests/bench/micro/*.nix`, in this process: parsing and evaluation with the memory of the run before.
//!
//! `cargo bench -p drvlab-lang` measures all programs, with a word after it those whose name contains it. The numbers against the
//! reference, whole processes and in the browser, come of `cargo xtask bench micro chromium`.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use criterion::{Criterion, criterion_group, criterion_main};
use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};
use std::path::Path;
use std::time::Duration;

fn evaluate(machine: &mut Machine, text: &[u8]) -> Vec<u8> {
    machine.forget_values();
    let value = machine.evaluate_text(Origin::String, text, b"/").unwrap();
    machine.print_value(value, true).unwrap()
}

fn micro(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("micro");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/bench/micro");
    let mut paths: Vec<_> = folder
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let mut machine = Machine::new(Box::new(MemoryFiles::default()), Settings::default());
        group.bench_function(name, |bencher| {
            bencher.iter(|| evaluate(&mut machine, &text));
        });
    }
}

criterion_group!(benches, micro);
criterion_main!(benches);
