//! `cargo xtask test`: every test of the repository, step by step.
//!
//! A failed step does not end the run; only the steps that need its result are left out.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use crate::build_lock::{self, BuildLock};
use crate::command::{cargo, run as run_command, run_and_keep};
use crate::server::Server;
use crate::test_counts::{Counts, Runner};
use crate::workspace::Workspace;
use crate::{browser, node, page, rust_toolchain, wasm};

/// A part of the tests that can be asked for alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Format, lints, tests and documentation of the Rust code.
    Rust,
    /// The module's boundary, called from Node.js.
    Wasm,
    /// Types, unit tests and build of the page, and the page in a browser.
    Browser,
}

impl Group {
    /// All groups, in the order in which they run.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Wasm, Self::Browser];
}

/// Reads the names of groups; none means all.
///
/// Fails for a name that is not one.
pub fn groups(names: &[String]) -> Result<Vec<Group>, String> {
    if names.is_empty() {
        return Ok(Group::ALL.to_vec());
    }
    names
        .iter()
        .map(|name| match name.as_str() {
            "rust" => Ok(Group::Rust),
            "wasm" => Ok(Group::Wasm),
            "browser" => Ok(Group::Browser),
            _ => Err(format!(
                "unknown group '{name}': there are rust, wasm and browser"
            )),
        })
        .collect()
}

/// Runs groups of tests, printing each step and a closing line; returns whether all passed.
///
/// Fails only when the output cannot be written; failed steps are counted.
pub fn run(workspace: &Workspace, groups: &[Group]) -> anyhow::Result<bool> {
    let mut session = Session::default();
    if groups.contains(&Group::Rust) {
        rust(workspace, &mut session);
    }
    if groups.iter().any(|group| *group != Group::Rust) {
        page_and_module(workspace, groups, &mut session)?;
    }
    session.close();
    Ok(session.failed == 0)
}

fn rust(workspace: &Workspace, session: &mut Session) {
    let root = workspace.root();
    let toolchain = session.check("Rust toolchain", || {
        rust_toolchain::ensure_components(workspace)
    });
    if toolchain.is_some() {
        session.check("Rust format", || {
            run_command(cargo(root).args(["fmt", "--all", "--check"]))
        });
        session.check("Rust lints", || {
            run_command(cargo(root).args([
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ]))
        });
    }
    session.tests("Rust tests", Runner::Cargo, || {
        let mut command = cargo(root);
        command.args(["test", "--workspace", "--no-fail-fast"]);
        Ok(command)
    });
    session.check("Rust documentation", || {
        run_command(
            cargo(root)
                .args(["doc", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "--deny warnings"),
        )
    });
}

fn page_and_module(
    workspace: &Workspace,
    groups: &[Group],
    session: &mut Session,
) -> anyhow::Result<()> {
    let lock = build_lock::acquire(workspace)?;
    let module = session.check("WASM module", || wasm::build(workspace, &lock));
    if module.is_none() {
        session.leave_out("everything that needs the WASM module");
        return Ok(());
    }
    if groups.contains(&Group::Wasm) {
        session.tests("WASM boundary tests", Runner::Node, || {
            node_tests(workspace, "tests/wasm")
        });
    }
    if groups.contains(&Group::Browser) {
        page_tests(workspace, lock, session);
    }
    Ok(())
}

fn page_tests(workspace: &Workspace, lock: BuildLock, session: &mut Session) {
    session.check("page: types", || {
        run_command(&mut node::npm_run(workspace, "web", "check"))
    });
    session.tests("page: unit tests", Runner::Node, || {
        Ok(node::npm_run(workspace, "web", "test"))
    });
    let assets = session.check("page: build", || page::build(workspace, &lock));
    let chrome = session.check("browser", || {
        node::ensure_packages(workspace, "tests", &lock)?;
        browser::ensure(workspace)
    });
    // The page is in memory now; another run may build.
    drop(lock);
    let (Some(assets), Some(chrome)) = (assets, chrome) else {
        session.leave_out("browser tests");
        return;
    };
    let server = Server::start(assets, 0);
    session.tests("browser tests", Runner::Node, || {
        let server = server
            .as_ref()
            .map_err(|error| anyhow::anyhow!("{error:#}"))?;
        let mut command = node_tests(workspace, "tests/browser")?;
        command
            .env("DRVLAB_URL", server.url())
            .env("CHROME", &chrome);
        Ok(command)
    });
}

/// The command that runs the files `*.test.mjs` of a folder.
///
/// They are named one by one: what a folder's name means to `node --test` changed between versions.
fn node_tests(workspace: &Workspace, folder: &str) -> anyhow::Result<Command> {
    let files = workspace.files(folder, ".test.mjs")?;
    ensure!(
        !files.is_empty(),
        "there are no files *.test.mjs in {folder}"
    );
    let mut command = node::node(workspace)?;
    command.args(["--test", "--test-reporter=spec"]).args(files);
    Ok(command)
}

/// What has been run: a test counts as one, and so does a step that is not made of tests.
#[derive(Debug)]
struct Session {
    started: Instant,
    passed: u64,
    failed: u64,
    failures: Vec<&'static str>,
    left_out: Vec<&'static str>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            passed: 0,
            failed: 0,
            failures: Vec::new(),
            left_out: Vec::new(),
        }
    }
}

impl Session {
    /// Runs a step that passes or fails as a whole; `None` when it failed.
    fn check<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> anyhow::Result<T>,
    ) -> Option<T> {
        let begun = begin(name);
        match step() {
            Ok(result) => {
                self.end(
                    name,
                    begun,
                    Counts {
                        passed: 1,
                        failed: 0,
                    },
                );
                Some(result)
            }
            Err(error) => {
                eprintln!("error: {error:#}");
                self.end(
                    name,
                    begun,
                    Counts {
                        passed: 0,
                        failed: 1,
                    },
                );
                None
            }
        }
    }

    /// Runs a step whose tests are counted; one that fails without a failed test, or has no tests, counts as one failure.
    fn tests(
        &mut self,
        name: &'static str,
        runner: Runner,
        step: impl FnOnce() -> anyhow::Result<Command>,
    ) {
        let begun = begin(name);
        let outcome = step().and_then(|mut command| {
            let (success, output) = run_and_keep(&mut command)?;
            Ok((success, runner.count(&String::from_utf8_lossy(&output))))
        });
        let counts = outcome.and_then(|(success, counts)| {
            ensure!(counts.passed + counts.failed > 0, "no test has run");
            ensure!(
                success || counts.failed > 0,
                "the tests did not run to their end"
            );
            Ok(counts)
        });
        match counts.context(name) {
            Ok(counts) => self.end(name, begun, counts),
            Err(error) => {
                eprintln!("error: {error:#}");
                self.end(
                    name,
                    begun,
                    Counts {
                        passed: 0,
                        failed: 1,
                    },
                );
            }
        }
    }

    /// Notes what cannot run because of a failed step.
    fn leave_out(&mut self, what: &'static str) {
        println!("\nnot run: {what}");
        self.left_out.push(what);
    }

    fn end(&mut self, name: &'static str, begun: Instant, counts: Counts) {
        self.passed += counts.passed;
        self.failed += counts.failed;
        let took = spelled(begun.elapsed());
        if counts.failed == 0 {
            println!("--- {name}: {} passed in {took}", counts.passed);
        } else {
            self.failures.push(name);
            println!(
                "--- {name}: {} passed, {} FAILED in {took}",
                counts.passed, counts.failed
            );
        }
    }

    fn close(&self) {
        println!();
        if !self.failures.is_empty() {
            println!("failed: {}", self.failures.join(", "));
        }
        if !self.left_out.is_empty() {
            println!("not run: {}", self.left_out.join(", "));
        }
        println!(
            "{} passed, {} failed in {}",
            self.passed,
            self.failed,
            spelled(self.started.elapsed())
        );
    }
}

fn begin(name: &str) -> Instant {
    println!("\n=== {name}");
    Instant::now()
}

fn spelled(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!(
            "{} min {} s",
            duration.as_secs() / 60,
            duration.as_secs() % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_tests_is_a_failure() {
        let mut session = Session::default();
        session.tests("nothing", Runner::Cargo, || {
            let mut command = Command::new("cargo");
            command.arg("--version");
            Ok(command)
        });
        assert_eq!((session.passed, session.failed), (0, 1));
        assert_eq!(session.failures, ["nothing"]);
    }

    #[test]
    fn failed_checks_are_counted_and_the_rest_goes_on() {
        let mut session = Session::default();
        assert_eq!(session.check("one", || anyhow::bail!("no")), None::<()>);
        assert_eq!(session.check("two", || Ok(2)), Some(2));
        assert_eq!((session.passed, session.failed), (1, 1));
    }

    #[test]
    fn durations_are_readable() {
        assert_eq!(spelled(Duration::from_millis(1240)), "1.2 s");
        assert_eq!(spelled(Duration::from_secs(192)), "3 min 12 s");
    }
}
