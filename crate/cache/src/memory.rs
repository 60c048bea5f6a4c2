//! What a client remembers of the answers of HTTP caches, and for how long.
//!
//! Rule 16; source: `libstore/nar-info-disk-cache.cc`. Time is what the caller says it is, in seconds.

use std::rc::Rc;

use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{NarInfo, StorePath};
use rustc_hash::FxHashMap;

/// How long answers hold, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesToLive {
    /// That a cache has something (`narinfo-cache-positive-ttl`).
    pub positive: u64,
    /// That it does not (`narinfo-cache-negative-ttl`).
    pub negative: u64,
    /// What `nix-cache-info` says (`narinfo-cache-meta-ttl`).
    pub meta: u64,
}

impl Default for TimesToLive {
    /// The reference's defaults.
    fn default() -> Self {
        Self {
            positive: 30 * 24 * 3600,
            negative: 3600,
            meta: 7 * 24 * 3600,
        }
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remembered {
    /// What the cache said; `None`: that it has nothing.
    info: Option<Rc<NarInfo>>,
    at: u64,
}

/// What is remembered of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recollection {
    /// Nothing that still holds.
    Nothing,
    /// The cache has it.
    Hit(Rc<NarInfo>),
    /// The cache does not have it.
    Miss {
        /// Seconds until the cache is asked again.
        expires_in: u64,
    },
}

/// The answers of all caches, and a clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Seconds since the world began.
    pub now: u64,
    answers: FxHashMap<(Rc<str>, [u8; HASH_PART_BYTES]), Remembered>,
    /// When the `nix-cache-info` of a cache was last read.
    opened: FxHashMap<Rc<str>, u64>,
}

impl Memory {
    /// Lets time pass.
    pub const fn advance(&mut self, seconds: u64) {
        self.now = self.now.saturating_add(seconds);
    }

    /// Forgets everything, as deleting `~/.cache/nix/binary-cache-*.sqlite` does.
    pub fn forget(&mut self) {
        self.answers.clear();
        self.opened.clear();
    }

    /// Remembers what a cache said now.
    pub fn learn(&mut self, cache: &Rc<str>, path: &StorePath, info: Option<Rc<NarInfo>>) {
        let at = self.now;
        let key = (Rc::clone(cache), path.hash_bytes());
        self.answers.insert(key, Remembered { info, at });
    }

    /// Remembers that a cache could be opened now.
    pub fn learn_opened(&mut self, cache: &Rc<str>) {
        self.opened.insert(Rc::clone(cache), self.now);
    }

    /// Tells whether a cache need not be opened because that was done not long ago.
    #[must_use]
    pub fn knows(&self, cache: &Rc<str>, ttl: &TimesToLive) -> bool {
        let opened = self.opened.get(cache);
        opened.is_some_and(|at| self.now.saturating_sub(*at) < ttl.meta)
    }

    /// Returns how many hits and misses still hold, and in how many seconds the first of the misses ends.
    #[must_use]
    pub fn summary(&self, ttl: &TimesToLive) -> (usize, usize, Option<u64>) {
        let (mut hits, mut misses, mut first) = (0, 0, None::<u64>);
        for answer in self.answers.values() {
            let age = self.now.saturating_sub(answer.at);
            if answer.info.is_some() {
                hits += usize::from(age < ttl.positive);
            } else if let Some(rest) = ttl.negative.checked_sub(age).filter(|rest| *rest > 0) {
                misses += 1;
                first = Some(first.map_or(rest, |first| first.min(rest)));
            }
        }
        (hits, misses, first)
    }

    /// Returns what is remembered of a path and still holds.
    #[must_use]
    pub fn recall(&self, cache: &Rc<str>, path: &StorePath, ttl: &TimesToLive) -> Recollection {
        let key = (Rc::clone(cache), path.hash_bytes());
        let Some(answer) = self.answers.get(&key) else {
            return Recollection::Nothing;
        };
        let age = self.now.saturating_sub(answer.at);
        match &answer.info {
            Some(info) if age < ttl.positive => Recollection::Hit(Rc::clone(info)),
            None if age < ttl.negative => Recollection::Miss {
                expires_in: ttl.negative - age,
            },
            _ => Recollection::Nothing,
        }
    }
}
