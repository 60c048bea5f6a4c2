//! The text of `.drv` files, a restricted form of ATerm.
//!
//! Writing is in [`write()`], reading in [`parse()`], what only the inputs can tell in [`check()`]. Source: `Derivation::unparse` and `parseDerivation` in
//! `libstore/derivations.cc`.

mod check;
mod error;
mod parse;

pub use check::check;
pub use drvlab_digest::aterm::{
    Layout, Mask, OutputPaths, Part, to_bytes, write, write_modulo_inputs, write_with_layout,
};
pub use error::{ParseError, ParseErrorKind};
pub use parse::{MAX_DYNAMIC_DEPTH, MAX_READ, Read, parse, read};
