//! Where things are: the repository's root and the folder for build output.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// The repository that this run works on.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository: cargo names this package's folder to the programs it runs, else the current folder or one above it is the root.
    ///
    /// Fails outside the repository.
    pub fn locate() -> anyhow::Result<Self> {
        let here = env::current_dir().context("the current folder is not readable")?;
        let start = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| here.clone(), PathBuf::from);
        let root = start
            .ancestors()
            .find(|folder| folder.join("crate/xtask/Cargo.toml").is_file())
            .context("this is not a checkout of drvlab: start with `cargo xtask` inside one")?
            .to_owned();
        // A relative CARGO_TARGET_DIR is relative to where cargo was started.
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) if !folder.is_empty() => here.join(folder),
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The folder with the workspace's `Cargo.toml`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file or folder given relative to the root.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's folder for build output; builds whose results are read here name it explicitly.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// xtask's own folder for build output.
    pub fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The files of a folder whose names end in `suffix`, sorted; a folder that does not exist has none.
    ///
    /// Fails when the folder cannot be read.
    pub fn files(&self, folder: &str, suffix: &str) -> anyhow::Result<Vec<PathBuf>> {
        let path = self.path(folder);
        if !path.is_dir() {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for entry in path
            .read_dir()
            .with_context(|| format!("cannot read {folder}"))?
        {
            let file = entry
                .with_context(|| format!("cannot read {folder}"))?
                .path();
            if file.is_file() && file.to_string_lossy().ends_with(suffix) {
                files.push(file);
            }
        }
        files.sort();
        Ok(files)
    }
}
