//! The terminal program: command line, files and output around the pure crates.

pub mod arguments;
pub mod cache_folder;
pub mod drv_files;
pub mod failure;
pub mod reading;
pub mod report;
