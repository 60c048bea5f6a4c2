//! `cargo xtask size`: what the WASM module weighs.

use crate::command;
use crate::workspace::Workspace;
use crate::{build_lock, node, wasm};

/// Builds the module and prints its size: raw, gzip and brotli.
///
/// Fails when it cannot be built.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let lock = build_lock::acquire(workspace)?;
    wasm::build(workspace, &lock)?;
    command::run(
        node::node(workspace)?
            .arg(workspace.path("tests/bench/size.mjs"))
            .arg(wasm::module(workspace)),
    )
}
