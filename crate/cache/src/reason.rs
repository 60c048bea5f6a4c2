//! Why the planner decided as it did: one variant for each rule that can decide.
//!
//! The numbers are those of the rules of substitution that the plan follows, see [`Reason::rule`].

use std::fmt;
use std::rc::Rc;

use bstr::BString;
use drvlab_store::StorePath;

use crate::binary_cache::Fault;

/// Why an output or a path is there, fetched, built, not to be had or not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Rule 1: all that is wanted is valid in the local store.
    AlreadyValid,
    /// Rule 1: an impure derivation is never substituted.
    Impure,
    /// Rule 2: `substitute` is off.
    SubstitutionDisabled,
    /// Rule 2: the derivation's `allowSubstitutes` is off.
    SubstitutesNotAllowed,
    /// Rule 3: there is no cache to ask.
    NoCaches,
    /// Rules 3 and 10: no cache has a wanted output.
    NotInCaches {
        /// Name of the first output that is not to be had.
        output: BString,
        /// What each cache answered.
        misses: Vec<CacheMiss>,
    },
    /// Rule 3: the last cache failed and `fallback` is off.
    CacheFailed(Fault),
    /// Rule 4: a dependent is there or fetched, so nobody needs this.
    Skipped {
        /// The output that makes it unnecessary.
        by: StorePath,
        /// Whether that is fetched; otherwise it is there.
        fetched: bool,
    },
    /// Rule 4: nobody wants it, but a build makes all outputs.
    BuiltAlong,
    /// Rule 4: nobody wants the output or derivation.
    NotWanted,
    /// Rule 7: the first cache in the order of priorities that has it.
    InCache {
        /// The cache.
        cache: Rc<str>,
    },
    /// Rule 13: something that is fetched refers to it.
    Reference {
        /// What refers to it.
        of: StorePath,
        /// The cache that has it.
        cache: Rc<str>,
    },
    /// Rule 17: the path of an output follows from its content, which is not known yet.
    OutputPathUnknown,
    /// Dry run: the `.drv` file is not there.
    NoDerivation,
    /// Dry run: a path that is wanted by itself can only be fetched, and no cache has it.
    NotSubstitutable {
        /// What each cache answered; empty if none was asked.
        misses: Vec<CacheMiss>,
    },
    /// Dry run: something that would be fetched refers to it, and no cache has it.
    MissingReference {
        /// What refers to it.
        of: StorePath,
        /// What each cache answered; empty if none was asked.
        misses: Vec<CacheMiss>,
    },
}

/// What a cache answered that does not have a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheMiss {
    /// The cache.
    pub cache: Rc<str>,
    /// What it answered.
    pub kind: MissKind,
}

/// How a cache does not have a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissKind {
    /// There is no such narinfo.
    NotFound,
    /// The narinfo may not be read.
    Forbidden,
    /// The hash part leads to a store object of another name.
    OtherName(StorePath),
    /// It failed.
    Failed(Fault),
}

impl fmt::Display for CacheMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, kind } = self;
        match kind {
            MissKind::NotFound => write!(f, "{cache} does not have it"),
            MissKind::Forbidden => write!(f, "{cache} does not show it, which counts as a miss"),
            MissKind::OtherName(path) => write!(f, "{cache} has '{path}' in its place"),
            MissKind::Failed(fault) => write!(f, "{cache} failed ({fault})"),
        }
    }
}

impl Reason {
    /// Returns the number of the rule that decided; `None` for rules of the dry run alone.
    #[must_use]
    pub const fn rule(&self) -> Option<u8> {
        Some(match self {
            Self::AlreadyValid | Self::Impure => 1,
            Self::SubstitutionDisabled | Self::SubstitutesNotAllowed => 2,
            Self::NoCaches | Self::NotInCaches { .. } | Self::CacheFailed(_) => 3,
            Self::Skipped { .. } | Self::BuiltAlong | Self::NotWanted => 4,
            Self::InCache { .. } => 7,
            Self::Reference { .. } => 13,
            Self::OutputPathUnknown => 17,
            Self::NoDerivation | Self::NotSubstitutable { .. } | Self::MissingReference { .. } => {
                return None;
            }
        })
    }
}

impl fmt::Display for Reason {
    /// Writes a clause that follows a word such as "built:".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyValid => f.write_str("it is in the local store"),
            Self::Impure => f.write_str("it is impure, so it is built anew each time"),
            Self::SubstitutionDisabled => {
                f.write_str("substitution is switched off, so no cache was asked")
            }
            Self::SubstitutesNotAllowed => {
                f.write_str("it sets allowSubstitutes = false, so no cache was asked")
            }
            Self::NoCaches => f.write_str("there is no cache to ask"),
            Self::NotInCaches { output, misses } => {
                if output != "out" {
                    write!(f, "its output {output} is missing: ")?;
                }
                write_misses(f, misses)
            }
            Self::CacheFailed(fault) => {
                write!(f, "a cache failed and fallback is off: {fault}")
            }
            Self::Skipped { by, fetched } => {
                let state = if *fetched { "fetched" } else { "there" };
                let name = by.name();
                write!(
                    f,
                    "{name} is {state}, and that skips everything it is built from"
                )
            }
            Self::BuiltAlong => f.write_str("a build makes all outputs"),
            Self::NotWanted => f.write_str("nobody wants it"),
            Self::InCache { cache } => {
                write!(
                    f,
                    "{cache} has it, because exactly the same was built before"
                )
            }
            Self::Reference { of, cache } => {
                write!(f, "{} refers to it at run time; {cache} has it", of.name())
            }
            Self::OutputPathUnknown => f.write_str(
                "its path follows from its content, which is not known before the build",
            ),
            Self::NoDerivation => f.write_str("its .drv file is not there"),
            Self::NotSubstitutable { misses } => {
                f.write_str("it can only be fetched, but ")?;
                write_misses(f, misses)
            }
            Self::MissingReference { of, misses } => {
                write!(f, "{} refers to it, but ", of.name())?;
                write_misses(f, misses)
            }
        }
    }
}

fn write_misses(f: &mut fmt::Formatter<'_>, misses: &[CacheMiss]) -> fmt::Result {
    if misses.is_empty() {
        return f.write_str("no cache was asked");
    }
    for (index, miss) in misses.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{miss}")?;
    }
    Ok(())
}
