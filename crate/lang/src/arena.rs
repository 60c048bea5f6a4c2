//! The memory of a heap: 32-bit words that are read and written without a check of their index in optimised builds.
//!
//! The one place of the evaluator with `unsafe`. Every index is `address + offset`, where the address is of an object that this arena
//! has allocated and the offset is inside the object; nothing outside this crate can make an address. Debug builds check every index,
//! and the tests run in them. What the program chooses (list indices, lengths) is checked where it is used, before it comes here.

use std::alloc::{self, Layout};

/// Words, of which those from `top` on are zero and free.
#[derive(Debug)]
pub(crate) struct Arena {
    /// Where fresh memory is not zero already, what follows the last of them up to the capacity becomes words step by step.
    words: Vec<u32>,
    top: usize,
    /// Up to here words can be allocated without telling anybody; at most their number.
    room: usize,
    reached: Option<Reached>,
}

/// Is told an address that the heap has reached, and where its memory ends: what is in between will be written next, so that a host with
/// threads can have the system prepare it.
pub type Reached = fn(address: usize, end: usize);

/// Between two reports of what has been reached lie so many words (512 KiB).
const STEP: usize = 128 << 10;

/// The arena grows by at least this many words (16 MiB): small steps make growth slow in WASM.
const GROWTH: usize = 4 << 20;

/// Up to this many words (256 MiB) it grows to four times its size, for all that is in it is copied each time and room that is not touched
/// costs nothing; beyond, where addresses get scarce, to two times.
const QUICK_GROWTH: usize = 64 << 20;

/// Whether the allocator has zeroed memory without writing to it. That of WASM writes to all of it, used or not; so do
/// these tests, but not in Miri, which takes minutes for that.
const FRESH_IS_ZERO: bool = cfg!(not(any(target_arch = "wasm32", all(test, not(miri)))));

/// Objects start here, for address 0 means that there is none.
const START: usize = 2;

/// No arena can be larger, whatever the limit: the addresses of [`crate::value::Value`] end there. The last part stays free for what
/// is allocated between two checks of the limit.
pub(crate) const MAX_WORDS: usize = (1 << 30) - (16 << 20);

impl Arena {
    /// Makes an arena with room for `room` words, or for `reserve` if the system gives as much: where memory that is not touched costs
    /// nothing, a large reserve spares the arena from growing.
    pub fn new(room: usize, reserve: usize, reached: Option<Reached>) -> Self {
        let reserved = (reserve > room).then(|| zeroed(reserve.min(MAX_WORDS)));
        let words = reserved
            .flatten()
            .unwrap_or_else(|| vec![0; room.max(START)]);
        let mut arena = Arena {
            words,
            top: START,
            room: 0,
            reached,
        };
        arena.make_room(START);
        arena
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.words[..self.top].fill(0);
        self.top = START;
    }

    /// Counts the words in use.
    #[inline(always)]
    pub fn top(&self) -> usize {
        self.top
    }

    /// Allocates zeroed words, an even number of them, and returns the index of the first.
    #[inline(always)]
    pub fn alloc(&mut self, count: usize) -> u32 {
        let start = self.top;
        let end = start + ((count + 1) & !1);
        if end > self.room {
            self.make_room(end);
        }
        self.top = end;
        start as u32
    }

    /// Makes room up to an index, and tells who wants to know how far the memory is used.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self, end: usize) {
        if end > self.words.capacity() {
            self.grow(end);
        }
        if end > self.words.len() {
            let length = (end + STEP).min(self.words.capacity());
            self.words.resize(length, 0);
        }
        self.room = self.words.len();
        if let Some(reached) = self.reached {
            self.room = self.room.min(end + STEP);
            let memory = self.words.as_ptr_range();
            reached(
                memory.start as usize + self.top * size_of::<u32>(),
                memory.end as usize,
            );
        }
    }

    fn grow(&mut self, end: usize) {
        assert!(
            end <= u32::MAX as usize,
            "whoever allocates much asks for the limit before"
        );
        let size = self.words.capacity();
        let quick = (3 * size).min(QUICK_GROWTH);
        let size = (size + size.max(quick).max(GROWTH)).min(MAX_WORDS).max(end);
        let used = &self.words[..self.top];
        // A new vector, since fresh memory from the system may be zero already.
        self.words = if FRESH_IS_ZERO {
            let mut words = vec![0; size];
            words[..self.top].copy_from_slice(used);
            words
        } else {
            let mut words = Vec::with_capacity(size);
            words.extend_from_slice(used);
            words
        };
    }

    /// Reads a word.
    #[inline(always)]
    pub fn get(&self, index: u32) -> u32 {
        debug_assert!(
            (index as usize) < self.top,
            "{index} is inside of an object"
        );
        // SAFETY: the index is inside of an object, so below `top`, which is never above the length.
        unsafe { *self.words.get_unchecked(index as usize) }
    }

    /// Writes a word.
    #[inline(always)]
    pub fn set(&mut self, index: u32, word: u32) {
        debug_assert!(
            (index as usize) < self.top,
            "{index} is inside of an object"
        );
        // SAFETY: as in `get`.
        unsafe { *self.words.get_unchecked_mut(index as usize) = word }
    }

    /// Returns words that follow each other in an object.
    #[inline(always)]
    pub fn slice(&self, start: u32, count: usize) -> &[u32] {
        let start = start as usize;
        debug_assert!(
            start + count <= self.top,
            "the words are inside of an object"
        );
        // SAFETY: as in `get`.
        unsafe { self.words.get_unchecked(start..start + count) }
    }

    /// Returns words that follow each other in an object, for writing.
    #[inline(always)]
    pub fn slice_mut(&mut self, start: u32, count: usize) -> &mut [u32] {
        let start = start as usize;
        debug_assert!(
            start + count <= self.top,
            "the words are inside of an object"
        );
        // SAFETY: as in `get`.
        unsafe { self.words.get_unchecked_mut(start..start + count) }
    }

    /// Returns what is below an address for reading, and what has been allocated from there on for writing.
    pub fn split(&mut self, at: u32) -> (&[u32], &mut [u32]) {
        let (below, from) = self.words[..self.top].split_at_mut(at as usize);
        (below, from)
    }

    /// Returns all words as bytes.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }

    /// Copies words from one object to another.
    #[inline]
    pub fn copy(&mut self, from: u32, to: u32, count: usize) {
        let from = from as usize;
        self.words.copy_within(from..from + count, to as usize);
    }

    /// Gives back the last words that have been allocated.
    pub fn shrink(&mut self, top: usize) {
        debug_assert!(top >= START && top <= self.top && top.is_multiple_of(2));
        // The smallest frames are given back most often.
        let first = top as u32;
        match self.top - top {
            2 => self.slice_mut(first, 2).copy_from_slice(&[0; 2]),
            4 => self.slice_mut(first, 4).copy_from_slice(&[0; 4]),
            _ => self.words[top..self.top].fill(0),
        }
        self.top = top;
    }
}

/// Allocates zeroed words; `None` where the system has not so much.
fn zeroed(count: usize) -> Option<Vec<u32>> {
    let layout = Layout::array::<u32>(count).ok()?;
    if layout.size() == 0 {
        return Some(Vec::new());
    }
    // SAFETY: the layout's size is not zero.
    let words = unsafe { alloc::alloc_zeroed(layout) };
    // SAFETY: the global allocator has made this memory by the layout of a vector of `count` words, and zero is a word.
    (!words.is_null()).then(|| unsafe { Vec::from_raw_parts(words.cast(), count, count) })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn objects_keep_their_words_when_the_arena_grows() {
        let mut arena = Arena::new(8, 0, None);
        let objects: Vec<u32> = (0..100).map(|count| arena.alloc(count)).collect();
        for (count, &object) in objects.iter().enumerate() {
            assert!(object % 2 == 0 && object >= START as u32);
            assert_eq!(arena.slice(object, count), vec![0; count]);
            arena.slice_mut(object, count).fill(count as u32);
        }
        arena.grow(arena.top() + 1);
        for (count, &object) in objects.iter().enumerate() {
            assert_eq!(arena.slice(object, count), vec![count as u32; count]);
        }
    }

    #[test]
    fn what_is_given_back_or_forgotten_is_zero_when_it_comes_again() {
        let mut arena = Arena::new(2, 64, None);
        let kept = arena.alloc(2);
        arena.set(kept, 7);
        let top = arena.top();
        let given_back = arena.alloc(4);
        arena.slice_mut(given_back, 4).fill(9);
        arena.shrink(top);
        assert_eq!(arena.alloc(4), given_back);
        assert_eq!(arena.slice(given_back, 4), [0; 4]);
        assert_eq!(arena.get(kept), 7);
        arena.clear();
        let first = arena.alloc(2);
        assert_eq!((first, arena.get(first)), (kept, 0));
    }

    #[test]
    fn the_host_is_told_how_far_the_memory_is_used() {
        thread_local! {
            static TOLD: RefCell<Vec<(usize, usize)>> = const { RefCell::new(Vec::new()) };
        }
        let note = |address, end| TOLD.with_borrow_mut(|told| told.push((address, end)));
        let mut arena = Arena::new(2, 5 * STEP, Some(note));
        for _ in 0..4 * STEP / 1024 {
            arena.alloc(1024);
        }
        let told = TOLD.take();
        let (start, end) = told[0];
        assert_eq!(end - start, (5 * STEP - START) * size_of::<u32>());
        let steps: Vec<usize> = told.iter().map(|&(address, _)| address - start).collect();
        assert_eq!(told.len(), 4);
        for (index, step) in steps.into_iter().enumerate() {
            let expected = index * STEP * size_of::<u32>();
            assert!(step.abs_diff(expected) <= (index + 1) * 8192, "{step}");
        }
        assert!(told.iter().all(|&(_, other)| other == end));
        // Memory elsewhere, once the reserve is used up.
        arena.alloc(2 * STEP);
        assert_ne!(TOLD.take()[0].1, end);
    }

    #[test]
    fn words_are_copied_between_objects() {
        let mut arena = Arena::new(0, 0, None);
        let (from, to) = (arena.alloc(3), arena.alloc(3));
        arena.slice_mut(from, 3).copy_from_slice(&[1, 2, 3]);
        arena.copy(from + 1, to, 2);
        assert_eq!(arena.slice(to, 3), [2, 3, 0]);
    }
}
