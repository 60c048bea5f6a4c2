//! The terminal program: command line, files and output around the pure crates.

pub mod allocator;
pub mod arguments;
pub mod build;
pub mod cache_folder;
pub mod derivations;
pub mod diff;
pub mod drv_files;
pub mod eval;
pub mod failure;
pub mod files;
pub mod instantiate;
pub mod plan;
pub mod plan_json;
pub mod plan_text;
pub mod program;
pub mod reading;
pub mod session;
pub mod settings;
pub mod show;
pub mod store_dir;
pub mod unpacked;
pub mod why;
pub mod world;

mod stack;
