//! The part of the heap that outlives an evaluation.
//!
//! Everything below a mark stays when the next evaluation begins, everything above is given back. So what an evaluation overwrites below
//! the mark is written down, to be undone. Nothing that an evaluation finds out below the mark may refer to what is above it, except
//! where the trail can undo it: thunks, the flat copies of layered sets, and slots of frames that are written again before they are
//! read again.

use crate::heap::{Heap, thunk};
use crate::short_lived::ShortLived;
use crate::value::{Addr, Value};

/// The mark, and what has been overwritten since it was set.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    mark: u32,
    /// Objects below the mark that have been written to, and thunks above that have failed or whose values depend on volatile files: their first two words.
    entries: Vec<(Addr, [u32; 2])>,
}

impl Trail {
    /// Forgets the mark, and with it what has been overwritten.
    pub(crate) fn clear(&mut self) {
        self.mark = 0;
        self.entries.clear();
    }
}

impl Heap {
    /// Tells whether an object stays when the next evaluation begins.
    #[inline]
    pub(crate) fn is_kept(&self, addr: Addr) -> bool {
        addr.0 < self.trail.mark
    }

    /// Tells whether anything stays from earlier evaluations.
    pub(crate) fn keeps_objects(&self) -> bool {
        self.trail.mark != 0
    }

    /// Counts the bytes that stay.
    pub(crate) fn kept_bytes(&self) -> usize {
        self.trail.mark as usize * 4
    }

    /// Writes an object's first two words down if what follows has to be undone.
    #[inline]
    pub(crate) fn before_change(&mut self, addr: Addr) {
        if self.is_kept(addr) {
            let words = [self.word(addr, 0), self.word(addr, 1)];
            self.trail.entries.push((addr, words));
        }
    }

    /// Sets a thunk to its value, where that may have to be undone: the thunk stays, or the value depends on a volatile file.
    #[cold]
    #[inline(never)]
    pub(crate) fn settle_for_now(
        &mut self,
        addr: Addr,
        before: [u32; 2],
        value: Value,
        tainted: bool,
    ) {
        self.trail.entries.push((addr, before));
        if !self.is_kept(addr) {
            self.pin();
        }
        self.note_reference(addr, value);
        let marker = if tainted { thunk::TAINTED } else { thunk::DONE };
        self.set_word(addr, 0, marker);
        self.set_value(addr, 1, value);
    }

    /// Marks a thunk as one that has failed, until the evaluation ends.
    pub(crate) fn fail_for_now(&mut self, addr: Addr, before: [u32; 2], error: u32) {
        self.trail.entries.push((addr, before));
        if !self.is_kept(addr) {
            self.pin();
        }
        self.set_word(addr, 0, thunk::FAILED);
        self.set_word(addr, 1, error);
    }

    /// Keeps all that there is now, except for what thunks have been evaluated to that depends on volatile files, and failures.
    pub(crate) fn keep(&mut self) {
        while let Some((addr, before)) = self.trail.entries.pop() {
            if matches!(self.word(addr, 0), thunk::TAINTED | thunk::FAILED) {
                self.set_word(addr, 0, before[0]);
                self.set_word(addr, 1, before[1]);
            }
        }
        self.trail.mark = self.top();
        self.equal_sets.clear();
    }

    /// Goes back to what has been kept.
    pub(crate) fn rewind(&mut self) {
        while let Some((addr, before)) = self.trail.entries.pop() {
            self.set_word(addr, 0, before[0]);
            self.set_word(addr, 1, before[1]);
        }
        self.truncate(self.trail.mark);
        self.short_lived = ShortLived::NONE;
        self.equal_sets.clear();
    }

    /// Unsets slots of a frame that have been written to before: in an earlier evaluation, or when the same expression failed.
    #[inline]
    pub(crate) fn unset_stale_slots(&mut self, frame: Addr, first: u32, count: u32) {
        // They are written all together.
        if count > 0 && self.slot(frame, first) != Value::UNSET {
            for slot in first..first + count {
                self.set_slot(frame, slot, Value::UNSET);
            }
        }
    }
}
