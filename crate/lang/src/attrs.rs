//! Attribute sets in the heap.
//!
//! A *flat* set is an array sorted by symbol: `[length, positions]`, then `[symbol, value]` for each attribute.
//! A *layered* set is the result of `lower // upper` without copying: `[LAYERED, flat copy or 0, lower, upper]`, where `upper` is flat
//! and `lower` is either. Each layer is several times as large as the one on it, so there are few, and growing a set step by step
//! copies each attribute a few times only. A flat copy is made, once, when the set is iterated, or when so many attributes have been
//! looked up in its layers, which the bits below `LAYERED` count, that hints into the copy make up for it.
//!
//! Where attributes were defined is not stored with each of them: a set made by a literal refers to the literal's static table;
//! only sets of another making that mix origins have an array of positions.

use crate::heap::Heap;
use crate::ir::{AttrSetId, Ir};
use crate::name_order::{MANY, by_name};
use crate::source::Pos;
use crate::symbol::{Symbol, Symbols};
use crate::value::{Addr, Tag, Value};
use drvlab_store::order;

const LAYERED: u32 = 1 << 31;
const POSITION_ARRAY: u32 = 1 << 31;

/// A layer has more than this many times the attributes of the one on it; others are merged.
const LAYER_RATIO: usize = 4;

/// Below this many attributes copying is cheaper than looking through layers.
const SMALL: usize = 12;

/// Fewer lookups in layers are not worth a flat copy.
const FEWEST_LOOKUPS: u32 = 32;

/// A lookup in layers costs about as much more than one in a flat set as copying so many attributes does.
const ATTRIBUTES_A_LOOKUP: u32 = 8;

/// Where an attribute's value is stored.
#[derive(Clone, Copy, Debug)]
pub struct AttrSlot(Addr);

impl AttrSlot {
    /// Returns the place in the heap.
    pub(crate) fn addr(self) -> Addr {
        self.0
    }
}

/// A place in a set whose attributes are looked up in the order of their symbols.
#[derive(Debug)]
pub(crate) struct Cursor {
    set: Addr,
    at: u32,
    /// The number of attributes, `u32::MAX` for a set of layers.
    len: u32,
}

/// In sets of up to so many attributes, going from one to the next is cheaper than searching.
const MOST_WALKED: u32 = 24;

impl Heap {
    /// Allocates a flat set whose attributes the caller sets in the order of their symbols.
    #[inline]
    pub(crate) fn alloc_attrs(&mut self, len: usize, literal: Option<AttrSetId>) -> Addr {
        let addr = self.alloc(2 + 2 * len);
        self.set_word(addr, 0, len as u32);
        self.set_word(addr, 1, literal.map_or(0, |id| id.0 + 1));
        addr
    }

    /// Sets the attribute at an index of a flat set.
    #[inline]
    pub(crate) fn set_attr(&mut self, flat: Addr, index: usize, name: Symbol, value: Value) {
        self.set_word(flat, 2 + 2 * index as u32, name.0);
        self.set_value(flat, 3 + 2 * index as u32, value);
    }

    /// Reads the attribute at an index of a flat set.
    #[inline]
    pub(crate) fn attr(&self, flat: Addr, index: usize) -> (Symbol, Value) {
        (
            Symbol(self.word(flat, 2 + 2 * index as u32)),
            self.value(flat, 3 + 2 * index as u32),
        )
    }

    /// Counts the attributes of a flat set.
    #[inline]
    pub(crate) fn attrs_len(&self, flat: Addr) -> usize {
        self.word(flat, 0) as usize
    }

    /// Makes a set of attributes in any order; of several with one name the first wins.
    pub(crate) fn attrs_from(&mut self, mut attributes: Vec<(Symbol, Value, Pos)>) -> Value {
        order::sort_by_number(&mut attributes, |&(name, ..)| name.0);
        attributes.dedup_by_key(|&mut (name, ..)| name);
        self.attrs_from_sorted(&attributes)
    }

    /// Makes a set of attributes that are sorted by symbol and distinct.
    pub(crate) fn attrs_from_sorted(&mut self, attributes: &[(Symbol, Value, Pos)]) -> Value {
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
    pub(crate) fn find_attr(&self, mut set: Addr, name: Symbol) -> Option<AttrSlot> {
        loop {
            let head = self.word(set, 0);
            if head & LAYERED == 0 {
                return self.find_in_flat(set, head, name).ok();
            }
            let cached = self.word(set, 1);
            if cached != 0 {
                set = Addr(cached);
                continue;
            }
            let upper = Addr(self.word(set, 3));
            if let Ok(found) = self.find_in_flat(upper, self.word(upper, 0), name) {
                return Some(found);
            }
            set = Addr(self.word(set, 2));
        }
    }

    /// Finds an attribute of a flat set if it is at an index.
    #[inline(always)]
    pub(crate) fn find_attr_at(&self, set: Addr, name: Symbol, index: u32) -> Option<AttrSlot> {
        let head = self.word(set, 0);
        (head & LAYERED == 0 && index < head && self.word(set, 2 + 2 * index) == name.0)
            .then(|| AttrSlot(Addr(set.0 + 3 + 2 * index)))
    }

    /// Finds an attribute of any set, trying first the index where the same question was answered last time.
    #[inline(always)]
    pub(crate) fn find_attr_hinted(
        &mut self,
        set: Addr,
        name: Symbol,
        hint: &mut u32,
    ) -> Option<AttrSlot> {
        if let Some(found) = self.find_attr_at(set, name, *hint) {
            return Some(found);
        }
        self.find_attr_anew(set, name, hint)
    }

    #[inline(never)]
    fn find_attr_anew(&mut self, set: Addr, name: Symbol, hint: &mut u32) -> Option<AttrSlot> {
        let mut flat = set;
        if self.word(set, 0) & LAYERED != 0 {
            match self.word(set, 1) {
                0 => return self.find_in_layers(set, name),
                cached => flat = Addr(cached),
            }
            if self.name_at(flat, *hint) == Some(name) {
                return Some(AttrSlot(Addr(flat.0 + 3 + 2 * *hint)));
            }
        }
        let len = self.word(flat, 0);
        // What is missing would stand at the hint: the names around it say so.
        if *hint <= len
            && self.name_at(flat, *hint).is_none_or(|after| name < after)
            && hint
                .checked_sub(1)
                .and_then(|index| self.name_at(flat, index))
                .is_none_or(|before| before < name)
        {
            return None;
        }
        match self.find_in_flat(flat, len, name) {
            Ok(found) => {
                *hint = (found.0.0 - flat.0 - 3) / 2;
                Some(found)
            }
            Err(place) => {
                *hint = place;
                None
            }
        }
    }

    /// Returns the name at an index of a flat set, if it has so many.
    #[inline(always)]
    fn name_at(&self, flat: Addr, index: u32) -> Option<Symbol> {
        (index < self.word(flat, 0)).then(|| Symbol(self.word(flat, 2 + 2 * index)))
    }

    /// Finds an attribute in layers, which it counts: the set is made flat when that has cost as much as making it flat.
    #[inline(never)]
    fn find_in_layers(&mut self, set: Addr, name: Symbol) -> Option<AttrSlot> {
        let found = self.find_attr(set, name);
        let lookups = (self.word(set, 0) & !LAYERED) + 1;
        self.set_word(set, 0, LAYERED | lookups);
        if lookups.is_power_of_two() && lookups >= FEWEST_LOOKUPS {
            let (mut len, mut layer) = (0, set);
            while self.word(layer, 0) & LAYERED != 0 {
                len += self.word(Addr(self.word(layer, 3)), 0);
                layer = Addr(self.word(layer, 2));
            }
            if len + self.word(layer, 0) <= lookups * ATTRIBUTES_A_LOOKUP {
                self.flat(set);
            }
        }
        found
    }

    /// Finds an attribute of a flat set, or the index where it would stand.
    #[inline]
    fn find_in_flat(&self, set: Addr, len: u32, name: Symbol) -> Result<AttrSlot, u32> {
        let entries = self.slice(set, 2, 2 * len as usize);
        let (mut low, mut count) = (0usize, len as usize);
        // Without branches but the loop's, which the processor cannot foresee.
        while count > 1 {
            let half = count / 2;
            low += if entries[2 * (low + half)] <= name.0 {
                half
            } else {
                0
            };
            count -= half;
        }
        match entries.get(2 * low) {
            Some(&at) if at == name.0 => Ok(AttrSlot(Addr(set.0 + 3 + 2 * low as u32))),
            Some(&at) if at < name.0 => Err(low as u32 + 1),
            _ => Err(low as u32),
        }
    }

    /// Reads the value in a slot.
    #[inline]
    pub(crate) fn attr_value(&self, slot: AttrSlot) -> Value {
        self.value(slot.0, 0)
    }

    /// Replaces the value in a slot by what it has been evaluated to.
    #[inline]
    pub(crate) fn set_attr_value(&mut self, slot: AttrSlot, value: Value) {
        self.set_value(slot.0, 0, value);
    }

    /// Finds an attribute's value of any set.
    #[inline]
    pub(crate) fn get_attr(&self, set: Addr, name: Symbol) -> Option<Value> {
        self.find_attr(set, name).map(|slot| self.attr_value(slot))
    }

    /// Starts to look up attributes in the order of their symbols.
    #[inline]
    pub(crate) fn cursor(&self, set: Addr) -> Cursor {
        let head = self.word(set, 0);
        Cursor {
            set,
            at: 0,
            len: if head & LAYERED == 0 { head } else { u32::MAX },
        }
    }

    /// Finds an attribute whose symbol is larger than that of the last question.
    #[inline]
    pub(crate) fn get_next_attr(&self, cursor: &mut Cursor, name: Symbol) -> Option<Value> {
        // In a much larger set or one of layers each name is looked up for itself.
        if cursor.len > MOST_WALKED {
            return self.get_attr(cursor.set, name);
        }
        while cursor.at < cursor.len {
            let (found, value) = self.attr(cursor.set, cursor.at as usize);
            if found > name {
                return None;
            }
            cursor.at += 1;
            if found == name {
                return Some(value);
            }
        }
        None
    }

    /// Returns the literal that a set is the value of.
    pub(crate) fn literal(&self, set: Addr) -> Option<AttrSetId> {
        let (head, word) = (self.word(set, 0), self.word(set, 1));
        (head & LAYERED == 0 && word & POSITION_ARRAY == 0 && word != 0)
            .then(|| AttrSetId(word - 1))
    }

    /// Returns the index of a named attribute in a flat set.
    pub(crate) fn attr_index(&self, flat: Addr, name: Symbol) -> Option<usize> {
        self.find_attr(flat, name)
            .map(|slot| ((slot.0.0 - flat.0 - 3) / 2) as usize)
    }

    /// Makes a set of some attributes of a flat set, given by their indices in ascending order, with their positions.
    pub(crate) fn subset(&mut self, flat: Addr, indices: &[usize]) -> Addr {
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
    pub(crate) fn flat(&mut self, set: Addr) -> Addr {
        if self.word(set, 0) & LAYERED == 0 {
            return set;
        }
        let cached = self.word(set, 1);
        if cached != 0 {
            return Addr(cached);
        }
        // From the top: the layers get larger downwards, so that the sum of all copies is little more than the result.
        let (mut merged, mut rest) = self.top_layer(set);
        while let Some(lower) = rest {
            let (layer, below) = self.top_layer(lower);
            merged = self.merge(layer, merged);
            rest = below;
        }
        self.before_change(set);
        self.note_reference(set, Value::object(Tag::Attrs, merged));
        self.set_word(set, 1, merged.0);
        merged
    }

    /// Returns the uppermost flat set that a set consists of, and what is below it.
    #[inline]
    fn top_layer(&self, set: Addr) -> (Addr, Option<Addr>) {
        if self.word(set, 0) & LAYERED == 0 {
            return (set, None);
        }
        match self.word(set, 1) {
            0 => (Addr(self.word(set, 3)), Some(Addr(self.word(set, 2)))),
            cached => (Addr(cached), None),
        }
    }

    /// Computes `lower // upper`.
    pub(crate) fn update(&mut self, lower: Addr, upper: Addr) -> Addr {
        let mut upper = self.flat(upper);
        if self.attrs_len(upper) == 0 {
            return lower;
        }
        let mut lower = lower;
        loop {
            let (top, below) = self.top_layer(lower);
            let (top_len, upper_len) = (self.attrs_len(top), self.attrs_len(upper));
            if top_len + upper_len > SMALL && upper_len * LAYER_RATIO < top_len {
                break;
            }
            if top_len > 0 {
                upper = self.merge(top, upper);
            }
            match below {
                Some(below) => lower = below,
                None => return upper,
            }
        }
        let addr = self.alloc(4);
        self.set_word(addr, 0, LAYERED);
        self.set_word(addr, 2, lower.0);
        self.set_word(addr, 3, upper.0);
        addr
    }

    /// Computes `lower // upper` of flat sets as a flat set.
    fn merge(&mut self, lower: Addr, upper: Addr) -> Addr {
        let most = self.attrs_len(lower) + self.attrs_len(upper);
        let with_positions = self.word(lower, 1) != 0 || self.word(upper, 1) != 0;
        // The positions first, so that what the set does not need can be given back.
        let positions = self.alloc(if with_positions { most } else { 0 });
        let result = self.alloc_attrs(most, None);
        let (old, new) = self.split(positions);
        let (sources, flat) = new.split_at_mut((result.0 - positions.0) as usize);
        let merged = flat[2..].as_chunks_mut::<2>().0;
        let (lower, upper) = (Entries::of(old, lower), Entries::of(old, upper));
        let (mut at_lower, mut at_upper, mut at) = (0, 0, 0);
        while let (Some(low), Some(up)) = (
            lower.attributes.get(at_lower),
            upper.attributes.get(at_upper),
        ) {
            let takes_upper = up[0] <= low[0];
            merged[at] = if takes_upper { *up } else { *low };
            if with_positions {
                sources[at] = if takes_upper {
                    upper.source(at_upper)
                } else {
                    lower.source(at_lower)
                };
            }
            at_upper += usize::from(takes_upper);
            at_lower += usize::from(low[0] <= up[0]);
            at += 1;
        }
        for (from, start) in [(lower, at_lower), (upper, at_upper)] {
            let rest = &from.attributes[start..];
            merged[at..at + rest.len()].copy_from_slice(rest);
            if with_positions {
                for index in 0..rest.len() {
                    sources[at + index] = from.source(start + index);
                }
            }
            at += rest.len();
        }
        self.set_word(result, 0, at as u32);
        self.shrink_last(result, 2 + 2 * at);
        if with_positions {
            self.set_word(result, 1, POSITION_ARRAY | (positions.0 >> 1));
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
    pub(crate) fn attr_pos(&self, ir: &Ir, flat: Addr, index: usize) -> Pos {
        let name = Symbol(self.word(flat, 2 + 2 * index as u32));
        match self.position_source(flat, index) {
            source if source & LITERAL != 0 => {
                let bindings =
                    &ir.bindings[ir.attr_sets[(source & !LITERAL) as usize].bindings.range()];
                // Nearly always the set is as the literal says.
                if let Some(binding) = bindings.get(index).filter(|it| it.name == name) {
                    return binding.pos;
                }
                bindings
                    .binary_search_by_key(&name, |binding| binding.name)
                    .map_or(Pos::NONE, |at| bindings[at].pos)
            }
            pos => Pos(pos),
        }
    }

    /// Returns the position of a named attribute of any set.
    pub(crate) fn named_attr_pos(&mut self, ir: &Ir, set: Addr, name: Symbol) -> Pos {
        let flat = self.flat(set);
        match self.find_attr(flat, name) {
            Some(slot) => self.attr_pos(ir, flat, ((slot.0.0 - flat.0 - 3) / 2) as usize),
            None => Pos::NONE,
        }
    }

    /// Copies all attributes of a flat set out, in the order of their symbols, with positions.
    pub(crate) fn attributes(&self, ir: &Ir, flat: Addr) -> Vec<(Symbol, Value, Pos)> {
        (0..self.attrs_len(flat))
            .map(|index| {
                let (name, value) = self.attr(flat, index);
                (name, value, self.attr_pos(ir, flat, index))
            })
            .collect()
    }

    /// Copies all attributes of any set out, in any order, without merging its layers.
    pub(crate) fn all_attributes(&self, set: Addr) -> Vec<(Symbol, Value)> {
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
            order::sort_by_number(&mut attributes, |&(name, _)| name.0);
            attributes.dedup_by_key(|&mut (name, _)| name);
        }
        attributes
    }

    /// Returns the attributes of a flat set in the order of their names, which is the order in which a program sees them.
    pub(crate) fn attributes_by_name(&self, symbols: &Symbols, flat: Addr) -> Vec<(Symbol, Value)> {
        let names = (0..self.attrs_len(flat)).map(|index| self.attr(flat, index).0);
        let attribute = |index: u32| self.attr(flat, index as usize);
        if names.len() < MANY {
            return by_name(names, symbols).map(attribute).collect();
        }
        symbols.with_order(names, |order| {
            order.iter().copied().map(attribute).collect()
        })
    }
}

/// A flat set that is read.
#[derive(Clone, Copy)]
struct Entries<'a> {
    /// Names and values.
    attributes: &'a [[u32; 2]],
    /// What [`Heap::position_source`] returns of each, or else of all.
    sources: &'a [u32],
    source: u32,
}

impl<'a> Entries<'a> {
    fn of(words: &'a [u32], flat: Addr) -> Self {
        let start = flat.0 as usize;
        let len = words[start] as usize;
        let (sources, source) = match words[start + 1] {
            0 => (&[][..], 0),
            word if word & POSITION_ARRAY != 0 => {
                let sources = ((word & !POSITION_ARRAY) << 1) as usize;
                (&words[sources..sources + len], 0)
            }
            literal => (&[][..], LITERAL | (literal - 1)),
        };
        Entries {
            attributes: words[start + 2..start + 2 + 2 * len].as_chunks().0,
            sources,
            source,
        }
    }

    #[inline(always)]
    fn source(&self, index: usize) -> u32 {
        self.sources.get(index).copied().unwrap_or(self.source)
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
        let mut heap = Heap::new(1 << 30, 0, None);
        let mut expected: drvlab_store::OrderedMap<u32, i64> =
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
        let mut heap = Heap::new(1 << 30, 0, None);
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
