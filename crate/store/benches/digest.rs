//! Digesting graphs of derivations: from nothing, after a change, and how fast hashing alone would be.

#[expect(
    dead_code,
    reason = "the graph as an expression is for comparisons with other programs"
)]
mod graph;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use graph::{Cone, Graph, hash_alone};

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 100_000];

fn digest(criterion: &mut Criterion) {
    for size in SIZES {
        let mut graph = Graph::new(size);
        let texts = graph.hashed_texts();
        let bytes: usize = texts.iter().map(Vec::len).sum();
        let mut group = criterion.benchmark_group("digest");
        group.sample_size(10);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(BenchmarkId::new("hashing alone", size), |bencher| {
            bencher.iter(|| hash_alone(black_box(&texts)));
        });
        drop(texts);
        group.bench_function(BenchmarkId::new("from nothing", size), |bencher| {
            bencher.iter_with_large_drop(|| graph.digest_all());
        });
        group.finish();

        let mut group = criterion.benchmark_group("change of a leaf");
        group.sample_size(10);
        for cone in Cone::EACH {
            let places = graph.places(cone);
            group.throughput(Throughput::Elements(places.len() as u64));
            group.bench_function(BenchmarkId::new(format!("{cone:?}"), size), |bencher| {
                bencher.iter(|| graph.change(cone, &places));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, digest);
criterion_main!(benches);
