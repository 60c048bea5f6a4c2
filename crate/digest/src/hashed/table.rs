//! Where entries are found by their hash. It knows no types: entries are numbers, compared by a function. So `hashbrown`'s code is there once.

use hashbrown::HashTable;

/// The hash of a key, of which 32 bits are enough for as many entries as there are numbers.
pub(super) type KeyHash = u32;

/// Entries' numbers with the hashes of their keys, so that the table grows without looking at keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    places: HashTable<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Place {
    hash: KeyHash,
    number: u32,
}

impl Place {
    fn is(self, hash: KeyHash, number: usize) -> bool {
        self.hash == hash && self.number as usize == number
    }
}

/// Returns a hash with as many bits as tables ask for: they use the lowest and the highest.
fn wide(hash: KeyHash) -> u64 {
    u64::from(hash) << KeyHash::BITS | u64::from(hash)
}

impl Table {
    pub(super) const fn new() -> Self {
        Self {
            places: HashTable::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
    }

    /// Finds the number of the entry with this hash that `is_it` accepts.
    pub(super) fn find(
        &self,
        hash: KeyHash,
        is_it: &mut dyn FnMut(usize) -> bool,
    ) -> Option<usize> {
        let place = self.places.find(wide(hash), |place| {
            place.hash == hash && is_it(place.number as usize)
        })?;
        Some(place.number as usize)
    }

    /// Makes room for so many more entries.
    pub(super) fn reserve(&mut self, more: usize) {
        self.places.reserve(more, |place| wide(place.hash));
    }

    /// Adds an entry that is not there.
    pub(super) fn add(&mut self, hash: KeyHash, number: usize) {
        let number = u32::try_from(number).expect("entries of a map are fewer than addresses");
        self.places
            .insert_unique(wide(hash), Place { hash, number }, |place| wide(place.hash));
    }

    /// Removes an entry; the last one, of this number and hash, takes its number.
    pub(super) fn remove(&mut self, removed: (KeyHash, usize), last: (KeyHash, usize)) {
        let (hash, number) = removed;
        if let Ok(entry) = self
            .places
            .find_entry(wide(hash), |place| place.is(hash, number))
        {
            entry.remove();
        }
        let (hash, number) = last;
        if let Some(place) = self
            .places
            .find_mut(wide(hash), |place| place.is(hash, number))
        {
            place.number = removed.1 as u32;
        }
    }
}
