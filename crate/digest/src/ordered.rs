//! Ordered maps and sets with little code: what is compiled for each type of key and value is a tenth of what a `BTreeMap` of it takes.
//!
//! A WASM module is loaded with every visit. So `store`, `lang`, `build` and `cache` use [`OrderedMap`] and [`OrderedSet`] where order
//! is asked for. Entries lie in one vector; a map that is filled in order, or is small, needs nothing else, and is as quick as a sorted
//! vector. Any other has an index, which is compiled once for all types, and does everything in logarithmic time but for
//! moving some kilobytes.

mod index;
mod serialize;
mod set;

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops;

use crate::order;
use index::{Index, Place, Positions};

pub use set::OrderedSet;

/// A map that lists its entries in the order of their keys, as `BTreeMap` does.
#[derive(Clone)]
pub struct OrderedMap<K, V> {
    entries: Vec<(K, V)>,
    index: Index,
}

impl<K, V> OrderedMap<K, V> {
    /// Makes an empty map, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            entries: Vec::new(),
            index: Index::new(),
        }
    }

    /// Makes an empty map with room for so many entries.
    #[must_use]
    pub fn with_capacity(entries: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entries),
            index: Index::new(),
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
        self.index = Index::new();
    }

    /// Iterates over the entries in the order of their keys.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, K, V> {
        Iter {
            entries: &self.entries,
            positions: self.index.positions(self.entries.len()),
        }
    }

    /// Iterates over the keys in their order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> + ExactSizeIterator + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// Iterates over the values in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + ExactSizeIterator + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Iterates over the entries in the order of their keys; values can be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&K, &mut V)> {
        self.settled().iter_mut().map(|(key, value)| (&*key, value))
    }

    /// Iterates over the values in the order of their keys; they can be changed.
    pub fn values_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut V> {
        self.settled().iter_mut().map(|(_, value)| value)
    }

    /// Returns the keys in their order.
    pub fn into_keys(self) -> impl Iterator<Item = K> {
        self.into_iter().map(|(key, _)| key)
    }

    /// Returns the values in the order of their keys.
    pub fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    /// Keeps the entries for which a function returns true.
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.settled().retain_mut(|(key, value)| keep(key, value));
    }

    /// Returns the entry with the least key.
    #[must_use]
    pub fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// Returns the entry with the greatest key.
    #[must_use]
    pub fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    /// Puts the entries themselves into order, which makes the index superfluous.
    fn settled(&mut self) -> &mut Vec<(K, V)> {
        if let Some(order) = self.index.take_order() {
            order::arrange(order, &mut |a, b| self.entries.swap(a, b));
        }
        &mut self.entries
    }
}

impl<K: Ord, V> OrderedMap<K, V> {
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        let compare = &mut |index: usize| self.entries[index].0.borrow().cmp(key);
        self.index.find(self.entries.len(), compare).ok()
    }

    /// Finds an entry, or the place where it belongs; quick for keys behind all others.
    fn place(&self, key: &K) -> Result<usize, Place> {
        let compare = &mut |index: usize| self.entries[index].0.cmp(key);
        self.index.find_from_end(self.entries.len(), compare)
    }

    /// Adds an entry at its place and returns where it lies.
    fn add(&mut self, place: Place, key: K, value: V) -> usize {
        let at = self.index.insert(place, self.entries.len());
        self.entries.insert(at, (key, value));
        at
    }

    fn take(&mut self, at: usize) -> (K, V) {
        let entries = &self.entries;
        let compare = &mut |a: usize, b: usize| entries[a].0.cmp(&entries[b].0);
        if self.index.remove(at, entries.len(), compare) {
            self.entries.remove(at)
        } else {
            self.entries.swap_remove(at)
        }
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.get_key_value(key).map(|(_, value)| value)
    }

    /// Returns the key as it is in the map, and its value.
    #[must_use]
    pub fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        let (key, value) = &self.entries[self.find(key)?];
        Some((key, value))
    }

    /// Returns the value of a key to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key)?;
        Some(&mut self.entries[at].1)
    }

    /// Tells whether there is a value for a key.
    #[must_use]
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_some()
    }

    /// Sets the value of a key and returns the one that it had; a key that is there stays.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.place(&key) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].1, value)),
            Err(place) => {
                self.add(place, key, value);
                None
            }
        }
    }

    /// Removes a key and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.remove_entry(key).map(|(_, value)| value)
    }

    /// Removes a key; returns it and its value.
    pub fn remove_entry<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
    {
        let at = self.find(key)?;
        Some(self.take(at))
    }

    /// Removes the entry with the least key and returns it.
    pub fn pop_first(&mut self) -> Option<(K, V)> {
        let first = self.index.positions(self.entries.len()).next()?;
        Some(self.take(first))
    }

    /// Removes the entry with the greatest key and returns it.
    pub fn pop_last(&mut self) -> Option<(K, V)> {
        let last = self.index.positions(self.entries.len()).next_back()?;
        Some(self.take(last))
    }

    /// Returns the place of a key, to look at its value or to give it one.
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        match self.place(&key) {
            Ok(at) => Entry {
                map: self,
                at,
                missing: None,
            },
            Err(place) => Entry {
                map: self,
                at: 0,
                missing: Some((place, key)),
            },
        }
    }

    /// Moves all entries of another map here; its values win.
    pub fn append(&mut self, other: &mut Self) {
        self.extend(std::mem::take(other));
    }
}

/// The place of a key in a map.
pub struct Entry<'a, K, V> {
    map: &'a mut OrderedMap<K, V>,
    at: usize,
    missing: Option<(Place, K)>,
}

impl<'a, K: Ord, V> Entry<'a, K, V> {
    /// Returns the value, which is that of a function if there was none.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'a mut V {
        let at = match self.missing {
            None => self.at,
            Some((place, key)) => self.map.add(place, key, make()),
        };
        &mut self.map.entries[at].1
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

/// The entries of a map in the order of their keys.
pub struct Iter<'a, K, V> {
    entries: &'a [(K, V)],
    positions: Positions<'a>,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries,
            positions: self.positions.clone(),
        }
    }
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.entries.get(self.positions.next()?)?;
        Some((key, value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.positions.size_hint()
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (key, value) = self.entries.get(self.positions.next_back()?)?;
        Some((key, value))
    }
}

impl<K, V> ExactSizeIterator for Iter<'_, K, V> {}

impl<'a, K, V> IntoIterator for &'a OrderedMap<K, V> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K, V> IntoIterator for OrderedMap<K, V> {
    type Item = (K, V);
    type IntoIter = std::vec::IntoIter<(K, V)>;

    fn into_iter(mut self) -> Self::IntoIter {
        self.settled();
        self.entries.into_iter()
    }
}

impl<K: Ord, V> Extend<(K, V)> for OrderedMap<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for OrderedMap<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let entries = entries.into_iter();
        let mut map = Self::with_capacity(entries.size_hint().0);
        map.extend(entries);
        map
    }
}

impl<K: Ord, V, const N: usize> From<[(K, V); N]> for OrderedMap<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        Self::from_iter(entries)
    }
}

impl<K, V> Default for OrderedMap<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for OrderedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for OrderedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: Eq, V: Eq> Eq for OrderedMap<K, V> {}

impl<K: PartialOrd, V: PartialOrd> PartialOrd for OrderedMap<K, V> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.iter().partial_cmp(other)
    }
}

impl<K: Ord, V: Ord> Ord for OrderedMap<K, V> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.iter().cmp(other)
    }
}

impl<K: Hash, V: Hash> Hash for OrderedMap<K, V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len());
        for entry in self {
            entry.hash(state);
        }
    }
}

impl<K: Borrow<Q> + Ord, V, Q: Ord + ?Sized> ops::Index<&Q> for OrderedMap<K, V> {
    type Output = V;

    fn index(&self, key: &Q) -> &V {
        self.get(key).expect("the key is in the map")
    }
}

#[cfg(test)]
mod tests {
    use super::OrderedMap;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// What is done with a map, by a number and a key.
    fn step(map: &mut OrderedMap<u32, u32>, model: &mut BTreeMap<u32, u32>, action: u8, key: u32) {
        match action {
            0..=3 => assert_eq!(map.insert(key, key + 1), model.insert(key, key + 1)),
            4 => assert_eq!(map.entry(key).or_insert(7), model.entry(key).or_insert(7)),
            5 | 6 => assert_eq!(map.remove(&key), model.remove(&key)),
            7 => assert_eq!(map.pop_first(), model.pop_first()),
            8 => assert_eq!(map.pop_last(), model.pop_last()),
            9 => {
                for (map, model) in map.values_mut().zip(model.values_mut()) {
                    *map += 1;
                    *model += 1;
                }
            }
            10 => {
                let limit = key / 8;
                map.retain(|&key, _| key % 16 != limit % 16);
                model.retain(|&key, _| key % 16 != limit % 16);
            }
            _ => {
                assert_eq!(map.get(&key), model.get(&key));
                assert_eq!(map.first_key_value(), model.first_key_value());
                assert_eq!(map.last_key_value(), model.last_key_value());
            }
        }
    }

    fn assert_same(map: &OrderedMap<u32, u32>, model: &BTreeMap<u32, u32>) {
        assert_eq!(map.len(), model.len());
        assert!(map.iter().eq(model));
        assert!(map.iter().rev().eq(model.iter().rev()));
        assert!(map.clone().into_iter().eq(model.clone()));
        assert_eq!(format!("{map:?}"), format!("{model:?}"));
    }

    proptest! {
        #[test]
        fn a_map_is_that_of_the_standard_library(steps in prop::collection::vec((0u8..12, 0u32..400), 0..1500)) {
            let (mut map, mut model) = (OrderedMap::new(), BTreeMap::new());
            for (action, key) in steps {
                step(&mut map, &mut model, action, key);
            }
            assert_same(&map, &model);
        }
    }

    #[test]
    fn large_maps_in_any_order_are_complete() {
        let count = 20_000u32;
        let scattered = (0..count).map(|number| number.wrapping_mul(7919) % count);
        let (mut map, mut model) = (OrderedMap::new(), BTreeMap::new());
        for key in scattered.clone() {
            map.insert(key, key);
            model.insert(key, key);
        }
        assert_same(&map, &model);
        for key in scattered.step_by(3) {
            assert_eq!(map.remove(&key), model.remove(&key));
        }
        assert_same(&map, &model);
        let mut other = OrderedMap::from_iter((0..count).rev().map(|key| (key, 0)));
        map.append(&mut other);
        assert!(other.is_empty());
        assert!(map.iter().map(|(&key, _)| key).eq(0..count));
        assert!(map.values().all(|&value| value == 0));
    }
}
