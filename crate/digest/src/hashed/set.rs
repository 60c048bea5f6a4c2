//! Sets found by hash: maps without values.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;

use super::HashedMap;

/// A set in no order that means anything.
#[derive(Clone)]
pub struct HashedSet<T>(HashedMap<T, ()>);

impl<T> HashedSet<T> {
    /// Makes an empty set, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self(HashedMap::new())
    }

    /// Returns the number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes all elements.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

impl<T: Hash + Eq> HashedSet<T> {
    /// Adds an element; tells whether it was not there.
    pub fn insert(&mut self, element: T) -> bool {
        self.0.insert(element, ()).is_none()
    }

    /// Removes an element; tells whether it was there.
    pub fn remove<Q: Hash + Eq + ?Sized>(&mut self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(element).is_some()
    }

    /// Tells whether an element is there.
    #[must_use]
    pub fn contains<Q: Hash + Eq + ?Sized>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(element)
    }
}

impl<T> Default for HashedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for HashedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl<T: Hash + Eq> Extend<T> for HashedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| {
            self.insert(element);
        });
    }
}

impl<T: Hash + Eq> FromIterator<T> for HashedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::new();
        set.extend(elements);
        set
    }
}
