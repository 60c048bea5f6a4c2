//! `cargo xtask size`: what the WASM modules weigh.

use crate::command;
use crate::workspace::Workspace;
use crate::{build_lock, node, wasm};

/// Builds the modules and prints their sizes: raw, gzip and brotli.
///
/// Fails when they cannot be built.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let lock = build_lock::acquire(workspace)?;
    wasm::build(workspace, &lock)?;
    command::run(
        node::node(workspace)?
            .arg(workspace.path("tests/bench/size.mjs"))
            .args(wasm::modules(workspace)),
    )
}
