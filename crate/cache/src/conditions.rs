//! The conditions under which a mock cache answers: how fast, and what goes wrong.

use bstr::BString;
use drvlab_store::StorePath;
use drvlab_store::store_path::HASH_PART_BYTES;
use rustc_hash::FxHashMap;

/// Bytes per second of a connection about which nothing is said.
pub const DEFAULT_BANDWIDTH: u64 = 10_000_000;

/// Milliseconds of an answer about which nothing is said.
pub const DEFAULT_LATENCY: u32 = 30;

/// What goes wrong with one store object of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathFault {
    /// Its narinfo is gone (HTTP status 404), as after a garbage collection.
    NotFound,
    /// Its narinfo may not be read (403).
    Forbidden,
    /// Asking for its narinfo fails (500).
    ServerError,
    /// Its narinfo is there, its archive is not.
    NarMissing,
    /// Its archive is another one than its narinfo says.
    WrongNarHash,
    /// Its archive has another length than its narinfo says.
    WrongNarSize,
}

impl PathFault {
    /// All faults with the words for them in files.
    pub const ALL: [(&str, Self); 6] = [
        ("404", Self::NotFound),
        ("403", Self::Forbidden),
        ("500", Self::ServerError),
        ("nar-missing", Self::NarMissing),
        ("wrong-nar-hash", Self::WrongNarHash),
        ("wrong-nar-size", Self::WrongNarSize),
    ];

    /// Finds a fault by its word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(other, _)| *other == word);
        found.map(|(_, fault)| *fault)
    }
}

/// How a cache answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Milliseconds until an answer begins.
    pub latency: u32,
    /// Bytes per second of an answer; never 0.
    pub bandwidth: u64,
    /// Whether it answers nothing at all.
    pub offline: bool,
    /// Faults of single store objects, by hash part.
    faults: FxHashMap<[u8; HASH_PART_BYTES], PathFault>,
    /// Faults of all store objects of a name, whatever their hash part.
    by_name: FxHashMap<BString, PathFault>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            latency: DEFAULT_LATENCY,
            bandwidth: DEFAULT_BANDWIDTH,
            offline: false,
            faults: FxHashMap::default(),
            by_name: FxHashMap::default(),
        }
    }
}

impl Conditions {
    /// Lets something go wrong with a store object.
    pub fn set_fault(&mut self, path: &StorePath, fault: PathFault) {
        self.faults.insert(path.hash_bytes(), fault);
    }

    /// Lets something go wrong with all store objects of this name.
    pub fn set_fault_by_name(&mut self, name: impl Into<BString>, fault: PathFault) {
        self.by_name.insert(name.into(), fault);
    }

    /// Returns what goes wrong with a store object.
    #[must_use]
    pub fn fault(&self, path: &StorePath) -> Option<PathFault> {
        let by_hash = self.faults.get(&path.hash_bytes());
        let found = by_hash.or_else(|| self.by_name.get(path.name().as_bytes()));
        found.copied()
    }

    /// Returns the milliseconds that an answer of so many bytes takes.
    #[must_use]
    pub fn transfer_time(&self, bytes: u64) -> u64 {
        let milliseconds = u128::from(bytes) * 1000 / u128::from(self.bandwidth.max(1));
        let transfer = u64::try_from(milliseconds).unwrap_or(u64::MAX);
        transfer.saturating_add(u64::from(self.latency))
    }
}
