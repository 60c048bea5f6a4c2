//! Toy builds: small `/bin/sh` scripts that really run and leave real files.
//!
//! Only what small examples need, bounded and without any effect outside: what a script uses beyond that makes the
//! build a simulated one ([`crate::simulation`]), never a wrong one. The shell is as Debian's `dash`, the programs as GNU
//! coreutils; they are found only if the derivation's `PATH` has `/bin` or `/usr/bin`, as in a real build without a
//! sandbox. [`syntax`] reads scripts, [`shell`] runs them, [`programs`] has the commands, [`files`] the file system.

pub mod expansion;
pub mod files;
pub mod pattern;
pub mod programs;
pub mod shell;
pub mod syntax;

use std::collections::BTreeMap;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::hash::sha256;
use drvlab_store::{Derivation, DerivationOutput, encoding, placeholder::placeholder};

use crate::building::{Builder, Job, Product};
use crate::simulation::Simulation;
use files::Files;
use shell::{Shell, Stop};

/// The folder in which a build runs.
pub const BUILD_TOP: &str = "/build";

/// Milliseconds that a toy build is said to take.
const DURATION: u64 = 1_000;

/// Runs small scripts and simulates everything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToyBuilder {
    /// What is said about simulated builds.
    pub simulation: Simulation,
}

/// Why a script is not run here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported(pub String);

/// How a script ended that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The files of each output that it made.
    pub outputs: BTreeMap<BString, drvlab_store::FileTree>,
    /// Its exit status.
    pub status: i32,
    /// What it printed.
    pub log: Vec<u8>,
}

impl Builder for ToyBuilder {
    fn build(&self, job: &Job<'_>) -> Result<BTreeMap<BString, Product>, Rc<str>> {
        if self.simulation.says(job.derivation) {
            return self.simulation.build(job);
        }
        match run(job) {
            Err(Unsupported(_)) => self.simulation.build(job),
            Ok(ran) if ran.status != 0 => {
                Err(format!("builder failed with exit code {}", ran.status).into())
            }
            Ok(ran) => {
                let outputs = ran.outputs.into_iter();
                Ok(outputs
                    .map(|(name, tree)| (name, Product::Tree(tree)))
                    .collect())
            }
        }
    }

    fn duration(&self, derivation: &Derivation) -> u64 {
        if self.simulation.says(derivation) || !is_shell(derivation) {
            return self.simulation.duration(derivation);
        }
        DURATION
    }
}

/// Tells whether the builder is the shell that is known here.
#[must_use]
pub fn is_shell(derivation: &Derivation) -> bool {
    matches!(&**derivation.builder, b"/bin/sh" | b"/bin/dash")
}

/// Runs the script of a derivation.
///
/// # Errors
/// It uses something that is not known here.
pub fn run(job: &Job<'_>) -> Result<Ran, Unsupported> {
    let unsupported = |what: &str| Err(Unsupported(what.to_owned()));
    let derivation = job.derivation;
    if !is_shell(derivation) {
        return unsupported("a builder other than /bin/sh");
    }
    if derivation.env.contains_key(BStr::new("__json")) {
        return unsupported("structured attributes");
    }
    let mut files = Files::new(job);
    let mut outputs = BTreeMap::new();
    for output in derivation.outputs.keys() {
        let path = job
            .scratch_path(output)
            .map_err(|why| Unsupported(why.to_string()))?;
        let path = job.store_dir.display(&path).into_bytes();
        files.allow(&path);
        outputs.insert(output.clone(), path);
    }
    let environment = environment(job, &outputs, &mut files);
    let mut shell = Shell::new(files, environment);
    let status = match shell.start(&derivation.args) {
        Ok(status) => status,
        Err(Stop::Exit(status)) => status,
        Err(Stop::Unsupported(what)) => return Err(Unsupported(what)),
        Err(Stop::Break(_) | Stop::Continue(_) | Stop::Return) => 0,
    };
    let mut made = BTreeMap::new();
    for (output, path) in outputs {
        if let Some(tree) = shell.files.take_tree(&path) {
            made.insert(output, tree);
        }
    }
    Ok(Ran {
        outputs: made,
        status,
        log: shell.log,
    })
}

/// Returns the environment of a build; source: `initEnv` in `libstore/unix/build/derivation-builder.cc`.
fn environment(
    job: &Job<'_>,
    outputs: &BTreeMap<BString, Vec<u8>>,
    files: &mut Files<'_>,
) -> BTreeMap<BString, BString> {
    let mut environment: BTreeMap<BString, BString> = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        environment.insert(name.into(), value.into());
    };
    set("PATH", "/path-not-set");
    set("HOME", "/homeless-shelter");
    set("NIX_STORE", job.store_dir.as_str());
    set("NIX_BUILD_CORES", "1");
    set("NIX_LOG_FD", "2");
    set("TERM", "xterm-256color");
    let derivation = job.derivation;
    let pass_as_file = derivation.env.get(BStr::new("passAsFile"));
    let pass_as_file: Vec<&[u8]> = pass_as_file
        .map(|names| names.split(u8::is_ascii_whitespace).collect())
        .unwrap_or_default();
    for (name, value) in &derivation.env {
        // Outputs that are not known yet stand as placeholders.
        let mut value = value.clone();
        for (output, path) in outputs {
            let placeholder = placeholder(output.as_bstr());
            if value.contains_str(&placeholder) {
                value = value.replace(&placeholder, path).into();
            }
        }
        if pass_as_file.contains(&&***name) {
            let file = format!(
                "{BUILD_TOP}/.attr-{}",
                encoding::nix32_encode(&sha256(name))
            );
            files.write(file.as_bytes(), &value, false);
            environment.insert([&name[..], b"Path"].concat().into(), file.into());
        } else {
            environment.insert(name.clone(), value);
        }
    }
    for (output, path) in outputs {
        // A resolved derivation's outputs stand in its environment already; others do too, but for floating ones.
        let known = derivation
            .outputs
            .get(output)
            .and_then(DerivationOutput::path);
        if known.is_none() {
            environment.insert(output.clone(), path.clone().into());
        }
    }
    for name in ["NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD"] {
        environment.insert(name.into(), BUILD_TOP.into());
    }
    environment
}
