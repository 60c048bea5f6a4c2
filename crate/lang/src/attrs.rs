//! Attribute sets in the heap.
//!
//! A *flat* set is an array sorted by symbol: `[length, positions]`, then `[symbol, value]` for each attribute.
//! A *layered* set is the result of `lower // upper` without copying: `[LAYERED | depth, flat copy or 0, lower, upper]`, where `upper` is flat
//! and `lower` is either. At most `MAX_LAYERS` deep; a flat copy is made, once, when the set is iterated.
//!
//! Where attributes were defined is not stored with each of them: a set made by a literal refers to the literal's static table;
//! only sets of another making that mix origins have an array of positions.

use crate::heap::Heap;
use crate::ir::{AttrSetId, Ir};
use crate::source::Pos;
use crate::symbol::{Symbol, Symbols};
use crate::value::{Addr, Tag, Value};

const LAYERED: u32 = 1 << 31;
const POSITION_ARRAY: u32 = 1 << 31;

/// How many `//` may be stacked before the lower ones are merged into one array.
const MAX_LAYERS: u32 = 8;

/// Below this many attributes copying is cheaper than looking through layers.
const SMALL: usize = 12;

/// Where an attribute's value is stored.
#[derive(Clone, Copy, Debug)]
pub struct AttrSlot(Addr);

impl Heap {
    /// Allocates a flat set whose attributes the caller sets in the order of their symbols.
    #[inline]
    pub fn alloc_attrs(&mut self, len: usize, literal: Option<AttrSetId>) -> Addr {
        let addr = self.alloc(2 + 2 * len);
        self.set_word(addr, 0, len as u32);
        self.set_word(addr, 1, literal.map_or(0, |id| id.0 + 1));
        addr
    }

    /// Sets the attribute at an index of a flat set.
    #[inline]
    pub fn set_attr(&mut self, flat: Addr, index: usize, name: Symbol, value: Value) {
        self.set_word(flat, 2 + 2 * index as u32, name.0);
        self.set_value(flat, 3 + 2 * index as u32, value);
    }

    /// Reads the attribute at an index of a flat set.
    #[inline]
    pub fn attr(&self, flat: Addr, index: usize) -> (Symbol, Value) {
        (
            Symbol(self.word(flat, 2 + 2 * index as u32)),
            self.value(flat, 3 + 2 * index as u32),
        )
    }

    /// Counts the attributes of a flat set.
    #[inline]
    pub fn attrs_len(&self, flat: Addr) -> usize {
        self.word(flat, 0) as usize
    }

    /// Makes a set of attributes in any order; of several with one name the first wins.
    pub fn attrs_from(&mut self, mut attributes: Vec<(Symbol, Value, Pos)>) -> Value {
        attributes.sort_by_key(|&(name, ..)| name);
        attributes.dedup_by_key(|&mut (name, ..)| name);
        self.attrs_from_sorted(&attributes)
    }

    /// Makes a set of attributes that are sorted by symbol and distinct.
    pub fn attrs_from_sorted(&mut self, attributes: &[(Symbol, Value, Pos)]) -> Value {
        let addr = self.alloc_attrs(attributes.len(), None);
        for (index, &(name, value, _)) in attributes.iter().enumerate() {
            self.set_attr(addr, index, name, value);
        }
        if attributes.iter().any(|(.., pos)| pos.is_some()) {
            let positions = self.alloc(attributes.len());
            for (index, (.., pos)) in attributes.iter().enumerate() {
                self.set_word(positions, index as u32, pos.0);
            }
            self.set_word(addr, 1, POSITION_ARRAY | (positions.0 >> 1));
        }
        Value::object(Tag::Attrs, addr)
    }

    /// Finds an attribute of any set.
    #[inline]
    pub fn find_attr(&self, mut set: Addr, name: Symbol) -> Option<AttrSlot> {
        loop {
            let head = self.word(set, 0);
            if head & LAYERED == 0 {
                return self.find_in_flat(set, head, name);
            }
            let upper = Addr(self.word(set, 3));
            if let Some(found) = self.find_in_flat(upper, self.word(upper, 0), name) {
                return Some(found);
            }
            set = Addr(self.word(set, 2));
        }
    }

    /// Finds an attribute of a flat set, trying first the index where the same question was answered last time.
    #[inline]
    pub fn find_attr_hinted(&self, set: Addr, name: Symbol, hint: &mut u32) -> Option<AttrSlot> {
        let head = self.word(set, 0);
        if head & LAYERED == 0 {
            if *hint < head && self.word(set, 2 + 2 * *hint) == name.0 {
                return Some(AttrSlot(Addr(set.0 + 3 + 2 * *hint)));
            }
            let found = self.find_in_flat(set, head, name)?;
            *hint = (found.0.0 - set.0 - 3) / 2;
            return Some(found);
        }
        self.find_attr(set, name)
    }

    #[inline]
    fn find_in_flat(&self, set: Addr, len: u32, name: Symbol) -> Option<AttrSlot> {
        let entries = self.slice(set, 2, 2 * len as usize);
        let (mut low, mut high) = (0usize, len as usize);
        while low < high {
            let middle = (low + high) / 2;
            let at = entries[2 * middle];
            if at < name.0 {
                low = middle + 1;
            } else if at > name.0 {
                high = middle;
            } else {
                return Some(AttrSlot(Addr(set.0 + 3 + 2 * middle as u32)));
            }
        }
        None
    }

    /// Reads the value in a slot.
    #[inline]
    pub fn attr_value(&self, slot: AttrSlot) -> Value {
        self.value(slot.0, 0)
    }

    /// Replaces the value in a slot by what it has been evaluated to.
    #[inline]
    pub fn set_attr_value(&mut self, slot: AttrSlot, value: Value) {
        self.set_value(slot.0, 0, value);
    }

    /// Finds an attribute's value of any set.
    #[inline]
    pub fn get_attr(&self, set: Addr, name: Symbol) -> Option<Value> {
        self.find_attr(set, name).map(|slot| self.attr_value(slot))
    }

    /// Returns the literal that a set is the value of.
    pub fn literal(&self, set: Addr) -> Option<AttrSetId> {
        let (head, word) = (self.word(set, 0), self.word(set, 1));
        (head & LAYERED == 0 && word & POSITION_ARRAY == 0 && word != 0)
            .then(|| AttrSetId(word - 1))
    }

    /// Returns the index of a named attribute in a flat set.
    pub fn attr_index(&self, flat: Addr, name: Symbol) -> Option<usize> {
        self.find_attr(flat, name)
            .map(|slot| ((slot.0.0 - flat.0 - 3) / 2) as usize)
    }

    /// Makes a set of some attributes of a flat set, given by their indices in ascending order, with their positions.
    pub fn subset(&mut self, flat: Addr, indices: &[usize]) -> Addr {
        let result = self.alloc_attrs(indices.len(), None);
        let with_positions = self.word(flat, 1) != 0 && !indices.is_empty();
        let positions = if with_positions {
            self.alloc(indices.len())
        } else {
            Addr(0)
        };
        for (at, &index) in indices.iter().enumerate() {
            self.copy(flat, 2 + 2 * index as u32, result, 2 + 2 * at as u32, 2);
            if with_positions {
                let source = self.position_source(flat, index);
                self.set_word(positions, at as u32, source);
            }
        }
        if with_positions {
            self.set_word(result, 1, POSITION_ARRAY | (positions.0 >> 1));
        }
        result
    }

    /// Returns a set as a flat one, merging layers if it has them.
    pub fn flat(&mut self, set: Addr) -> Addr {
        if self.word(set, 0) & LAYERED == 0 {
            return set;
        }
        let cached = self.word(set, 1);
        if cached != 0 {
            return Addr(cached);
        }
        let mut layers = Vec::with_capacity(MAX_LAYERS as usize);
        let mut bottom = set;
        while self.word(bottom, 0) & LAYERED != 0 {
            if bottom != set && self.word(bottom, 1) != 0 {
                bottom = Addr(self.word(bottom, 1));
                break;
            }
            layers.push(Addr(self.word(bottom, 3)));
            bottom = Addr(self.word(bottom, 2));
        }
        let mut merged = bottom;
        while let Some(upper) = layers.pop() {
            merged = self.merge(merged, upper);
        }
        self.set_word(set, 1, merged.0);
        merged
    }

    /// Computes `lower // upper`.
    pub fn update(&mut self, lower: Addr, upper: Addr) -> Addr {
        let upper = self.flat(upper);
        let upper_len = self.attrs_len(upper);
        if upper_len == 0 {
            return lower;
        }
        let head = self.word(lower, 0);
        if head == 0 {
            return upper;
        }
        let depth = if head & LAYERED == 0 {
            let lower_len = head as usize;
            if lower_len + upper_len <= SMALL || upper_len * 4 >= lower_len {
                return self.merge(lower, upper);
            }
            0
        } else {
            head & !LAYERED
        };
        let (lower, depth) = if depth >= MAX_LAYERS {
            (self.flat(lower), 0)
        } else {
            (lower, depth)
        };
        let addr = self.alloc(4);
        self.set_word(addr, 0, LAYERED | (depth + 1));
        self.set_word(addr, 2, lower.0);
        self.set_word(addr, 3, upper.0);
        addr
    }

    fn merge(&mut self, lower: Addr, upper: Addr) -> Addr {
        let (lower_len, upper_len) = (self.attrs_len(lower), self.attrs_len(upper));
        let result = self.alloc_attrs(lower_len + upper_len, None);
        let with_positions = self.word(lower, 1) != 0 || self.word(upper, 1) != 0;
        let sources = if with_positions {
            self.alloc(lower_len + upper_len)
        } else {
            Addr(0)
        };
        let (mut at_lower, mut at_upper, mut at) = (0, 0, 0u32);
        while at_lower < lower_len || at_upper < upper_len {
            let lower_name = if at_lower < lower_len {
                self.word(lower, 2 + 2 * at_lower as u32)
            } else {
                u32::MAX
            };
            let upper_name = if at_upper < upper_len {
                self.word(upper, 2 + 2 * at_upper as u32)
            } else {
                u32::MAX
            };
            let (from, index) = if upper_name <= lower_name {
                (upper, at_upper)
            } else {
                (lower, at_lower)
            };
            if upper_name <= lower_name {
                at_upper += 1;
            }
            if lower_name <= upper_name {
                at_lower += 1;
            }
            self.copy(from, 2 + 2 * index as u32, result, 2 + 2 * at, 2);
            if with_positions {
                // Which set, and which index: turned into a position only when somebody asks.
                let source = self.position_source(from, index);
                self.set_word(sources, at, source);
            }
            at += 1;
        }
        self.set_word(result, 0, at);
        if with_positions {
            self.set_word(result, 1, POSITION_ARRAY | (sources.0 >> 1));
        }
        result
    }

    /// What a position array holds for an attribute: a position, or (with the top bit) the literal that defines it.
    fn position_source(&self, flat: Addr, index: usize) -> u32 {
        match self.word(flat, 1) {
            0 => 0,
            word if word & POSITION_ARRAY != 0 => {
                self.word(Addr((word & !POSITION_ARRAY) << 1), index as u32)
            }
            literal => LITERAL | (literal - 1),
        }
    }

    /// Returns the position of the attribute at an index of a flat set.
    pub fn attr_pos(&self, ir: &Ir, flat: Addr, index: usize) -> Pos {
        let name = Symbol(self.word(flat, 2 + 2 * index as u32));
        match self.position_source(flat, index) {
            source if source & LITERAL != 0 => {
                let bindings =
                    &ir.bindings[ir.attr_sets[(source & !LITERAL) as usize].bindings.range()];
                bindings
                    .binary_search_by_key(&name, |binding| binding.name)
                    .map_or(Pos::NONE, |at| bindings[at].pos)
            }
            pos => Pos(pos),
        }
    }

    /// Returns the position of a named attribute of any set.
    pub fn named_attr_pos(&mut self, ir: &Ir, set: Addr, name: Symbol) -> Pos {
        let flat = self.flat(set);
        match self.find_attr(flat, name) {
            Some(slot) => self.attr_pos(ir, flat, ((slot.0.0 - flat.0 - 3) / 2) as usize),
            None => Pos::NONE,
        }
    }

    /// Copies all attributes of a flat set out, in the order of their symbols, with positions.
    pub fn attributes(&self, ir: &Ir, flat: Addr) -> Vec<(Symbol, Value, Pos)> {
        (0..self.attrs_len(flat))
            .map(|index| {
                let (name, value) = self.attr(flat, index);
                (name, value, self.attr_pos(ir, flat, index))
            })
            .collect()
    }

    /// Copies all attributes of any set out, in any order, without merging its layers.
    pub fn all_attributes(&self, set: Addr) -> Vec<(Symbol, Value)> {
        let mut attributes = Vec::new();
        let mut layer = set;
        while self.word(layer, 0) & LAYERED != 0 {
            match Addr(self.word(layer, 1)) {
                Addr(0) => {
                    let upper = Addr(self.word(layer, 3));
                    attributes
                        .extend((0..self.attrs_len(upper)).map(|index| self.attr(upper, index)));
                    layer = Addr(self.word(layer, 2));
                }
                merged => layer = merged,
            }
        }
        attributes.extend((0..self.attrs_len(layer)).map(|index| self.attr(layer, index)));
        if layer != set {
            // Stable, so that of several with one name the uppermost stays.
            attributes.sort_by_key(|&(name, _)| name);
            attributes.dedup_by_key(|&mut (name, _)| name);
        }
        attributes
    }

    /// Returns the attributes of a flat set in the order of their names, which is the order in which a program sees them.
    pub fn attributes_by_name(&self, symbols: &Symbols, flat: Addr) -> Vec<(Symbol, Value)> {
        let mut attributes: Vec<_> = (0..self.attrs_len(flat))
            .map(|index| self.attr(flat, index))
            .collect();
        attributes.sort_by(|a, b| symbols.name(a.0).cmp(symbols.name(b.0)));
        attributes
    }
}

/// Marks an entry of a position array that names a literal instead of a position. Sources are limited to 2 GiB by it.
const LITERAL: u32 = 1 << 31;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(heap: &mut Heap, names: impl IntoIterator<Item = (u32, i64)>) -> Addr {
        let attributes = names
            .into_iter()
            .map(|(name, value)| {
                (
                    Symbol(name),
                    Value::small_int(value).expect("small"),
                    Pos(name + 1),
                )
            })
            .collect();
        heap.attrs_from(attributes).addr()
    }

    fn contents(heap: &mut Heap, set: Addr) -> Vec<(u32, i64, u32)> {
        let ir = Ir::default();
        let flat = heap.flat(set);
        let all = heap.attributes(&ir, flat);
        all.into_iter()
            .map(|(name, value, pos)| (name.0, value.as_small_int().expect("small"), pos.0))
            .collect()
    }

    #[test]
    fn updates_agree_with_a_map_whatever_their_layers() {
        let mut heap = Heap::new(1 << 30);
        let mut expected: std::collections::BTreeMap<u32, i64> =
            (0..100).map(|name| (name, 0)).collect();
        let mut layered = set(&mut heap, expected.clone());
        for round in 1..40i64 {
            let names = [(round as u32 * 7) % 120, (round as u32 * 13) % 120];
            expected.extend(names.map(|name| (name, round)));
            let upper = set(&mut heap, names.map(|name| (name, round)));
            layered = heap.update(layered, upper);
            for (&name, &value) in &expected {
                let found = heap
                    .get_attr(layered, Symbol(name))
                    .and_then(Value::as_small_int);
                assert_eq!(found, Some(value));
            }
            assert!(heap.get_attr(layered, Symbol(500)).is_none());
        }
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, value)| (name, value, name + 1))
            .collect();
        assert_eq!(contents(&mut heap, layered), expected);
    }

    #[test]
    fn a_hint_is_only_a_hint() {
        let mut heap = Heap::new(1 << 30);
        let small = set(&mut heap, [(3, 30), (5, 50)]);
        let large = set(&mut heap, (0..10).map(|name| (name, i64::from(name))));
        let mut hint = 0;
        for (addr, value) in [(small, 50), (large, 5), (small, 50)] {
            let slot = heap
                .find_attr_hinted(addr, Symbol(5), &mut hint)
                .expect("present");
            assert_eq!(heap.attr_value(slot).as_small_int(), Some(value));
        }
        assert!(heap.find_attr_hinted(small, Symbol(4), &mut hint).is_none());
    }
}
