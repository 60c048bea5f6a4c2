//! Why a command ends without a result: what is printed to standard error.

use std::io;
use std::path::Path;

use bstr::{BString, ByteSlice as _, ByteVec as _};
use drvlab_lang::error::{ErrorKind, EvalError};
use drvlab_lang::report;
use drvlab_lang::source::SourceMap;

/// The end of a command that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is something to say: one or more lines that start with `error:`.
    Report(BString),
    /// The same about something that has another hash than was said.
    HashMismatch(BString),
    /// Nobody reads the output any more, so there is nobody to tell.
    OutputClosed,
}

impl Failure {
    /// Makes a failure of one sentence, which follows `error: `.
    pub fn message(text: impl AsRef<[u8]>) -> Self {
        let mut report = BString::from("error: ");
        report.push_str(text);
        report.push_byte(b'\n');
        Self::Report(report)
    }

    /// Makes the failure of a command line that makes no sense.
    pub fn usage(error: &dyn std::error::Error) -> Self {
        Self::message(format!(
            "{error}\nTry 'drvlab --help' for more information."
        ))
    }

    /// Makes the failure of an operation on a file, for example `cannot read`.
    pub fn file(operation: &str, path: &Path, error: &io::Error) -> Self {
        Self::message(format!("{operation} '{}': {error}", path.display()))
    }

    /// Makes the failure that an evaluation ended with; `show_trace` shows its whole trace.
    pub fn evaluation(error: &EvalError, sources: &SourceMap, show_trace: bool) -> Self {
        let report = report::error(&error.diagnostic, sources, show_trace).into();
        match error.kind {
            ErrorKind::HashMismatch => Self::HashMismatch(report),
            _ => Self::Report(report),
        }
    }

    /// Makes the failure to write to standard output.
    pub fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::message(format!("cannot write to standard output: {error}"))
        }
    }

    /// What is printed.
    pub fn text(&self) -> &[u8] {
        match self {
            Self::Report(report) | Self::HashMismatch(report) => report.as_bytes(),
            Self::OutputClosed => b"",
        }
    }

    /// With which status the program ends; that of the reference.
    pub fn status(&self) -> u8 {
        match self {
            Self::Report(_) | Self::OutputClosed => 1,
            Self::HashMismatch(_) => 102,
        }
    }
}
