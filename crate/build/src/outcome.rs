//! What a build gives: outputs and a log, a failure in the reference's words, or the reason why it has to be simulated.

use drvlab_store::OrderedMap;
use std::fmt;

use bstr::BString;
use drvlab_store::StorePath;

use crate::limits::Limit;
use crate::store_object::StoreObject;

/// The result of a build that really ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Path and contents of each output, by its name.
    pub outputs: OrderedMap<BString, (StorePath, StoreObject)>,
    /// What the builder wrote to its standard output and standard error.
    pub log: BString,
    /// Milliseconds that the script has slept.
    pub slept: u64,
}

/// Why a build failed, as the reference says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The kind.
    pub kind: FailureKind,
    /// The reference's message, without `error: ` and without colours.
    pub message: String,
    /// What the builder wrote before.
    pub log: BString,
    /// Milliseconds that the script has slept.
    pub slept: u64,
}

/// What kind of failure a build ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The builder ended with this status.
    ExitCode(u8),
    /// An output is missing.
    MissingOutput,
    /// The contents of a fixed output are others than announced.
    HashMismatch,
    /// An output refers to something it must not refer to, or is too large.
    OutputChecks,
    /// An output is something that cannot be registered.
    BadOutput,
    /// An input failed.
    Dependency,
}

/// Why a build does not run here, though it could elsewhere: it has to be simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GiveUp {
    /// The builder is no shell.
    Builder(BString),
    /// The script uses something that is not understood.
    Unsupported {
        /// Line of the script.
        line: u32,
        /// What it is.
        what: String,
    },
    /// The script looks at something whose contents are not known, such as an input whose build was simulated.
    Unknown {
        /// Line of the script.
        line: u32,
        /// What it is.
        path: BString,
    },
    /// The build takes too much.
    Limit(Limit),
    /// An input does not exist.
    MissingInput(StorePath),
    /// The derivation is of a kind that is not built here.
    Derivation(&'static str),
}

impl fmt::Display for GiveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Builder(builder) => write!(f, "the builder {builder} is no shell known here"),
            Self::Unsupported { line, what } => write!(f, "line {line}: {what} is not supported"),
            Self::Unknown { line, path } => {
                write!(f, "line {line}: the contents of {path} are not known")
            }
            Self::Limit(limit) => limit.fmt(f),
            Self::MissingInput(path) => write!(f, "the input {path} does not exist"),
            Self::Derivation(what) => write!(f, "{what} are not built here"),
        }
    }
}

/// How a build ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All outputs are there.
    Built(Built),
    /// It failed, as it would anywhere.
    Failed(Failure),
    /// It did not run.
    GivenUp(GiveUp),
}
