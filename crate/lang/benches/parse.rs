//! Parsing and resolving of the hand-written files of the package set, `tests/package-set/files`: as they are, and without comments and
//! indentation.
//!
//! Throughput against the reference, of whole processes and in the browser, comes of `cargo xtask bench parse`.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use bstr::ByteSlice as _;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use drvlab_lang::ir::Ir;
use drvlab_lang::source::{Origin, SourceMap};
use drvlab_lang::symbol::{Symbol, Symbols};
use drvlab_lang::syntax::{self, ParseContext};
use rustc_hash::FxHashMap;
use std::path::Path;
use std::rc::Rc;

/// The variables that the files use without binding them.
const GLOBALS: &str = "abort baseNameOf builtins derivation derivationStrict dirOf false fetchTarball fetchTree fromTOML import isNull \
    map null placeholder removeAttrs scopedImport throw toString true";

fn read(folder: &Path, texts: &mut Vec<Vec<u8>>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "nix") {
            texts.push(std::fs::read(&path).unwrap());
        }
    }
}

fn without_blanks(text: &[u8]) -> Vec<u8> {
    let lines = text.lines().map(|line| line.trim_ascii());
    let code: Vec<&[u8]> = lines
        .filter(|line| !line.is_empty() && !line.starts_with(b"#"))
        .collect();
    bstr::join("\n", code)
}

/// Parses all texts into one arena, and counts its expressions.
fn parse(texts: &[Rc<[u8]>]) -> usize {
    let (mut ir, mut symbols, mut sources) = (Ir::default(), Symbols::new(), SourceMap::default());
    let globals: FxHashMap<Symbol, u32> = GLOBALS
        .split_whitespace()
        .enumerate()
        .map(|(index, name)| (symbols.intern(name.as_bytes()), index as u32))
        .collect();
    let mut warnings = Vec::new();
    for text in texts {
        let base = sources.add(Origin::String, text.clone()).unwrap();
        let root = syntax::parse(ParseContext {
            ir: &mut ir,
            symbols: &mut symbols,
            sources: &sources,
            base,
            base_dir: b"/",
            home: None,
            globals: &globals,
            scope: None,
            pipe_operators: true,
            warnings: &mut warnings,
        });
        assert!(root.is_ok(), "{root:?}");
    }
    ir.exprs.len()
}

fn benchmark(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/package-set/files");
    let mut texts = Vec::new();
    read(&folder, &mut texts);
    let dense: Vec<Vec<u8>> = texts.iter().map(|text| without_blanks(text)).collect();
    let mut group = criterion.benchmark_group("parse");
    for (name, texts) in [("as written", texts), ("dense", dense)] {
        let texts: Vec<Rc<[u8]>> = texts.into_iter().map(Rc::from).collect();
        let bytes: usize = texts.iter().map(|text| text.len()).sum();
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(name, |bencher| bencher.iter(|| parse(&texts)));
    }
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
