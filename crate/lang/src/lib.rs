//! The Nix language: syntax, evaluator, builtins, printing. Pure: files are reached through a trait, nothing else is.

pub mod attrs;
pub mod builtin;
mod coercion;
pub mod context;
mod derivation;
mod describe;
pub mod diagnostic;
pub mod engine;
pub mod error;
pub mod eval;
mod fetching;
pub mod files;
pub mod heap;
mod imported_derivation;
mod internal;
pub mod ir;
mod json_lexer;
mod json_read;
mod json_text;
mod loading;
pub mod machine;
mod number;
mod output;
mod print;
mod regex;
pub mod report;
pub mod source;
pub mod store_objects;
mod suggestion;
pub mod symbol;
pub mod syntax;
mod toml;
pub mod value;
mod version;
mod xml_text;

pub use machine::{Machine, Message, Settings};
