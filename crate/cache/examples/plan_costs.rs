//! What planning costs: `plan_costs DERIVATIONS NARINFOS` prints a line of JSON with times in microseconds,
//! those of a plan that covers the whole graph, and those of the decisions alone.
//!
//! `cargo xtask bench plan` runs it for many sizes, each in a process of its own, so that the peak of memory is that of one size.

#[path = "../benches/world/mod.rs"]
mod world;

use std::hint::black_box;
use std::time::Instant;
use std::{env, fs};

use drvlab_cache::{BinaryCache, LocalStore};
use serde_json::json;
use world::{Set, empty, fill};

/// Runs something often enough that the fastest run was undisturbed; returns its microseconds.
fn measure(mut run: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    let begin = Instant::now();
    for round in 0.. {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_secs_f64() * 1e6);
        if round >= 5 && begin.elapsed().as_millis() > 500 {
            break;
        }
    }
    best
}

/// Returns the microseconds of a plan that covers the whole graph, and of the decisions alone.
fn both(set: &Set, local: &LocalStore, cache: &BinaryCache) -> [f64; 2] {
    let plan = measure(|| drop(black_box(set.plan(local, cache))));
    let decisions = measure(|| {
        black_box(set.decide(local, cache));
    });
    [plan, decisions]
}

/// Returns how large this process was at its largest in KiB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn main() {
    let mut sizes = env::args()
        .skip(1)
        .map(|it| it.parse().expect("it is a count"));
    let mut size = || -> usize {
        sizes
            .next()
            .expect("usage: plan_costs DERIVATIONS NARINFOS")
    };
    let (size, narinfos) = (size(), size());
    let set = Set::new(size, None);
    let (nothing, everything) = (LocalStore::new(), set.local());
    let mut full = set.cache();
    fill(&mut full, narinfos.saturating_sub(size));
    let built = both(&set, &nothing, &empty());
    let fetched = both(&set, &nothing, &full);
    // The edited sets are made only now.
    let memory = peak_memory();
    let edits = [1, 10, 100, 1_000, 10_000, 100_000].into_iter();
    let edits = edits.filter(|cone| *cone <= size).map(|cone| {
        let edited = Set::new(size, Some(size - cone));
        let looked_at = edited.decide(&everything, &full);
        json!({ "changed": cone, "times": both(&edited, &everything, &full), "lookedAt": looked_at })
    });
    println!(
        "{}",
        json!({
            "derivations": size,
            "narinfos": narinfos.max(size),
            "built": built,
            "fetched": fetched,
            "memory": memory,
            "edits": edits.collect::<Vec<_>>(),
        })
    );
}
