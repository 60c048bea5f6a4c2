//! The builtin functions, by what they work on. Each takes exactly its arguments, not yet evaluated, and returns a value in weak head
//! normal form.

pub mod derivation;
pub mod files;
