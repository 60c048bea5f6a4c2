//! `cargo xtask miri`: the tests of unsafe code in Miri, which finds undefined behaviour, on the nightly toolchain.

use crate::command::{command, run as run_command};
use crate::workspace::Workspace;

/// The tests, by parts of their names: of the package, then of its tests. Miri is slow, so they are those of the modules with unsafe code.
const TESTS: [(&str, &[&str]); 2] = [
    (
        "drvlab-lang",
        &[
            "arena::",
            "heap_stack::",
            "attrs::",
            "engine::",
            "symbol::",
            "value::",
        ],
    ),
    ("drvlab-wasm", &["memory::"]),
];

/// Runs the tests.
///
/// Fails when one fails or does what Rust does not define, and without Miri (`rustup +nightly component add miri rust-src`).
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    for (package, names) in TESTS {
        run_command(
            command("cargo", workspace.root())
                .env_remove("CARGO")
                .env("RUSTUP_TOOLCHAIN", "nightly")
                .args([
                    "miri",
                    "test",
                    "--package",
                    package,
                    "--lib",
                    "--target-dir",
                ])
                .arg(workspace.target().join("miri"))
                .arg("--")
                .args(names),
        )?;
    }
    Ok(())
}
