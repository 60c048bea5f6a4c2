//! What a client remembers of the answers of HTTP caches, and for how long.
//!
//! Rule 16; source: `libstore/nar-info-disk-cache.cc`. Time is what the caller says it is, in seconds.

use std::rc::Rc;

use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{NarInfo, OutputId, Realisation, StorePath};
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

/// Answers of caches, by their names and what they were asked about.
type Answers<Key, Answer> = FxHashMap<(Rc<str>, Key), Remembered<Answer>>;

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Remembered<T> {
    /// What the cache said; `None`: that it has nothing.
    answer: Option<T>,
    at: u64,
}

impl<T: Clone> Remembered<T> {
    /// Returns what of it still holds.
    fn recall(&self, now: u64, ttl: &TimesToLive) -> Recollection<T> {
        let age = now.saturating_sub(self.at);
        match &self.answer {
            Some(answer) if age < ttl.positive => Recollection::Hit(answer.clone()),
            None if age < ttl.negative => Recollection::Miss {
                expires_in: ttl.negative - age,
            },
            _ => Recollection::Nothing,
        }
    }
}

/// What is remembered of a path or of a floating output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recollection<T> {
    /// Nothing that still holds.
    Nothing,
    /// The cache has it.
    Hit(T),
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
    answers: Answers<[u8; HASH_PART_BYTES], Rc<NarInfo>>,
    /// What caches said of floating outputs.
    realisations: Answers<OutputId, Realisation>,
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
        self.realisations.clear();
        self.opened.clear();
    }

    /// Remembers what a cache said now.
    pub fn learn(&mut self, cache: &Rc<str>, path: &StorePath, info: Option<Rc<NarInfo>>) {
        let at = self.now;
        let key = (Rc::clone(cache), path.hash_bytes());
        self.answers.insert(key, Remembered { answer: info, at });
    }

    /// Remembers what a cache said now of a floating output.
    pub fn learn_realisation(
        &mut self,
        cache: &Rc<str>,
        id: OutputId,
        answer: Option<Realisation>,
    ) {
        let at = self.now;
        let key = (Rc::clone(cache), id);
        self.realisations.insert(key, Remembered { answer, at });
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
            match answer.recall(self.now, ttl) {
                Recollection::Hit(_) => hits += 1,
                Recollection::Miss { expires_in } => {
                    misses += 1;
                    first = Some(first.map_or(expires_in, |first| first.min(expires_in)));
                }
                Recollection::Nothing => {}
            }
        }
        (hits, misses, first)
    }

    /// Returns what is remembered of a path and still holds.
    #[must_use]
    pub fn recall(
        &self,
        cache: &Rc<str>,
        path: &StorePath,
        ttl: &TimesToLive,
    ) -> Recollection<Rc<NarInfo>> {
        let answer = self.answers.get(&(Rc::clone(cache), path.hash_bytes()));
        answer.map_or(Recollection::Nothing, |it| it.recall(self.now, ttl))
    }

    /// Returns what is remembered of a floating output and still holds.
    #[must_use]
    pub fn recall_realisation(
        &self,
        cache: &Rc<str>,
        id: &OutputId,
        ttl: &TimesToLive,
    ) -> Recollection<Realisation> {
        let answer = self.realisations.get(&(Rc::clone(cache), id.clone()));
        answer.map_or(Recollection::Nothing, |it| it.recall(self.now, ttl))
    }
}
