//! One build at a time: a file lock, so that two runs of xtask never write the same output together.

use std::fs::{self, File, TryLockError};

use anyhow::Context as _;

use crate::workspace::Workspace;

/// Held while WASM, page and JavaScript packages are written or read from their shared folders; dropping it lets the next run go on.
#[derive(Debug)]
pub struct BuildLock {
    _file: File,
}

/// Takes the lock, waiting for other runs that hold it.
///
/// Fails when the folder for build output cannot be written.
pub fn acquire(workspace: &Workspace) -> anyhow::Result<BuildLock> {
    let folder = workspace.root().join("target");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    // Beside the sources, not in CARGO_TARGET_DIR: runs with different target folders share `web/` too.
    let path = folder.join("xtask.lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("waiting for another `cargo xtask` to finish its build");
            file.lock().context("cannot wait for the build lock")?;
        }
        Err(TryLockError::Error(error)) => return Err(error).context("cannot take the build lock"),
    }
    Ok(BuildLock { _file: file })
}
