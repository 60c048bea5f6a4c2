//! What one build may use before it is given up: a page must answer whatever a script does.

use std::fmt;

/// Bounds of one build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Commands, rounds of loops, expansions and lines of texts that are worked on.
    pub steps: u64,
    /// Bytes that are written, or made by expansions.
    pub bytes: u64,
    /// Files, directories and links that exist at any time or existed before.
    pub files: usize,
    /// Commands, substitutions, functions and programs inside each other.
    pub depth: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 200_000,
            bytes: 64 << 20,
            files: 20_000,
            depth: 64,
        }
    }
}

/// A bound that a build has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::steps`].
    Steps(u64),
    /// [`Limits::bytes`].
    Bytes(u64),
    /// [`Limits::files`].
    Files(usize),
    /// [`Limits::depth`].
    Depth(u32),
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steps(limit) => write!(f, "it takes more than {limit} steps"),
            Self::Bytes(limit) => write!(f, "it makes more than {limit} bytes"),
            Self::Files(limit) => write!(f, "it makes more than {limit} files"),
            Self::Depth(limit) => write!(f, "commands are nested more than {limit} deep"),
        }
    }
}
