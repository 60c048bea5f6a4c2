//! Measures digesting graphs of derivations natively, and prints JSON: a line for each size.
//!
//! Arguments: sizes; or `expression SIZE` for the same graph as an expression of the language.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is a program for measurements"
)]

#[path = "../benches/graph/mod.rs"]
mod graph;

use std::env;
use std::time::{Duration, Instant};

use graph::{Cone, Graph, hash_alone};

/// For each size so much time is spent on a kind of measurement, and so many times it is done at least.
const TIME: Duration = Duration::from_secs(2);
const LEAST: usize = 3;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [word, size] = &words[..]
        && word == "expression"
    {
        print!("{}", Graph::new(size.parse().unwrap()).expression());
        return;
    }
    for size in words {
        measure(size.parse().unwrap());
    }
}

fn measure(size: usize) {
    let mut graph = Graph::new(size);
    let texts = graph.hashed_texts();
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let (mut alone, mut nothing) = (f64::MAX, f64::MAX);
    // In turn, so that what else the machine does falls on both.
    repeat(|| {
        alone = alone.min(milliseconds(|| {
            std::hint::black_box(hash_alone(&texts));
        }));
        nothing = nothing.min(milliseconds(|| graph.digest_all()));
    });
    drop(texts);
    let cones = Cone::EACH.map(|cone| {
        let places = graph.places(cone);
        let mut least = f64::MAX;
        repeat(|| least = least.min(milliseconds(|| graph.change(cone, &places))));
        // The leaf is digested, too.
        format!(
            r#"{{"digested":{},"milliseconds":{least}}}"#,
            places.len() + 1
        )
    });
    println!(
        r#"{{"size":{size},"bytes":{bytes},"alone":{alone},"nothing":{nothing},"cones":[{}],"path":"{}"}}"#,
        cones.join(","),
        graph.last_path(),
    );
}

fn repeat(mut work: impl FnMut()) {
    let start = Instant::now();
    let mut count = 0;
    while count < LEAST || start.elapsed() < TIME {
        work();
        count += 1;
    }
}

/// Measures work; what it returns is dropped afterwards.
fn milliseconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    let _result = work();
    start.elapsed().as_secs_f64() * 1e3
}
