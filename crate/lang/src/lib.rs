//! The Nix language: syntax, evaluator, builtins, printing. Pure: files are reached through a trait, nothing else is.

pub mod diagnostic;
pub mod ir;
pub mod source;
pub mod symbol;
pub mod syntax;
