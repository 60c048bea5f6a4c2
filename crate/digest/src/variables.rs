//! The environment of a derivation: texts by name.
//!
//! Names and texts lie behind each other in one vector, for an evaluation of a package set keeps hundreds of thousands of them. It is made to be
//! filled in the order of names and read; a variable that comes later is moved in between.

use std::fmt;
use std::ops::{Index, Range};

use bstr::{BStr, BString, ByteSlice as _};

use crate::order;

/// Variables, sorted by name.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables {
    /// Each name and its text, in order.
    bytes: Vec<u8>,
    ends: Vec<Ends>,
}

/// Where a variable ends in the bytes of all.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Ends {
    name: usize,
    text: usize,
}

impl Variables {
    /// Makes an empty environment, which takes no memory.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Makes an empty environment with room for so many variables.
    #[must_use]
    pub fn with_capacity(variables: usize) -> Self {
        Self {
            bytes: Vec::new(),
            ends: Vec::with_capacity(variables),
        }
    }

    /// Returns the number of variables.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether there are no variables.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Iterates over names and texts in the order of names.
    #[must_use]
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            variables: self,
            places: 0..self.len(),
        }
    }

    /// Iterates over the names in their order.
    pub fn keys(&self) -> impl Iterator<Item = &BStr> {
        self.iter().map(|(name, _)| name)
    }

    /// Returns the text of a variable.
    #[must_use]
    pub fn get<N: AsRef<[u8]> + ?Sized>(&self, name: &N) -> Option<&BStr> {
        let place = self.find(name.as_ref()).ok()?;
        Some(self.at(place).1)
    }

    /// Tells whether there is a variable.
    #[must_use]
    pub fn contains_key<N: AsRef<[u8]> + ?Sized>(&self, name: &N) -> bool {
        self.find(name.as_ref()).is_ok()
    }

    /// Returns the variable with the greatest name.
    #[must_use]
    pub fn last(&self) -> Option<(&BStr, &BStr)> {
        self.iter().next_back()
    }

    /// Sets a variable. What comes behind all others is added in constant time.
    pub fn set(&mut self, name: &[u8], text: &[u8]) {
        if self.last().is_none_or(|(last, _)| *last < *name) {
            self.push(name, text);
        } else {
            self.merge(&[(name, text)]);
        }
    }

    /// Sets a variable. What comes behind all others is added in constant time.
    pub fn insert(&mut self, name: BString, text: BString) {
        self.set(&name, &text);
    }

    /// Sets variables, which are sorted by name and distinct, in linear time.
    pub fn merge(&mut self, others: &[(&[u8], &[u8])]) {
        if others.is_empty() {
            return;
        }
        let more = others
            .iter()
            .map(|(name, text)| name.len() + text.len())
            .sum::<usize>();
        let mut merged = Self {
            bytes: Vec::with_capacity(self.bytes.len() + more),
            ends: Vec::with_capacity(self.len() + others.len()),
        };
        let mut taken = 0;
        for &(name, text) in others {
            let (place, next) = match self.find(name) {
                Ok(place) => (place, place + 1),
                Err(place) => (place, place),
            };
            merged.extend_from(self, taken..place);
            merged.push(name, text);
            taken = next;
        }
        merged.extend_from(self, taken..self.len());
        *self = merged;
    }

    fn push(&mut self, name: &[u8], text: &[u8]) {
        self.bytes.extend_from_slice(name);
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.ends.push(Ends {
            name: name_end,
            text: self.bytes.len(),
        });
    }

    /// Adds some variables of another environment, which come behind all that are there.
    fn extend_from(&mut self, other: &Self, places: Range<usize>) {
        let (from, to) = (self.bytes.len(), other.start(places.start));
        self.bytes
            .extend_from_slice(&other.bytes[to..other.start(places.end)]);
        let ends = other.ends[places].iter().map(|ends| Ends {
            name: ends.name - to + from,
            text: ends.text - to + from,
        });
        self.ends.extend(ends);
    }

    /// Returns where a variable starts in the bytes.
    fn start(&self, place: usize) -> usize {
        match place.checked_sub(1) {
            Some(before) => self.ends[before].text,
            None => 0,
        }
    }

    fn at(&self, place: usize) -> (&BStr, &BStr) {
        let Ends { name, text } = self.ends[place];
        (
            self.bytes[self.start(place)..name].as_bstr(),
            self.bytes[name..text].as_bstr(),
        )
    }

    /// Finds a variable, or the place where it would stand.
    fn find(&self, name: &[u8]) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            match (**self.at(middle).0).cmp(name) {
                std::cmp::Ordering::Equal => return Ok(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }
}

/// Goes through variables in the order of names.
#[derive(Clone)]
pub struct Iter<'a> {
    variables: &'a Variables,
    places: Range<usize>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a BStr, &'a BStr);

    fn next(&mut self) -> Option<Self::Item> {
        self.places.next().map(|place| self.variables.at(place))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.places.size_hint()
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.places
            .next_back()
            .map(|place| self.variables.at(place))
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'a> IntoIterator for &'a Variables {
    type Item = (&'a BStr, &'a BStr);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl Extend<(BString, BString)> for Variables {
    /// Sets variables given in any order; of several with one name the last counts.
    fn extend<I: IntoIterator<Item = (BString, BString)>>(&mut self, variables: I) {
        let mut variables: Vec<(BString, BString)> = variables.into_iter().collect();
        // Stable, and turned round, so that of several with one name the last comes first.
        variables.reverse();
        order::sort_by(&mut variables, |a, b| a.0.cmp(&b.0));
        variables.dedup_by(|later, kept| later.0 == kept.0);
        let variables: Vec<(&[u8], &[u8])> = variables
            .iter()
            .map(|(name, text)| (name.as_slice(), text.as_slice()))
            .collect();
        self.merge(&variables);
    }
}

impl FromIterator<(BString, BString)> for Variables {
    fn from_iter<I: IntoIterator<Item = (BString, BString)>>(variables: I) -> Self {
        let mut all = Self::new();
        all.extend(variables);
        all
    }
}

impl<N: AsRef<[u8]> + ?Sized> Index<&N> for Variables {
    type Output = BStr;

    /// # Panics
    /// If there is no such variable.
    fn index(&self, name: &N) -> &BStr {
        self.get(name).expect("the variable is there")
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn assert_same(variables: &Variables, expected: &BTreeMap<BString, BString>) {
        assert_eq!(variables.len(), expected.len());
        let pairs = expected
            .iter()
            .map(|(name, text)| (name.as_bstr(), text.as_bstr()));
        assert!(variables.iter().eq(pairs.clone()));
        assert!(variables.iter().rev().eq(pairs.rev()));
        for (name, text) in expected {
            assert_eq!(variables.get(name), Some(text.as_bstr()));
        }
    }

    #[test]
    fn variables_agree_with_a_map_however_they_were_set() {
        let mut expected = BTreeMap::new();
        let mut variables = Variables::new();
        for round in 0..300usize {
            let name = BString::from(format!("{}", round * 7 % 101));
            let text = BString::from("x".repeat(round % 13));
            assert_eq!(variables.contains_key(&name), expected.contains_key(&name));
            variables.insert(name.clone(), text.clone());
            expected.insert(name, text);
            assert_same(&variables, &expected);
        }
        let more = [("30", "a"), ("030", "b"), ("99x", ""), ("30", "c")];
        let more = more.map(|(name, text)| (BString::from(name), BString::from(text)));
        variables.extend(more.clone());
        expected.extend(more);
        assert_same(&variables, &expected);
        let shuffled: Variables = expected.clone().into_iter().rev().collect();
        assert_eq!(shuffled, variables);
        assert_eq!(variables.get("none"), None);
        assert_eq!(variables["99x"], "");
        assert_eq!(format!("{:?}", Variables::new()), "{}");
    }

    #[test]
    fn merging_nothing_changes_nothing() {
        let mut variables = Variables::with_capacity(1);
        variables.merge(&[]);
        assert!(variables.is_empty() && variables.last().is_none());
        variables.set(b"a", b"1");
        variables.merge(&[(b"", b"first"), (b"a", b"2"), (b"b", b"")]);
        let all: Vec<_> = variables.iter().collect();
        let expected = [("", "first"), ("a", "2"), ("b", "")];
        assert_eq!(all, expected.map(|(name, text)| (name.into(), text.into())));
    }
}
