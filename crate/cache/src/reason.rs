//! Why something is there, fetched, built or not to be had: one variant for each rule that can decide.
//!
//! The same reasons serve for what the dry run says ([`mod@crate::plan`]) and for what Nix does ([`mod@crate::realise`]).
//! The numbers are those of the rules of substitution, see [`Reason::rule`]; what would change the answer is said
//! by [`crate::fix`].

use std::fmt;
use std::rc::Rc;

use bstr::BString;
use drvlab_store::StorePath;

use crate::binary_cache::Fault;
use crate::substituters::Dropped;

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
    /// Rule 3: there is no cache to ask; rules 7 and 8: because one was dropped.
    NoCaches {
        /// The first cache that was dropped.
        dropped: Option<Box<Dropped>>,
    },
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
    /// Rule 3: a cache that has it failed to deliver, and `fallback` is off.
    SubstitutesFailed {
        /// What each cache answered.
        misses: Vec<CacheMiss>,
    },
    /// Rule 5: it is built, and on this machine although it could be elsewhere.
    BuiltHere(Box<Reason>),
    /// Rule 6: it must be built, and this machine is of another system.
    WrongSystem(BString),
    /// Rule 6: it must be built, and this machine lacks what the build needs.
    MissingFeatures(Vec<BString>),
    /// Rule 6: it must be built, and `max-jobs` is 0.
    NoBuildJobs,
    /// Rule 17: the path of an output follows from its content, which is not known yet.
    OutputPathUnknown {
        /// What each cache answered; empty if none was asked.
        misses: Vec<CacheMiss>,
    },
    /// Rule 17: a cache says what the output turned out to be when somebody else built it.
    Realised {
        /// The cache.
        cache: Rc<str>,
    },
    /// Rule 18: with its inputs replaced by what they turned out to be, it is a derivation that was built before.
    EarlyCutoff {
        /// That derivation.
        resolved: StorePath,
        /// The cache that has the result; none if it is in the local store.
        cache: Option<Rc<str>>,
    },
    /// Rule 19: only an output of its output is needed, which the dry run leaves out.
    DynamicInput {
        /// The name of what needs it.
        of: Rc<str>,
    },
    /// A build failed.
    BuildFailed(Rc<str>),
    /// What it is built from cannot be had.
    InputFailed {
        /// The name of what failed.
        input: Rc<str>,
    },
    /// Something else failed before, and nothing is done after a failure.
    NotReached,
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

/// What a cache answered that does not have a path, or does not give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CacheMiss {
    /// The cache.
    pub cache: Rc<str>,
    /// What it answered.
    pub kind: MissKind,
}

/// How a cache does not have a path, or does not give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MissKind {
    /// Rule 9: it is for another store directory.
    OtherStoreDir,
    /// Rule 10: there is no such narinfo.
    NotFound,
    /// Rule 10: the narinfo may not be read.
    Forbidden,
    /// Rule 10: the hash part leads to a store object of another name.
    OtherName(StorePath),
    /// Rule 11: no trusted key signed it.
    NotSigned {
        /// The names of the keys that signed it.
        signed_by: Vec<BString>,
    },
    /// Rule 12: it did not answer; rule 15: what it answered makes no sense.
    Failed(Fault),
    /// Rule 12: it failed before, and with `fallback` it is not asked again for a minute.
    Disabled,
    /// Rule 13: something that it refers to is not to be had.
    ReferenceMissing {
        /// What it refers to.
        reference: StorePath,
        /// Whether a cache failed, rather than not have it.
        failed: bool,
    },
    /// Rule 14: the archive is gone.
    NarGone,
    /// Rule 14: the archive cannot be read or is not what the narinfo says.
    NarBroken(Fault),
    /// Rule 16: it did not have it when it was asked, and is not asked again for some time.
    Remembered {
        /// Seconds until it is asked again.
        expires_in: u64,
    },
    /// Rule 17: it does not say what the output turned out to be.
    NoRealisation,
}

impl MissKind {
    /// Returns the number of the rule that decided.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::OtherStoreDir => 9,
            Self::NotFound | Self::Forbidden | Self::OtherName(_) => 10,
            Self::NotSigned { .. } => 11,
            Self::Failed(fault) if !fault.unanswered => 15,
            Self::Failed(_) | Self::Disabled => 12,
            Self::ReferenceMissing { .. } => 13,
            Self::NarGone | Self::NarBroken(_) => 14,
            Self::Remembered { .. } => 16,
            Self::NoRealisation => 17,
        }
    }

    /// Tells whether it counts as a failure of the cache, which only `fallback` forgives.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::Failed(_) | Self::NarBroken(_) | Self::ReferenceMissing { failed: true, .. }
        )
    }
}

impl fmt::Display for CacheMiss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, kind } = self;
        match kind {
            MissKind::OtherStoreDir => write!(f, "{cache} is for another store directory"),
            MissKind::NotFound => write!(f, "{cache} does not have it"),
            MissKind::Forbidden => write!(f, "{cache} does not show it, which counts as a miss"),
            MissKind::OtherName(path) => write!(f, "{cache} has '{path}' in its place"),
            MissKind::NotSigned { signed_by } if signed_by.is_empty() => {
                write!(f, "{cache} has it, but nobody signed it")
            }
            MissKind::NotSigned { signed_by } => {
                write!(
                    f,
                    "{cache} has it, but it is signed only by {}",
                    list(signed_by)
                )
            }
            MissKind::Failed(fault) if !fault.unanswered => {
                write!(f, "what {cache} says of it makes no sense ({fault})")
            }
            MissKind::Failed(fault) => write!(f, "{cache} failed ({fault})"),
            MissKind::Disabled => write!(f, "{cache} failed before and is left alone for a minute"),
            MissKind::ReferenceMissing { reference, failed } => {
                let how = if *failed {
                    "could not be fetched"
                } else {
                    "is not to be had"
                };
                write!(
                    f,
                    "{cache} has it, but {}, to which it refers, {how}",
                    reference.name()
                )
            }
            MissKind::NarGone => write!(f, "{cache} has its narinfo, but not its archive any more"),
            MissKind::NarBroken(fault) if fault.unanswered => {
                write!(
                    f,
                    "{cache} has it, but does not deliver its archive ({fault})"
                )
            }
            MissKind::NarBroken(fault) => {
                write!(f, "{cache} has it, but its archive is damaged ({fault})")
            }
            MissKind::Remembered { expires_in } => write!(
                f,
                "{cache} did not have it when it was asked, and is not asked again for {}",
                duration(*expires_in)
            ),
            MissKind::NoRealisation => {
                write!(f, "{cache} does not know what it turned out to be")
            }
        }
    }
}

impl Reason {
    /// Returns the number of the rule that decided; `None` for rules of the dry run alone, and for failures of builds.
    #[must_use]
    pub fn rule(&self) -> Option<u8> {
        Some(match self {
            Self::AlreadyValid | Self::Impure => 1,
            Self::SubstitutionDisabled | Self::SubstitutesNotAllowed => 2,
            Self::NoCaches { dropped } => dropped.as_ref().map_or(3, |it| it.rule()),
            Self::CacheFailed(_) | Self::SubstitutesFailed { .. } => 3,
            Self::NotInCaches { misses, .. } => return Some(deciding_rule(misses)),
            Self::BuiltHere(_) => 5,
            Self::WrongSystem(_) | Self::MissingFeatures(_) | Self::NoBuildJobs => 6,
            Self::Skipped { .. } | Self::BuiltAlong | Self::NotWanted => 4,
            Self::InCache { .. } => 7,
            Self::Reference { .. } => 13,
            Self::OutputPathUnknown { .. } | Self::Realised { .. } => 17,
            Self::EarlyCutoff { .. } => 18,
            Self::DynamicInput { .. } => 19,
            Self::BuildFailed(_) | Self::InputFailed { .. } | Self::NotReached => return None,
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
            Self::NoCaches { dropped: None } => f.write_str("there is no cache to ask"),
            Self::NoCaches {
                dropped: Some(dropped),
            } => write!(f, "no cache is left to ask: {dropped}"),
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
            Self::SubstitutesFailed { misses } => {
                f.write_str("fallback is off, and ")?;
                write_misses(f, misses)
            }
            Self::BuiltHere(reason) => {
                write!(
                    f,
                    "{reason}; it prefers this machine (preferLocalBuild), which is about where and not whether"
                )
            }
            Self::WrongSystem(system) => {
                write!(
                    f,
                    "it must be built, but on {system}, which this machine is not"
                )
            }
            Self::MissingFeatures(features) => {
                write!(
                    f,
                    "it must be built, but this machine lacks the feature{} {}",
                    if features.len() == 1 { "" } else { "s" },
                    list(features)
                )
            }
            Self::NoBuildJobs => f.write_str("it must be built, but max-jobs is 0"),
            Self::OutputPathUnknown { misses } => {
                f.write_str(
                    "its path follows from its content, which is not known before the build",
                )?;
                if !misses.is_empty() {
                    f.write_str(": ")?;
                    write_misses(f, misses)?;
                }
                Ok(())
            }
            Self::Realised { cache } => write!(
                f,
                "its path follows from its content, and {cache} knows what came out when it was built before"
            ),
            Self::EarlyCutoff { resolved, cache } => {
                let place = cache.as_deref().unwrap_or("the local store");
                write!(
                    f,
                    "with its inputs replaced by what they turned out to be it is '{resolved}', which was built before, and {place} has the result (early cutoff)"
                )
            }
            Self::DynamicInput { of } => {
                write!(
                    f,
                    "{of} needs an output of its output, which the dry run leaves out"
                )
            }
            Self::BuildFailed(why) => write!(f, "its build failed: {why}"),
            Self::InputFailed { input } => write!(f, "{input}, which it needs, cannot be had"),
            Self::NotReached => f.write_str("something else failed, which ended everything"),
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

/// Returns the rule by which the last cache was out, or rule 3 if none was asked.
fn deciding_rule(misses: &[CacheMiss]) -> u8 {
    // What is there and is refused says more than what is not there.
    let rules = misses.iter().map(|miss| miss.kind.rule());
    rules.max_by_key(|rule| (*rule != 10, *rule)).unwrap_or(3)
}

fn list(names: &[BString]) -> String {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    names.join(", ")
}

/// Renders seconds in the largest unit that leaves at least two, rounded up.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let unit = units.iter().find(|(length, _)| seconds >= 2 * length);
    let (count, unit) = match unit {
        Some((length, unit)) => (seconds.div_ceil(*length), *unit),
        None => (seconds, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
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
