//! The builtin functions, by what they work on. Each takes exactly its arguments, not yet evaluated, and returns a value in weak head
//! normal form.

pub mod attrs;
pub mod closure;
pub mod constants;
pub mod control;
pub mod derivation;
pub mod files;
pub mod lists;
pub mod numbers;
pub mod sort;
pub mod types;
