//! Builds of derivations in memory: the `/bin/sh` builders of small examples run, all others are given up.
//!
//! [`build()`] runs one builder in an interpreter of the shell, over a file system in memory, and makes real file trees, NAR hashes,
//! references and logs of what it leaves — those of Nix 2.34 on Linux with its sandbox — or says why it cannot
//! ([`GiveUp`]). [`resolve()`] is the step before for content-addressed inputs. No files, clock, network, threads: the same task
//! always gives the same outcome.

mod build;
mod checks;
mod environment;
mod file_system;
mod host;
mod limits;
mod machine;
mod outcome;
mod outputs;
mod programs;
mod resolve;
mod rewriting;
mod shell;
mod store_object;

pub use build::{Task, build, cannot_build};
pub use host::{Host, StoreObjects};
pub use limits::{Limit, Limits};
pub use outcome::{Built, Failure, FailureKind, GiveUp, Outcome};
pub use outputs::content_hash;
pub use resolve::{needs_resolution, resolve};
pub use store_object::StoreObject;
