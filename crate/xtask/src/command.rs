//! Running other programs: without stdin (nothing may wait for an answer), with errors that name the command.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context as _, bail};

/// Makes a command that runs in `folder` and reads nothing from the terminal.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Makes a command of the cargo that runs this program.
pub fn cargo(folder: &Path) -> Command {
    command(
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into()),
        folder,
    )
}

/// Runs a command with its output going to the terminal.
///
/// Fails when it cannot be started or does not end with success.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", spelled(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", spelled(command));
    }
    Ok(())
}

/// Runs a command, passing its standard output on while also returning it; the flag tells whether it ended with success.
///
/// Fails when it cannot be started.
pub fn run_and_keep(command: &mut Command) -> anyhow::Result<(bool, Vec<u8>)> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", spelled(command)))?;
    let mut output = child.stdout.take().expect("stdout was asked to be a pipe");
    let mut kept = Vec::new();
    let mut chunk = [0; 8192];
    loop {
        let length = match output.read(&mut chunk) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("cannot read a command's output"),
        };
        io::stdout()
            .write_all(&chunk[..length])
            .and_then(|()| io::stdout().flush())
            .context("cannot write to standard output")?;
        kept.extend_from_slice(&chunk[..length]);
    }
    let status = child
        .wait()
        .with_context(|| format!("cannot wait for {}", spelled(command)))?;
    Ok((status.success(), kept))
}

/// The standard output of a command that is asked something; `None` when it is not there or fails.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// The first program on the `PATH` with that name.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|candidate| is_program(candidate))
}

fn is_program(file: &Path) -> bool {
    let Ok(metadata) = fs::metadata(file) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o111 == 0 {
            return false;
        }
    }
    metadata.is_file()
}

fn spelled(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_the_command() {
        let error = run(&mut command("no-such-program-of-drvlab", Path::new("."))).unwrap_err();
        assert!(
            format!("{error:#}").contains("`no-such-program-of-drvlab`"),
            "{error:#}"
        );
        assert_eq!(
            ask(&mut command("no-such-program-of-drvlab", Path::new("."))),
            None
        );
        assert_eq!(on_path("no-such-program-of-drvlab"), None);
    }
}
