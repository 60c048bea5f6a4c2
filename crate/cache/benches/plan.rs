//! Planning graphs of derivations against caches of many narinfos: from nothing, and after one edit.
//!
//! `cargo bench -p drvlab-cache --bench plan`; `cargo xtask bench plan` prints a table of the largest ones with their memory.

mod world;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use drvlab_cache::{BinaryCache, LocalStore};
use world::{Set, empty, fill};

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn planning(criterion: &mut Criterion) {
    for size in SIZES {
        let set = Set::new(size, None);
        let (nothing, everything) = (LocalStore::new(), set.local());
        let full = set.cache();
        let last = Set::new(size, Some(size - 1));
        let half = Set::new(size, Some(size / 2));
        let mut group = criterion.benchmark_group("plan");
        group.sample_size(10);
        group.throughput(Throughput::Elements(size as u64));
        let cases: [(&str, &Set, &LocalStore, &BinaryCache); 4] = [
            ("everything is built", &set, &nothing, &empty()),
            ("everything is fetched", &set, &nothing, &full),
            ("half was edited", &half, &everything, &full),
            ("the last was edited", &last, &everything, &full),
        ];
        for (name, set, local, cache) in cases {
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| black_box(set.plan(local, cache)));
            });
        }
        group.bench_function(
            BenchmarkId::new("the last was edited, decisions alone", size),
            |bencher| {
                bencher.iter(|| black_box(last.decide(&everything, &full)));
            },
        );
        group.finish();
    }
}

/// What nobody asks for costs nothing but memory.
fn large_caches(criterion: &mut Criterion) {
    let set = Set::new(10_000, None);
    let nothing = LocalStore::new();
    let mut group = criterion.benchmark_group("plan 10,000 that are fetched from a cache of");
    group.sample_size(10);
    for narinfos in [10_000, 1_000_000] {
        let mut cache = set.cache();
        fill(&mut cache, narinfos);
        group.bench_function(BenchmarkId::from_parameter(narinfos), |bencher| {
            bencher.iter(|| black_box(set.plan(&nothing, &cache)));
        });
    }
    group.finish();
}

criterion_group!(benches, planning, large_caches);
criterion_main!(benches);
