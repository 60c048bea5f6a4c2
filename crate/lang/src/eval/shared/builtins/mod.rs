//! The builtin functions, by what they work on. Each takes exactly its arguments, not yet evaluated, and returns a value in weak head
//! normal form.

pub mod attrs;
pub mod closure;
pub mod constants;
pub mod context;
pub mod control;
pub mod derivation;
pub mod fetch;
pub mod files;
pub mod flakes;
pub mod hash;
pub mod json;
pub mod lists;
pub mod numbers;
pub mod regex;
pub mod sort;
pub mod sources;
pub mod strings;
pub mod toml;
pub mod types;
pub mod versions;
