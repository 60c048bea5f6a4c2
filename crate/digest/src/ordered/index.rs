//! The order of a map's entries, where they do not lie in it themselves. It knows no types: entries are numbers, compared by a function.

use std::cmp::Ordering;
use std::iter::Flatten;
use std::ops::Range;
use std::slice;

/// Maps of up to so many entries are kept in order by moving entries.
const FEW: usize = 32;

/// A chunk of so many entries is split.
const CHUNK: usize = 512;

/// The order of entries; nothing while the entries themselves are in order. As small as can be, since few maps need it.
#[derive(Clone, Debug)]
pub(super) struct Index(Option<Box<Chunks>>);

/// The entries' numbers in the order of their keys, in chunks of which none is empty.
#[derive(Clone, Debug)]
struct Chunks(Vec<Vec<u32>>);

/// Where an entry that is not there belongs: before place `at` of a chunk, or of the entries when they are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    chunk: usize,
    at: usize,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    fn is_used(&self) -> bool {
        self.0.is_some()
    }

    fn chunks(&self) -> &[Vec<u32>] {
        self.0.as_ref().map_or(&[], |chunks| &chunks.0)
    }

    /// Finds the number of the entry that `compare` says is equal to what is looked for.
    pub(super) fn find(
        &self,
        len: usize,
        compare: &mut dyn FnMut(usize) -> Ordering,
    ) -> Result<usize, Place> {
        let place = self.search(len, compare);
        place.map(|place| self.number(place))
    }

    /// Does the same, but looks at the last entry first.
    pub(super) fn find_from_end(
        &self,
        len: usize,
        compare: &mut dyn FnMut(usize) -> Ordering,
    ) -> Result<usize, Place> {
        if !self.is_used() && len > 0 && compare(len - 1).is_lt() {
            return Err(Place { chunk: 0, at: len });
        }
        self.find(len, compare)
    }

    fn number(&self, place: Place) -> usize {
        let chunk = self.chunks().get(place.chunk);
        chunk.map_or(place.at, |chunk| chunk[place.at] as usize)
    }

    fn search(
        &self,
        len: usize,
        compare: &mut dyn FnMut(usize) -> Ordering,
    ) -> Result<Place, Place> {
        if !self.is_used() {
            return within(0, len, compare);
        }
        // The last chunk whose first entry is not greater.
        let chunks = self.chunks();
        let chunk = within(0, chunks.len(), &mut |chunk| {
            compare(chunks[chunk][0] as usize)
        });
        let chunk = match chunk {
            Ok(first) => {
                let chunk = first.at;
                return Ok(Place { chunk, at: 0 });
            }
            Err(behind) => behind.at.saturating_sub(1),
        };
        let Some(numbers) = chunks.get(chunk) else {
            return Err(Place { chunk: 0, at: 0 });
        };
        within(chunk, numbers.len(), &mut |at| {
            compare(numbers[at] as usize)
        })
    }

    /// Takes a new entry into account, and returns where it must be put among the entries, of which there are `len`.
    pub(super) fn insert(&mut self, place: Place, len: usize) -> usize {
        if !self.is_used() && (len < FEW || place.at == len) {
            return place.at;
        }
        let (chunks, place) = self.indexed(place, len);
        let numbers = &mut chunks[place.chunk];
        numbers.insert(place.at, len as u32);
        if numbers.len() >= CHUNK {
            let upper = numbers.split_off(CHUNK / 2);
            chunks.insert(place.chunk + 1, upper);
        }
        len
    }

    /// Takes into account that an entry is removed: either, returning true, those behind it move up, or the last one takes its place.
    pub(super) fn remove(
        &mut self,
        number: usize,
        len: usize,
        compare: &mut dyn FnMut(usize, usize) -> Ordering,
    ) -> bool {
        let last = len - 1;
        if !self.is_used() && (len <= FEW || number == last) {
            return true;
        }
        let nowhere = Place { chunk: 0, at: 0 };
        self.indexed(nowhere, len);
        if let Ok(place) = self.search(len, &mut |other| compare(other, number)) {
            let (chunks, place) = self.indexed(place, len);
            let numbers = &mut chunks[place.chunk];
            numbers.remove(place.at);
            if numbers.is_empty() {
                chunks.remove(place.chunk);
            }
        }
        if number != last
            && let Ok(place) = self.search(len, &mut |other| compare(other, last))
        {
            let (chunks, place) = self.indexed(place, len);
            chunks[place.chunk][place.at] = number as u32;
        }
        if last == 0 {
            *self = Self::new();
        }
        false
    }

    /// Returns the chunks, which are made if there are none, and the place within them.
    fn indexed(&mut self, place: Place, len: usize) -> (&mut Vec<Vec<u32>>, Place) {
        let size = CHUNK / 2;
        let place = if self.is_used() {
            place
        } else {
            let chunk = (place.at / size).min(len.saturating_sub(1) / size);
            let at = place.at - chunk * size;
            Place { chunk, at }
        };
        let chunks = self.0.get_or_insert_with(|| {
            let numbers: Vec<u32> = (0..len as u32).collect();
            Box::new(Chunks(numbers.chunks(size).map(<[u32]>::to_vec).collect()))
        });
        (&mut chunks.0, place)
    }

    /// Returns the numbers in order and forgets them; nothing if the entries are in order.
    pub(super) fn take_order(&mut self) -> Option<Vec<u32>> {
        self.0.take().map(|chunks| chunks.0.concat())
    }

    /// Iterates over the numbers of `len` entries in order.
    pub(super) fn positions(&self, len: usize) -> Positions<'_> {
        Positions {
            straight: 0..len,
            indexed: self.0.as_ref().map(|chunks| chunks.0.iter().flatten()),
        }
    }
}

/// Searches among entries in order.
fn within(
    chunk: usize,
    len: usize,
    compare: &mut dyn FnMut(usize) -> Ordering,
) -> Result<Place, Place> {
    let (mut start, mut end) = (0, len);
    while start < end {
        let at = start.midpoint(end);
        match compare(at) {
            Ordering::Less => start = at + 1,
            Ordering::Equal => return Ok(Place { chunk, at }),
            Ordering::Greater => end = at,
        }
    }
    Err(Place { chunk, at: start })
}

/// The numbers of entries in the order of their keys.
#[derive(Clone, Debug)]
pub(super) struct Positions<'a> {
    /// The numbers that are left when entries are in order; else only as many as are left.
    straight: Range<usize>,
    indexed: Option<Flatten<slice::Iter<'a, Vec<u32>>>>,
}

impl Iterator for Positions<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let next = self.straight.next()?;
        match &mut self.indexed {
            None => Some(next),
            Some(indexed) => indexed.next().map(|&number| number as usize),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.straight.size_hint()
    }
}

impl DoubleEndedIterator for Positions<'_> {
    fn next_back(&mut self) -> Option<usize> {
        let next = self.straight.next_back()?;
        match &mut self.indexed {
            None => Some(next),
            Some(indexed) => indexed.next_back().map(|&number| number as usize),
        }
    }
}
