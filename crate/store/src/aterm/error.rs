//! What is wrong with the text of a derivation, and where.

use std::fmt;

use bstr::BString;

use super::parse::MAX_DYNAMIC_DEPTH;
use crate::content_address::ContentAddressError;
use crate::derivation::KindError;
use crate::hash::HashError;
use crate::store_path::{StorePath, StorePathError};

/// Where and why a text is no derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Offset in bytes from the start of the text.
    pub offset: usize,
    /// The part of the derivation that was being read, for example `environment`.
    pub field: &'static str,
    /// What is wrong.
    pub kind: ParseErrorKind,
}

/// Why a text is no derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseErrorKind {
    /// Something else should have stood here.
    Expected(&'static str),
    /// `DrvWithVersion` names a version other than `xp-dyn-drv`.
    UnknownVersion(BString),
    /// A name or path is repeated or in the wrong place.
    Order(BString),
    /// Outputs of outputs are nested deeper than [`MAX_DYNAMIC_DEPTH`].
    TooDeep,
    /// A broken store path.
    Path(StorePathError),
    /// A broken hash.
    Hash(HashError),
    /// A content address that has no path.
    Address(ContentAddressError),
    /// The path of a fixed output does not follow from its hash.
    FixedPath {
        /// What the hash gives.
        expected: StorePath,
    },
    /// An output whose path cannot be known has one.
    UnexpectedPath,
    /// What was read is written in another way, for example without needless escapes.
    NotCanonical,
    /// The text has another path than it should.
    OwnPath {
        /// What the text gives.
        expected: StorePath,
    },
    /// The text is longer than what is read.
    TooLong {
        /// All of its bytes.
        bytes: usize,
    },
    /// The path of an input-addressed output does not follow from the derivation.
    OutputPath {
        /// The output.
        output: BString,
        /// What follows; `None` if the path cannot be known before the build.
        expected: Option<StorePath>,
    },
    /// An input derivation could not be had.
    MissingInput(StorePath),
    /// An input derivation has no such output.
    MissingOutput {
        /// The input.
        input: StorePath,
        /// The output.
        output: BString,
    },
    /// An input derivation needs this one in turn.
    Cycle(StorePath),
    /// The outputs make no derivation.
    Outputs(KindError),
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            field,
            kind,
        } = self;
        write!(
            f,
            "error parsing derivation at byte {offset}, {field}: {kind}"
        )
    }
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::UnknownVersion(version) => {
                write!(f, "unknown derivation ATerm format version '{version}'")
            }
            Self::Order(name) => {
                write!(f, "'{name}' is repeated or not in sorted order")
            }
            Self::TooDeep => {
                write!(
                    f,
                    "outputs of outputs are nested deeper than {MAX_DYNAMIC_DEPTH}"
                )
            }
            Self::Path(error) => error.fmt(f),
            Self::Hash(error) => error.fmt(f),
            Self::Address(error) => error.fmt(f),
            Self::FixedPath { expected } => write!(
                f,
                "the path of a fixed output does not follow from its hash, expected '{expected}'"
            ),
            Self::UnexpectedPath => {
                f.write_str("an output whose hash is not fixed must not have a path")
            }
            Self::NotCanonical => {
                f.write_str("Nix would write this in another way, for example without an escape")
            }
            Self::OwnPath { expected } => {
                write!(f, "a file with this text has the path '{expected}'")
            }
            Self::TooLong { bytes } => {
                write!(
                    f,
                    "the text has {bytes} bytes, of which only these many were read"
                )
            }
            Self::OutputPath {
                output,
                expected: Some(expected),
            } => write!(
                f,
                "the path of output '{output}' does not follow from the derivation, expected '{expected}'"
            ),
            Self::OutputPath {
                output,
                expected: None,
            } => write!(
                f,
                "output '{output}' must have no path, for an input's path is not known before builds"
            ),
            Self::MissingInput(input) => write!(
                f,
                "the input '{input}' is not there, so that the outputs' paths cannot be checked"
            ),
            Self::MissingOutput { input, output } => {
                write!(f, "the input '{input}' does not have an output '{output}'")
            }
            Self::Cycle(input) => {
                write!(f, "the input '{input}' needs this derivation in turn")
            }
            Self::Outputs(error) => write!(f, "the derivation {error}"),
        }
    }
}

impl std::error::Error for ParseError {}
