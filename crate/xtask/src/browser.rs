//! Finding the browser for tests and benchmarks, and installing it with apt where that needs no question.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::command::{ask, command, on_path, run};
use crate::workspace::Workspace;

/// Names under which distributions install Chromium and its relatives.
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
];

/// Where macOS keeps it, outside the `PATH`.
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Finds Chromium: the variable `CHROME`, then the `PATH`, else by installing it.
///
/// Fails with what to install when there is none.
pub fn ensure(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROME").filter(|chosen| !chosen.is_empty()) {
        let chosen = PathBuf::from(chosen);
        if chosen.is_file() {
            return Ok(chosen);
        }
        match chosen.to_str().and_then(on_path) {
            Some(found) => return Ok(found),
            None => bail!(
                "CHROME is {}, but there is no such program",
                chosen.display()
            ),
        }
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    install(workspace)?;
    match find() {
        Some(found) => Ok(found),
        None => bail!(
            "Chromium was installed, but none of {} is on the PATH",
            NAMES.join(", ")
        ),
    }
}

fn find() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| on_path(name)).or_else(|| {
        APPLICATIONS
            .iter()
            .map(PathBuf::from)
            .find(|file| file.is_file())
    })
}

fn install(workspace: &Workspace) -> anyhow::Result<()> {
    const ADVICE: &str = "install Chromium or Chrome (on Debian: `apt-get install chromium`), \
                          or name one in the environment variable CHROME";
    let root = workspace.root();
    if on_path("apt-get").is_none() {
        bail!("there is no Chromium for the browser tests: {ADVICE}");
    }
    let Some(prefix) = privileges(root) else {
        bail!("there is no Chromium for the browser tests, and no right to install it: {ADVICE}");
    };
    println!("installing Chromium with apt");
    let apt = |arguments: &[&str]| {
        let mut words = prefix.to_vec();
        words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        words.extend(arguments);
        run(command(words[0], root).args(&words[1..]))
    };
    let installed = apt(&["update"])
        .and_then(|()| apt(&["install", "--yes", "--no-install-recommends", "chromium"]));
    match installed {
        Ok(()) => Ok(()),
        Err(error) => bail!("Chromium could not be installed ({error:#}): {ADVICE}"),
    }
}

/// The words before a command that needs root: none for root, `sudo` where it asks no password, else `None`.
fn privileges(root: &Path) -> Option<&'static [&'static str]> {
    if ask(command("id", root).arg("-u")).is_some_and(|id| id == "0") {
        return Some(&[]);
    }
    ask(command("sudo", root).args(["-n", "true"])).map(|_| &["sudo", "-n"][..])
}
