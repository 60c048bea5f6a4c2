//! From text to resolved expressions, and back to the text that `nix-instantiate --parse` prints.
//!
//! The parser writes into the arena of [`crate::ir`]; there is no other syntax tree. Nothing here evaluates.

mod attr_set;
mod attribute;
mod bytes;
mod expression;
mod function;
mod indented;
mod lexer;
mod parser;
mod path;
mod print;
mod quoted;
mod resolver;
mod token;

pub use print::print;
pub(crate) use print::{attr_name as print_attr_name, float as print_float};

use crate::diagnostic::Diagnostic;
use crate::ir::{Ir, Root};
use crate::source::{Pos, SourceMap};
use crate::symbol::{Symbol, Symbols};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The names of the global scope.
pub trait Globals {
    /// Returns the index of a global.
    fn index(&self, name: Symbol) -> Option<u32>;
}

impl Globals for FxHashMap<Symbol, u32> {
    fn index(&self, name: Symbol) -> Option<u32> {
        self.get(&name).copied()
    }
}

/// What parsing a text needs to know and where it writes to.
pub struct ParseContext<'a> {
    /// The arena.
    pub ir: &'a mut Ir,
    /// The table of names.
    pub symbols: &'a mut Symbols,
    /// The texts.
    pub sources: &'a SourceMap,
    /// Where the text to be parsed starts, as returned by [`SourceMap::add`].
    pub base: Pos,
    /// The absolute directory that path literals are relative to.
    pub base_dir: &'a [u8],
    /// The directory that `~/` stands for, if there is one.
    pub home: Option<&'a [u8]>,
    /// The global scope.
    pub globals: &'a dyn Globals,
    /// Names of an outermost scope whose values are in the slots from 0 on of a frame around the root frame.
    pub scope: Option<&'a [Symbol]>,
    /// Whether the experimental feature `pipe-operators` is on.
    pub pipe_operators: bool,
    /// Where warnings go.
    pub warnings: &'a mut Vec<Diagnostic>,
}

/// Parses and resolves a text.
///
/// # Errors
/// Syntax errors, attributes and parameters defined twice, undefined variables: the first one that the reference reports.
/// What has been added to the arena until then stays there unused.
pub fn parse(context: ParseContext<'_>) -> Result<Root, Box<Diagnostic>> {
    let (globals, scope) = (context.globals, context.scope);
    let text: Rc<[u8]> = match context.sources.source(context.base) {
        Some(source) => source.text.clone(),
        None => Rc::new([]),
    };
    let mut parser = parser::Parser::new(context, &text);
    let expr = parser.parse()?;
    let parser::Parser { ir, symbols, .. } = parser;
    resolver::resolve(ir, symbols, globals, scope, expr)
}
