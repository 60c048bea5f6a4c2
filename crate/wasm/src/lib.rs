//! The boundary to the page: a [`Workspace`] of files that is evaluated, planned and compared.
//!
//! The one place that knows JavaScript. What it returns is plain data ([`model`]) in the words of the page; what the user does wrong is
//! part of that data. A JavaScript exception means a bug, and the instance must then be thrown away.

mod browser;
mod builds;
mod detail;
mod diagnostics;
mod files;
mod image;
mod limits;
mod load;
#[cfg(any(target_arch = "wasm32", test))]
mod memory;
mod microscope;
pub mod model;
mod reader;
mod report;
mod rest;
mod run;
mod stacks;
mod told;
mod what_if;
mod workspace;
mod world;
mod world_api;

pub use limits::limit_ranges;
pub use reader::Reader;
pub use rest::{load_rest, set_rest};
pub use workspace::Workspace;
