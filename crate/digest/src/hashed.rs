//! Maps and sets found by hash, with little code: what is compiled for each type of key and value is a fifth of what a `HashMap` of it takes.
//!
//! Entries lie in one vector in the order they came, until one is removed, when the last one takes its place. Where they are found is a
//! table that is compiled once for all types, with hashes, so that it grows without looking at keys. Hashes are those of `FxHashMap`.

mod set;
mod table;

use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher as _, Hash};

use rustc_hash::FxBuildHasher;
use table::{KeyHash, Table};

pub use set::HashedSet;

/// A map in no order that means anything.
#[derive(Clone)]
pub struct HashedMap<K, V> {
    entries: Vec<(K, V)>,
    table: Table,
}

/// Returns the hash of a key.
fn hash<Q: Hash + ?Sized>(key: &Q) -> KeyHash {
    let hash = FxBuildHasher.hash_one(key);
    (hash ^ hash >> 32) as KeyHash
}

impl<K, V> HashedMap<K, V> {
    /// Makes an empty map, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            table: Table::new(),
        }
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.table.clear();
    }

    /// Iterates over the entries.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.entries.iter().map(|(key, value)| (key, value))
    }

    /// Iterates over the keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    /// Iterates over the values.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    /// Returns the values.
    pub fn into_values(self) -> impl ExactSizeIterator<Item = V> {
        self.entries.into_iter().map(|(_, value)| value)
    }
}

impl<K: Hash + Eq, V> HashedMap<K, V> {
    fn find<Q: Hash + Eq + ?Sized>(&self, hash: KeyHash, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let is_it = &mut |number: usize| self.entries[number].0.borrow() == key;
        self.table.find(hash, is_it)
    }

    /// Adds an entry that is not there, and returns its number.
    fn add(&mut self, hash: KeyHash, key: K, value: V) -> usize {
        let number = self.entries.len();
        self.table.add(hash, number);
        self.entries.push((key, value));
        number
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(hash(key), key)?;
        Some(&self.entries[number].1)
    }

    /// Returns the value of a key to be changed.
    pub fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let number = self.find(hash(key), key)?;
        Some(&mut self.entries[number].1)
    }

    /// Tells whether there is a value for a key.
    #[must_use]
    pub fn contains_key<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(hash(key), key).is_some()
    }

    /// Sets the value of a key and returns the one that it had; a key that is there stays.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hash = hash(&key);
        match self.find(hash, &key) {
            Some(number) => Some(std::mem::replace(&mut self.entries[number].1, value)),
            None => {
                self.add(hash, key, value);
                None
            }
        }
    }

    /// Removes a key and returns its value.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let key_hash = hash(key);
        let number = self.find(key_hash, key)?;
        let last = self.entries.len() - 1;
        let last = (hash(&self.entries[last].0), last);
        self.table.remove((key_hash, number), last);
        Some(self.entries.swap_remove(number).1)
    }

    /// Keeps the entries for which a function returns true.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.entries.retain_mut(|(key, value)| keep(key, value));
        self.table.clear();
        for (number, (key, _)) in self.entries.iter().enumerate() {
            self.table.add(hash(key), number);
        }
    }

    /// Makes room for so many more entries.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve(more);
        self.table.reserve(more);
    }

    /// Returns the place of a key, to give it a value if it has none.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let hash = hash(&key);
        let found = self.find(hash, &key).ok_or((hash, key));
        Entry { map: self, found }
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut HashedMap<K, V>,
    found: Result<usize, (KeyHash, K)>,
}

impl<'a, K: Hash + Eq, V> Entry<'a, K, V> {
    /// Returns the value, which is that of a function if there was none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let number = self
            .found
            .unwrap_or_else(|(hash, key)| self.map.add(hash, key, make()));
        &mut self.map.entries[number].1
    }

    /// Returns the value, which is the one given if there was none.
    pub fn or_insert(self, value: V) -> &'a mut V {
        self.or_insert_with(|| value)
    }

    /// Returns the value, which is the default one if there was none.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}

impl<K, V> Default for HashedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Hash + Eq, V: PartialEq> PartialEq for HashedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len()
            && self
                .iter()
                .all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<K: Hash + Eq, V: Eq> Eq for HashedMap<K, V> {}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for HashedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K, V> IntoIterator for HashedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<K: Hash + Eq, V> Extend<(K, V)> for HashedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| {
            self.insert(key, value);
        });
    }
}

impl<K: Hash + Eq, V> FromIterator<(K, V)> for HashedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use proptest::prelude::*;

    use super::*;

    #[derive(Debug, Clone)]
    enum Change {
        Insert(u16, u32),
        Add(u16),
        Remove(u16),
        Retain(u16),
        Clear,
    }

    fn change() -> impl Strategy<Value = Change> {
        // Few keys, so that they meet, and many, so that tables grow.
        let key = || prop_oneof![0..40u16, 0..2000u16];
        prop_oneof![
            40 => (key(), any::<u32>()).prop_map(|(key, value)| Change::Insert(key, value)),
            10 => key().prop_map(Change::Add),
            20 => key().prop_map(Change::Remove),
            1 => (2..5u16).prop_map(Change::Retain),
            1 => Just(Change::Clear),
        ]
    }

    /// A key whose hash is one of few, so that searches run into each other.
    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Colliding(u16);

    impl Hash for Colliding {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            (self.0 % 7).hash(state);
        }
    }

    fn does_the_same<K: Hash + Eq + Clone + fmt::Debug>(
        changes: Vec<Change>,
        key: impl Fn(u16) -> K,
    ) {
        let mut map = HashedMap::new();
        let mut expected = HashMap::new();
        for change in changes {
            match change {
                Change::Insert(k, value) => {
                    assert_eq!(map.insert(key(k), value), expected.insert(key(k), value));
                }
                Change::Add(k) => {
                    *map.entry(key(k)).or_default() ^= 1;
                    *expected.entry(key(k)).or_default() ^= 1;
                }
                Change::Remove(k) => assert_eq!(map.remove(&key(k)), expected.remove(&key(k))),
                Change::Retain(nth) => {
                    let keep = |value: u32| !value.is_multiple_of(nth.into());
                    map.retain(|_, value| keep(*value));
                    expected.retain(|_, value| keep(*value));
                }
                Change::Clear => {
                    map.clear();
                    expected.clear();
                }
            }
            assert_eq!(map.len(), expected.len());
        }
        for (key, value) in &expected {
            assert_eq!(map.get(key), Some(value));
            assert_eq!(map.get_mut(key).copied(), Some(*value));
        }
        let listed: HashMap<K, u32> = map.iter().map(|(k, v)| (k.clone(), *v)).collect();
        assert_eq!(listed, expected);
    }

    proptest! {
        #[test]
        fn does_what_a_hash_map_does(changes in prop::collection::vec(change(), 0..600)) {
            does_the_same(changes.clone(), |key| key);
            does_the_same(changes, Colliding);
        }

        #[test]
        fn sets_do_what_a_hash_set_does(elements in prop::collection::vec(0..50u8, 0..100)) {
            let mut set = HashedSet::new();
            let mut expected = HashSet::new();
            for element in elements {
                if element % 3 == 0 {
                    assert_eq!(set.remove(&(element / 3)), expected.remove(&(element / 3)));
                } else {
                    assert_eq!(set.insert(element), expected.insert(element));
                }
                assert_eq!(set.contains(&element), expected.contains(&element));
                assert_eq!(set.len(), expected.len());
            }
        }
    }

    #[test]
    fn a_million_keys_in_a_row_are_found_at_once() {
        let map: HashedMap<u32, u32> = (0..1_000_000).map(|key| (key << 8, key)).collect();
        assert!((0..1_000_000).all(|key| map.get(&(key << 8)) == Some(&key)));
        assert_eq!(map.get(&1), None);
    }
}
