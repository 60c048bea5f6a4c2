//! The terminal program: command line, files and output around the pure crates.

pub mod arguments;
pub mod report;
