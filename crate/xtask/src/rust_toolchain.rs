//! What the Rust toolchain must have: the WASM target, rustfmt, clippy and the merging of profiles, added through rustup where they are missing.
//!
//! `rust-toolchain.toml` names them all, but a toolchain that was installed earlier does not get them by itself.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::command::{ask, command, on_path, run};
use crate::workspace::Workspace;

/// The target of the browser's module.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the WASM target is installed.
///
/// Fails with what to do when it is missing and cannot be added.
pub fn ensure_wasm_target(workspace: &Workspace) -> anyhow::Result<()> {
    let folder = ask(command("rustc", workspace.root()).args([
        "--print",
        "target-libdir",
        "--target",
        WASM_TARGET,
    ]));
    if folder.is_some_and(|folder| has_libraries(Path::new(&folder))) {
        return Ok(());
    }
    add(workspace, "target", WASM_TARGET)
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
///
/// Fails with what to do when one is missing and cannot be added.
pub fn ensure_components(workspace: &Workspace) -> anyhow::Result<()> {
    for (program, component) in [("rustfmt", "rustfmt"), ("clippy-driver", "clippy")] {
        if ask(command(program, workspace.root()).arg("--version")).is_none() {
            add(workspace, "component", component)?;
        }
    }
    Ok(())
}

/// Makes sure that `llvm-profdata` of the compiler's own version is there, and returns where.
///
/// Fails with what to do when it is missing and cannot be added.
pub fn ensure_profdata(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let find = || {
        let rustc = || command("rustc", workspace.root());
        let libraries = ask(rustc().args(["--print", "target-libdir"]))?;
        let folder = Path::new(&libraries).parent()?.join("bin");
        let program = folder.join(format!("llvm-profdata{}", std::env::consts::EXE_SUFFIX));
        program.is_file().then_some(program)
    };
    if let Some(program) = find() {
        return Ok(program);
    }
    add(workspace, "component", "llvm-tools")?;
    find().context("the Rust component llvm-tools has no llvm-profdata")
}

fn add(workspace: &Workspace, kind: &str, name: &str) -> anyhow::Result<()> {
    if on_path("rustup").is_none() {
        anyhow::bail!(
            "the Rust {kind} {name} is missing, and there is no rustup to add it: \
             install rustup (https://rustup.rs), or the {kind} by the means of your Rust's distribution"
        );
    }
    println!("adding the Rust {kind} {name}");
    run(command("rustup", workspace.root()).args([kind, "add", name]))
        .with_context(|| format!("the Rust {kind} {name} is missing and could not be added"))
}

fn has_libraries(folder: &Path) -> bool {
    folder.read_dir().is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}
