//! Building the page, and keeping it in memory for the server.

use crate::assets::Assets;
use crate::build_lock::BuildLock;
use crate::workspace::Workspace;
use crate::{command, node};

/// Builds the page from `web/` and the WASM module, which must be there already, and loads it into memory.
///
/// What is served is a snapshot: a later build by another run cannot mix old and new files.
/// Fails when npm is missing or the build fails.
pub fn build(workspace: &Workspace, lock: &BuildLock) -> anyhow::Result<Assets> {
    node::ensure_packages(workspace, "web", lock)?;
    command::run(&mut node::npm_run(workspace, "web", "build"))?;
    Assets::load(&workspace.path("web/dist"))
}
