//! `cargo xtask record`: golden data from the reference Nix.
//!
//! A recorder is `tests/record/NAME.mjs`, or the example `record` of a crate. Each reads DRVLAB_ORACLE and DRVLAB_ORACLE_WORK itself.

use anyhow::bail;

use crate::command::{cargo, run as run_command};
use crate::node;
use crate::workspace::Workspace;

/// Recorders that are examples of crates: the name here, the package.
const EXAMPLES: [(&str, &str); 1] = [("hash", "drvlab-store")];

/// What the scripts of `tests/record` have in common; they record nothing themselves.
const SHARED: [&str; 8] = [
    "building",
    "client",
    "exported",
    "http-cache",
    "oracle",
    "realised-cases",
    "realised-world",
    "toy-builds",
];

/// Runs the recorders with these names, all of them when none is given.
///
/// Fails for an unknown name, and at the first recorder that fails.
pub fn run(workspace: &Workspace, names: &[String]) -> anyhow::Result<()> {
    let mut recorders = Vec::new();
    for (name, package) in EXAMPLES {
        let mut command = cargo(workspace.root());
        command.args(["run", "--package", package, "--example", "record"]);
        recorders.push((name.to_owned(), command));
    }
    for script in workspace.files("tests/record", ".mjs")? {
        let name = script
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if SHARED.contains(&name.as_str()) {
            continue;
        }
        let mut command = node::node(workspace)?;
        command.arg(&script);
        recorders.push((name, command));
    }
    if let Some(unknown) = names
        .iter()
        .find(|name| recorders.iter().all(|(known, _)| known != *name))
    {
        let known: Vec<&str> = recorders.iter().map(|(name, _)| name.as_str()).collect();
        bail!(
            "there is no recorder '{unknown}'; there are: {}",
            known.join(", ")
        );
    }
    for (name, mut command) in recorders {
        if names.is_empty() || names.contains(&name) {
            println!("recording {name}");
            run_command(&mut command)?;
        }
    }
    Ok(())
}
