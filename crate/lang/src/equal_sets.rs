//! Pairs of attribute sets that have been found equal: package sets compare the same two platforms several times for each package.
//!
//! What has been compared is evaluated, and stays as it is. So two sets that were equal are equal again, as long as they are there, in the
//! same evaluation, and where calls are not nested deeper than then, for data counts as calls do.

use crate::value::Addr;

/// So many pairs are remembered, each in the place that its addresses tell.
const PAIRS: usize = 16;

/// Pairs of sets that are equal.
#[derive(Debug)]
pub(crate) struct EqualSets {
    pairs: [Pair; PAIRS],
    /// No set that is remembered begins here or later.
    end: u32,
}

#[derive(Clone, Copy, Debug)]
struct Pair {
    one: Addr,
    other: Addr,
    /// The depth of calls in which they have been compared.
    depth: u32,
}

impl Pair {
    const NONE: Pair = Pair {
        one: Addr(0),
        other: Addr(0),
        depth: 0,
    };
}

impl EqualSets {
    /// Nothing is remembered.
    pub(crate) const NONE: EqualSets = EqualSets {
        pairs: [Pair::NONE; PAIRS],
        end: 0,
    };

    fn place(one: Addr, other: Addr) -> usize {
        // Addresses are even.
        let mixed =
            (one.0 >> 1).wrapping_mul(0x9e37_79b9) ^ (other.0 >> 1).wrapping_mul(0x85eb_ca6b);
        (mixed >> 28) as usize % PAIRS
    }

    /// Tells whether two sets have been found equal where calls were nested at least as deep.
    pub(crate) fn has(&self, one: Addr, other: Addr, depth: u32) -> bool {
        let pair = &self.pairs[Self::place(one, other)];
        pair.one == one && pair.other == other && depth <= pair.depth
    }

    /// Remembers two sets that are equal.
    pub(crate) fn add(&mut self, one: Addr, other: Addr, depth: u32) {
        self.pairs[Self::place(one, other)] = Pair { one, other, depth };
        self.end = self.end.max(one.0 + 1).max(other.0 + 1);
    }

    /// Forgets all if there is nothing from an address on any more, and one of the sets was there.
    #[inline(always)]
    pub(crate) fn end_at(&mut self, top: u32) {
        if top < self.end {
            self.clear();
        }
    }

    /// Forgets all.
    #[cold]
    #[inline(never)]
    pub(crate) fn clear(&mut self) {
        *self = Self::NONE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_hold_as_deep_as_they_were_compared_and_as_long_as_they_are_there() {
        let mut sets = EqualSets::NONE;
        let (one, other) = (Addr(10), Addr(200));
        assert!(!sets.has(one, other, 0) && !sets.has(Addr(0), Addr(0), 1));
        sets.add(one, other, 7);
        assert!(sets.has(one, other, 7) && sets.has(one, other, 0));
        assert!(!sets.has(one, other, 8) && !sets.has(other, one, 7));
        sets.end_at(201);
        assert!(sets.has(one, other, 7));
        sets.end_at(200);
        assert!(!sets.has(one, other, 7));
    }
}
