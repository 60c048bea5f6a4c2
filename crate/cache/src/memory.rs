//! What a client remembers of the answers of HTTP caches, and for how long.
//!
//! Rule 16; source: `libstore/nar-info-disk-cache.cc`. Time is what the caller says it is, in seconds.

use std::rc::Rc;

use drvlab_store::store_path::HASH_PART_BYTES;
use drvlab_store::{HashedMap, NarInfo, OutputId, Realisation, StorePath};

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
type Answers<Key, Answer> = HashedMap<(Rc<str>, Key), Remembered<Answer>>;

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
        match (&self.answer, self.expires_in(now, ttl)) {
            (_, None) => Recollection::Nothing,
            (Some(answer), Some(_)) => Recollection::Hit(answer.clone()),
            (None, Some((_, expires_in))) => Recollection::Miss { expires_in },
        }
    }

    /// Tells whether it is a hit, and how many seconds it holds; nothing if it does not hold any more.
    fn expires_in(&self, now: u64, ttl: &TimesToLive) -> Option<(bool, u64)> {
        let found = self.answer.is_some();
        let ttl = if found { ttl.positive } else { ttl.negative };
        let left = ttl.saturating_sub(now.saturating_sub(self.at));
        (left > 0).then_some((found, left))
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
    opened: HashedMap<Rc<str>, u64>,
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

    /// Returns how many hits and misses still hold, of paths and of floating outputs, and in how many seconds the first of the misses ends.
    #[must_use]
    pub fn summary(&self, ttl: &TimesToLive) -> (usize, usize, Option<u64>) {
        let paths = self.answers.values();
        let paths = paths.map(|answer| answer.expires_in(self.now, ttl));
        let outputs = self.realisations.values();
        let outputs = outputs.map(|answer| answer.expires_in(self.now, ttl));
        let (mut hits, mut misses, mut first) = (0, 0, None::<u64>);
        for (found, expires_in) in paths.chain(outputs).flatten() {
            if found {
                hits += 1;
            } else {
                misses += 1;
                first = Some(first.map_or(expires_in, |first| first.min(expires_in)));
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

#[cfg(test)]
mod tests {
    use drvlab_store::StorePath;

    use super::*;

    #[test]
    fn the_summary_counts_what_is_remembered_of_floating_outputs() {
        let mut memory = Memory::default();
        let cache: Rc<str> = "cache".into();
        let path = StorePath::new([1; HASH_PART_BYTES], b"a").unwrap();
        let id = |output: &str| OutputId {
            digest: [1; 32],
            output: output.into(),
        };
        memory.learn(&cache, &path, None);
        memory.advance(600);
        memory.learn_realisation(&cache, id("dev"), None);
        let found = Realisation::new(id("out"), path);
        memory.learn_realisation(&cache, id("out"), Some(found));
        let ttl = TimesToLive::default();
        assert_eq!(memory.summary(&ttl), (1, 2, Some(3000)));
        memory.advance(3000);
        assert_eq!(memory.summary(&ttl), (1, 1, Some(600)));
        memory.advance(600);
        assert_eq!(memory.summary(&ttl), (1, 0, None));
    }
}
