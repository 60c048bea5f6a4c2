//! Prints files as `nix-instantiate --parse` does; with `--time`, how fast they are parsed and resolved.

use bstr::ByteSlice;
use drvlab_lang::ir::Ir;
use drvlab_lang::source::{Origin, SourceMap};
use drvlab_lang::symbol::{Symbol, Symbols};
use drvlab_lang::syntax::{self, Globals, ParseContext};
use std::io::Write;
use std::rc::Rc;
use std::time::Instant;

/// Takes every name of the list for a global.
struct Names(Vec<Symbol>);

impl Globals for Names {
    fn index(&self, name: Symbol) -> Option<u32> {
        self.0
            .iter()
            .position(|&global| global == name)
            .map(|index| index as u32)
    }
}

const GLOBALS: &str = "builtins derivation true false null import map abort baseNameOf throw toString removeAttrs isNull \
    scopedImport fetchTarball fetchGit fetchTree fetchMercurial placeholder dirOf break derivationStrict fromTOML \
    __sub __mul __div __lessThan __findFile __nixPath __add __length __head __tail __toJSON __storeDir __currentTime __currentSystem __langVersion __nixVersion __fetchurl";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let timed = arguments.first().is_some_and(|first| first == "--time");
    let mut out = std::io::stdout().lock();
    for file in &arguments[usize::from(timed)..] {
        let text: Rc<[u8]> = std::fs::read(file).expect("the file is readable").into();
        let rounds = if timed { 5 } else { 1 };
        for _ in 0..rounds {
            let (mut ir, mut symbols, mut sources) =
                (Ir::default(), Symbols::new(), SourceMap::default());
            let globals = Names(
                GLOBALS
                    .split_whitespace()
                    .map(|name| symbols.intern(name.as_bytes()))
                    .collect(),
            );
            let base = sources
                .add(Origin::File(file.as_bytes().into()), text.clone())
                .expect("one file fits");
            let dir = file.rsplit_once('/').map_or("/", |(dir, _)| dir);
            let start = Instant::now();
            let mut warnings = Vec::new();
            let result = syntax::parse(ParseContext {
                ir: &mut ir,
                symbols: &mut symbols,
                sources: &sources,
                base,
                base_dir: dir.as_bytes(),
                home: Some(b"/root"),
                globals: &globals,
                scope: None,
                pipe_operators: true,
                warnings: &mut warnings,
            });
            if timed {
                let seconds = start.elapsed().as_secs_f64();
                let speed = text.len() as f64 / seconds / 1e6;
                eprintln!(
                    "{file}: {:.2} ms, {speed:.0} MB/s, {} expressions",
                    seconds * 1e3,
                    ir.exprs.len()
                );
            }
            for warning in &warnings {
                let at = sources
                    .locate(warning.span.start)
                    .expect("warnings have a place")
                    .describe();
                let at = at.as_bstr();
                writeln!(out, "warning: at {at}: {}", warning.message)
                    .expect("standard output is open");
            }
            match result {
                Ok(root) if !timed => {
                    out.write_all(&syntax::print(&ir, &symbols, root.expr))
                        .expect("standard output is open");
                    out.write_all(b"\n").expect("standard output is open");
                }
                Ok(_) => {}
                Err(error) => {
                    writeln!(out, "error: {}", error.message).expect("standard output is open");
                    if let Some(location) = sources.locate(error.span.start) {
                        writeln!(out, "       at {}:", location.describe().as_bstr())
                            .expect("standard output is open");
                    }
                }
            }
        }
    }
}
