//! Node.js and JavaScript packages: the version check and `npm ci`.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, bail};

use crate::build_lock::BuildLock;
use crate::command::{ask, command, run};
use crate::workspace::Workspace;

/// The oldest Node.js that everything here runs on (major, minor), as `engines` in `web/package.json` says.
const OLDEST: (u32, u32) = (20, 19);

/// npm is a script, which only a shell finds without its ending on Windows.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// A copy of the lock file, left beside the packages that were installed from it.
const STAMP: &str = "node_modules/.installed-package-lock.json";

/// Makes a command of Node.js that runs in the root.
///
/// Fails when Node.js is missing or too old.
pub fn node(workspace: &Workspace) -> anyhow::Result<Command> {
    let advice = format!(
        "install version {}.{} or newer (https://nodejs.org)",
        OLDEST.0, OLDEST.1
    );
    let Some(version) = ask(command("node", workspace.root()).arg("--version")) else {
        bail!("Node.js is missing: {advice}");
    };
    if parse_version(&version).is_none_or(|version| version < OLDEST) {
        bail!("Node.js {version} is too old: {advice}");
    }
    Ok(command("node", workspace.root()))
}

/// Makes the command that runs a script of a folder's `package.json`.
pub fn npm_run(workspace: &Workspace, folder: &str, script: &str) -> Command {
    let mut command = command(NPM, &workspace.path(folder));
    command.args(["run", script]);
    command
}

/// Makes sure that a folder's `node_modules` is what its lock file says.
///
/// The lock file's text decides, not its age: a checkout of an older revision installs that revision's packages.
/// Fails when npm is missing or cannot install.
pub fn ensure_packages(
    workspace: &Workspace,
    folder: &str,
    _lock: &BuildLock,
) -> anyhow::Result<()> {
    node(workspace)?;
    let path = workspace.path(folder);
    let wanted = fs::read(path.join("package-lock.json"))
        .with_context(|| format!("{folder}/package-lock.json is missing"))?;
    let stamp = path.join(STAMP);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing the JavaScript packages of {folder}/");
    // Development packages too, whatever NODE_ENV says: they build and test.
    run(command(NPM, &path).args(["ci", "--include=dev", "--no-audit", "--no-fund"]))
        .with_context(|| format!("the JavaScript packages of {folder}/ could not be installed"))?;
    fs::create_dir_all(path.join("node_modules")).context("cannot make node_modules")?;
    fs::write(&stamp, &wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

fn parse_version(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_major_and_minor_version() {
        assert_eq!(parse_version("v20.11.1"), Some((20, 11)));
        assert_eq!(parse_version("v24.0.0-pre"), Some((24, 0)));
        assert_eq!(parse_version("20.1"), None);
        assert_eq!(parse_version("v20"), None);
        assert_eq!(parse_version(""), None);
    }
}
