//! `cargo xtask differential`: random cases, answered by the reference Nix and by the terminal program.
//!
//! What is compared, and how, is said by `tests/differential/NAME.mjs`; each reads DRVLAB_ORACLE and DRVLAB_ORACLE_WORK itself.

use anyhow::bail;

use crate::command::cargo;
use crate::node;
use crate::workspace::Workspace;

/// What is compared.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The program of `tests/differential`.
    pub name: String,
    /// How many cases; the program's default if `None`.
    pub cases: Option<u32>,
    /// What the cases depend on; the program's default if `None`.
    pub seed: Option<u32>,
    /// The cases before this one are left out (`lang` only); none if `None`.
    pub first: Option<u32>,
}

/// The programs that compare something; the other files beside them are what they share.
const KNOWN: [&str; 6] = ["builds", "cache", "hash", "lang", "scenarios", "set"];

/// Compares random cases; returns whether both always gave the same answer.
///
/// Fails for an unknown name, and when the terminal program cannot be built.
pub fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<bool> {
    let Options {
        name,
        cases,
        seed,
        first,
    } = options;
    if !KNOWN.contains(&name.as_str()) {
        bail!(
            "there is nothing to compare called '{name}'; there are: {}",
            KNOWN.join(", ")
        );
    }
    let target = workspace.target();
    crate::command::run(
        cargo(workspace.root())
            .args(["build", "--package", "drvlab", "--target-dir"])
            .arg(target),
    )?;
    let program = target
        .join("debug")
        .join(format!("drvlab{}", std::env::consts::EXE_SUFFIX));
    let mut command = node::node(workspace)?;
    command
        .arg(workspace.path(&format!("tests/differential/{name}.mjs")))
        .env("DRVLAB", program);
    for (flag, value) in [("--cases", cases), ("--seed", seed), ("--first", first)] {
        if let Some(value) = value {
            command.args([flag, &value.to_string()]);
        }
    }
    Ok(command.status()?.success())
}
