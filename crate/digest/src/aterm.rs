//! Writing the text of `.drv` files, a restricted form of ATerm.
//!
//! Source: `Derivation::unparse` in `libstore/derivations.cc`.

mod part;
mod write;

pub use part::{Layout, Part};
pub use write::{Mask, OutputPaths, to_bytes, write, write_modulo_inputs, write_with_layout};
