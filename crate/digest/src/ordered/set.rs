//! Ordered sets: maps without values.

use std::borrow::Borrow;
use std::fmt;

use super::OrderedMap;

/// A set that lists its elements in order, as `BTreeSet` does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderedSet<T>(pub(super) OrderedMap<T, ()>);

impl<T> OrderedSet<T> {
    /// Makes an empty set, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self(OrderedMap::new())
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

    /// Iterates over the elements in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter(self.0.iter())
    }

    /// Keeps the elements for which a function returns true.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.0.retain(|element, ()| keep(element));
    }

    /// Returns the least element.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    /// Returns the greatest element.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.iter().next_back()
    }
}

impl<T: Ord> OrderedSet<T> {
    /// Returns the element that is equal to one given.
    #[must_use]
    pub fn get<Q: Ord + ?Sized>(&self, element: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
    {
        self.0.get_key_value(element).map(|(element, ())| element)
    }

    /// Tells whether an element is in the set.
    #[must_use]
    pub fn contains<Q: Ord + ?Sized>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(element)
    }

    /// Adds an element; tells whether it is new. One that is there stays.
    pub fn insert(&mut self, element: T) -> bool {
        self.0.insert(element, ()).is_none()
    }

    /// Removes an element; tells whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(element).is_some()
    }

    /// Removes the least element and returns it.
    pub fn pop_first(&mut self) -> Option<T> {
        self.0.pop_first().map(|(element, ())| element)
    }

    /// Removes the greatest element and returns it.
    pub fn pop_last(&mut self) -> Option<T> {
        self.0.pop_last().map(|(element, ())| element)
    }

    /// Iterates over the elements that another set lacks, in order.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> + Clone {
        self.iter().filter(|element| !other.contains(*element))
    }

    /// Iterates over the elements that another set has too, in order.
    pub fn intersection<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> + Clone {
        self.iter().filter(|element| other.contains(*element))
    }

    /// Tells whether another set has all elements of this one.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.iter().all(|element| other.contains(element))
    }

    /// Moves all elements of another set here.
    pub fn append(&mut self, other: &mut Self) {
        self.0.append(&mut other.0);
    }
}

/// The elements of a set in order.
pub struct Iter<'a, T>(super::Iter<'a, T, ()>);

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        self.0.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back().map(|(element, ())| element)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

/// The elements of a set that is used up, in order.
pub struct IntoIter<T>(std::vec::IntoIter<(T, ())>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for IntoIter<T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back().map(|(element, ())| element)
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}

impl<'a, T> IntoIterator for &'a OrderedSet<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for OrderedSet<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self.0.into_iter())
    }
}

impl<T: Ord> Extend<T> for OrderedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
    }
}

impl<'a, T: Ord + Copy> Extend<&'a T> for OrderedSet<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, elements: I) {
        self.extend(elements.into_iter().copied());
    }
}

impl<T: Ord> FromIterator<T> for OrderedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let elements = elements.into_iter();
        Self(elements.map(|element| (element, ())).collect())
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for OrderedSet<T> {
    fn from(elements: [T; N]) -> Self {
        Self::from_iter(elements)
    }
}

impl<T> Default for OrderedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OrderedSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::OrderedSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn sets_are_those_of_the_standard_library(
            left in prop::collection::vec(0u32..300, 0..200),
            right in prop::collection::vec(0u32..300, 0..200),
        ) {
            let models = [&left, &right].map(|numbers| BTreeSet::from_iter(numbers.iter().copied()));
            let sets = [left, right].map(OrderedSet::from_iter);
            prop_assert!(sets[0].iter().eq(&models[0]));
            prop_assert!(sets[0].difference(&sets[1]).eq(models[0].difference(&models[1])));
            prop_assert!(sets[0].intersection(&sets[1]).eq(models[0].intersection(&models[1])));
            prop_assert_eq!(sets[0].is_subset(&sets[1]), models[0].is_subset(&models[1]));
            prop_assert_eq!(sets[0].cmp(&sets[1]), models[0].cmp(&models[1]));
            prop_assert_eq!(format!("{:?}", sets[0]), format!("{:?}", models[0]));
        }
    }

    #[test]
    fn of_equal_elements_the_first_stays() {
        let mut set = OrderedSet::from([3, 1, 3, 2]);
        assert!(set.iter().eq(&[1, 2, 3]));
        assert!(!set.insert(2) && set.remove(&2) && !set.remove(&2));
        assert_eq!(
            (set.pop_last(), set.pop_first(), set.pop_first()),
            (Some(3), Some(1), None)
        );
    }
}
