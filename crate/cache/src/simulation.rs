//! Simulated builds: sizes, times and references that are made up.
//!
//! Nothing runs. The rules depend on the derivation alone or on a table beside it, so no store path of an
//! input-addressed output depends on them. Those of floating outputs do, for lack of real contents.

use drvlab_store::{OrderedMap, OrderedSet};

use bstr::{BStr, ByteSlice as _};
use drvlab_store::hash::sha256;
use drvlab_store::{ByteSink as _, Derivation, DerivationOutput, ReferenceScanner};

use crate::building::{BuildFailure, Builder, Job, MadeUp, Products};

/// Environment variables whose contents are used while building and leave no trace in the outputs.
///
/// Nixpkgs draws the same line with `nativeBuildInputs` and `buildInputs`.
const BUILD_TIME_VARIABLES: [&str; 12] = [
    "PATH",
    "builder",
    "depsBuildBuild",
    "depsBuildTarget",
    "nativeBuildInputs",
    "nativeCheckInputs",
    "patches",
    "propagatedNativeBuildInputs",
    "src",
    "srcs",
    "stdenv",
    "system",
];

/// Smallest simulated size of an output in bytes.
const MIN_NAR_SIZE: u64 = 16 << 10;

/// How often the smallest simulated size can double.
const NAR_SIZE_DOUBLINGS: u64 = 11;

/// Shortest simulated build in milliseconds.
const MIN_DURATION: u64 = 2_000;

/// What is said about the build of one package instead of the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulated {
    /// Size of each output's archive in bytes.
    pub nar_size: Option<u64>,
    /// Milliseconds that the build takes.
    pub duration: Option<u64>,
    /// Whether the build fails.
    pub fails: bool,
    /// Which inputs the outputs refer to, by name, instead of those that the rules find.
    pub references: Option<OrderedSet<String>>,
    /// What stands for the contents of floating outputs: builds with equal ones have equal outputs.
    pub contents: Option<String>,
}

/// Makes up builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Exceptions to the rules, by the name of the derivation.
    pub table: OrderedMap<String, Simulated>,
}

impl Builder for Simulation {
    /// Makes up all outputs.
    ///
    /// - Size: between 16 KiB and 32 MiB, small ones as frequent as large ones, by a hash of the name, so that the same
    ///   package has the same size after each edit.
    /// - References: the inputs that occur in the environment, except in variables for build time and except
    ///   fixed outputs (sources). A fixed output refers to nothing.
    /// - Contents: the environment without comments (lines that begin with `#`) and without the derivation's own
    ///   outputs, so that a comment changes a derivation but not what comes out.
    fn build(&self, job: &Job<'_>) -> Result<Products, BuildFailure> {
        let said = self.said(job.derivation);
        if said.is_some_and(|said| said.fails) {
            return Err(BuildFailure::new("builder failed with exit code 1"));
        }
        let contents = match said.and_then(|said| said.contents.as_ref()) {
            Some(contents) => contents.clone().into_bytes(),
            None => contents(job.derivation),
        };
        let fixed = |output: &DerivationOutput| matches!(output, DerivationOutput::Fixed { .. });
        let references = match said.and_then(|said| said.references.as_ref()) {
            _ if job.derivation.outputs.values().any(fixed) => OrderedSet::new(),
            Some(names) => {
                let inputs = job.inputs.iter();
                let named = inputs.filter(|path| names.contains(path.name()));
                named.cloned().collect()
            }
            None => references(job),
        };
        let outputs = job.derivation.outputs.keys().map(|output| {
            let name =
                drvlab_store::store_path::output_path_name(&job.derivation.name, output.as_bstr());
            let made_up = simulated_size(&name);
            let product = MadeUp {
                nar_size: said.and_then(|said| said.nar_size).unwrap_or(made_up),
                references: references.clone(),
                contents: [&contents[..], b"\n", &name].concat(),
            };
            (output.clone(), product)
        });
        let why = match said {
            Some(_) => "it is said what comes out",
            None => "builds are only simulated",
        };
        Ok(Products::MadeUp {
            outputs: outputs.collect(),
            why: why.into(),
        })
    }

    /// Makes up a time: 2 seconds to half an hour, large packages take longer.
    fn duration(&self, derivation: &Derivation) -> u64 {
        let said = self.said(derivation).and_then(|said| said.duration);
        said.unwrap_or_else(|| {
            let size = simulated_size(derivation.name.as_bytes());
            MIN_DURATION * size / MIN_NAR_SIZE / 2 + MIN_DURATION / 2
        })
    }
}

impl Simulation {
    /// Tells whether the table has something about a derivation.
    #[must_use]
    pub fn says(&self, derivation: &Derivation) -> bool {
        self.said(derivation).is_some()
    }

    fn said(&self, derivation: &Derivation) -> Option<&Simulated> {
        self.table.get(self.key(derivation)?)
    }

    /// Returns the name under which the table has something about a derivation: its own, or its package's.
    #[must_use]
    pub fn key<'a>(&self, derivation: &'a Derivation) -> Option<&'a str> {
        let names = [derivation.name.as_str(), package_name(&derivation.name)];
        names
            .into_iter()
            .find(|name| self.table.contains_key(*name))
    }
}

/// Returns the name without the version, as `builtins.parseDrvName` splits them.
#[must_use]
pub fn package_name(name: &str) -> &str {
    let bytes = name.as_bytes();
    let dash = bytes
        .windows(2)
        .position(|it| it[0] == b'-' && !it[1].is_ascii_alphabetic());
    dash.and_then(|dash| name.get(..dash)).unwrap_or(name)
}

/// Returns the text that stands for what a build leaves behind.
fn contents(derivation: &Derivation) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in &derivation.env {
        if derivation.outputs.contains_key(name) {
            continue;
        }
        text.extend_from_slice(name);
        text.push(b'=');
        let lines = value
            .lines()
            .filter(|line| !line.trim_with(char::is_whitespace).starts_with(b"#"));
        for line in lines {
            text.extend_from_slice(line);
            text.push(b'\n');
        }
    }
    for arg in &derivation.args {
        text.extend_from_slice(arg);
        text.push(b'\n');
    }
    text
}

/// Returns the inputs that a simulated build leaves in its result.
fn references(job: &Job<'_>) -> OrderedSet<drvlab_store::StorePath> {
    let candidates = job.inputs.difference(&job.sources);
    let mut scanner = ReferenceScanner::new(candidates.cloned());
    for (name, value) in &job.derivation.env {
        if !is_build_time_variable(name.as_bstr()) {
            scanner.put(value);
            scanner.put(b"\n");
        }
    }
    scanner.finish()
}

/// Returns a size that depends on the name alone.
fn simulated_size(name: &[u8]) -> u64 {
    let [a, b, c, ..] = sha256(name);
    let doublings = u64::from(a) % NAR_SIZE_DOUBLINGS;
    let base = MIN_NAR_SIZE << doublings;
    // Archives are multiples of 8 bytes.
    (base + base * (u64::from(b) << 8 | u64::from(c)) / 65536) & !7
}

/// Tells which variables count as used at build time only.
#[must_use]
pub fn is_build_time_variable(name: &BStr) -> bool {
    BUILD_TIME_VARIABLES.iter().any(|it| name == it)
}
