//! Memory that a call gives back when it returns.
//!
//! What a call has allocated, from its frame on, is not needed any more when its result is no object, an older one, or one without
//! references, which can be moved, and when nothing older has come to refer to what the call allocated. So each call notes the oldest
//! object that has been written a reference into to a younger one; and tables outside of the heap that refer to objects pin all that
//! there is. What the evaluator's own functions hold is either older than the call or its result.
//!
//! Slots of frames are written to without a note when a `let`, `rec` or `with` is entered: only the code inside of it reads them, and
//! it is delayed by thunks that are younger than the call.

use crate::heap::Heap;
use crate::value::{Addr, Boxed, Tag, Value};

/// Fewer words are not worth moving a result: they wait for the call around it.
const WORTH_MOVING: u32 = 16;

/// What is known about the calls under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShortLived {
    /// Where what the innermost call has allocated starts.
    start: u32,
    /// The oldest object that refers to a younger one since that call began.
    oldest_holder: u32,
    /// What is older than this stays.
    pinned: u32,
}

/// What [`ShortLived`] was outside of a call.
#[derive(Debug)]
pub(crate) struct Outside {
    start: u32,
    oldest_holder: u32,
}

impl ShortLived {
    /// Nothing is under way.
    pub(crate) const NONE: ShortLived = ShortLived {
        start: 0,
        oldest_holder: u32::MAX,
        pinned: 0,
    };
}

impl Heap {
    /// Begins a call; its frame is the first that it has allocated.
    #[inline(always)]
    pub(crate) fn begin_call(&mut self, frame: Addr) -> Outside {
        let outside = Outside {
            start: self.short_lived.start,
            oldest_holder: self.short_lived.oldest_holder,
        };
        self.short_lived.start = frame.0;
        self.short_lived.oldest_holder = u32::MAX;
        outside
    }

    /// Ends a call and returns its result, which may have been moved.
    #[inline(always)]
    pub(crate) fn end_call(&mut self, outside: Outside, result: Value) -> Value {
        let start = self.short_lived.start;
        let is_held = self.is_held();
        self.short_lived.start = outside.start;
        self.short_lived.oldest_holder = outside.oldest_holder.min(self.short_lived.oldest_holder);
        if is_held || result == Value::FAILED {
            return result;
        }
        if !result.is_object() || result.addr().0 < start {
            self.truncate(start);
            return result;
        }
        if self.top() - start < 2 * WORTH_MOVING {
            return result;
        }
        self.move_result(start, result)
    }

    /// Ends a step of a loop that began like a call: what it has allocated is not needed any more either when the next step has its
    /// result. If that is not so, the next step starts after it.
    pub(crate) fn end_step(&mut self, outside: Outside, result: Value, start: &mut Addr) -> Value {
        let is_held = self.is_held();
        let result = self.end_call(outside, result);
        if is_held {
            start.0 = self.top();
        }
        result
    }

    /// Tells whether what the innermost call has allocated is needed, besides by its result.
    #[inline(always)]
    fn is_held(&self) -> bool {
        let ShortLived {
            start,
            oldest_holder,
            pinned,
        } = self.short_lived;
        oldest_holder < start || pinned > start
    }

    /// Moves a result without references to where the call began, if what is given back is worth it.
    #[inline(never)]
    fn move_result(&mut self, start: u32, result: Value) -> Value {
        let addr = result.addr();
        let words = match result.tag() {
            Tag::Boxed if matches!(self.boxed_kind(addr), Boxed::Int | Boxed::Float) => {
                let (kind, bits) = (self.word(addr, 0), self.boxed_bits(addr));
                self.truncate(start);
                return self.boxed_number_of_kind(kind, bits);
            }
            Tag::String => 2 + (self.word(addr, 0) as usize).div_ceil(4),
            _ => return result,
        };
        let given_back = (self.top() - start) as usize - words;
        if given_back < words.max(WORTH_MOVING as usize) {
            return result;
        }
        let moved = Addr(start);
        self.copy(addr, 0, moved, 0, words);
        self.shrink_last(moved, words);
        Value::object(result.tag(), moved)
    }

    /// Notes that an object is being written a reference into.
    #[inline(always)]
    pub(crate) fn note_reference(&mut self, holder: Addr, value: Value) {
        if value.is_object() && value.addr() > holder {
            let oldest = &mut self.short_lived.oldest_holder;
            *oldest = (*oldest).min(holder.0);
        }
    }

    /// Tells whether a place that refers to a thunk may refer to the thunk's value instead without keeping what a call has allocated, and
    /// notes the reference.
    #[inline(always)]
    pub(crate) fn may_refer(&mut self, holder: Addr, thunk: Value, value: Value) -> bool {
        let start = self.short_lived.start;
        if value.is_object() && holder.0 < start && thunk.addr().0 >= start {
            return false;
        }
        self.note_reference(holder, value);
        true
    }

    /// Keeps all that there is, for something outside of the heap refers to it.
    pub(crate) fn pin(&mut self) {
        self.short_lived.pinned = self.top();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::ContextId;

    /// A heap with an old thunk, and a call under way that has allocated something.
    fn in_call() -> (Heap, Value, Addr, Outside) {
        let mut heap = Heap::new(1 << 20, 0, None);
        let old = heap.thunk(0, 0);
        let frame = heap.frame(Addr(0), 3);
        let outside = heap.begin_call(frame);
        heap.string(&[b'x'; 200], ContextId::EMPTY);
        (heap, old, frame, outside)
    }

    #[test]
    fn a_call_gives_back_what_its_result_does_not_need() {
        let (mut heap, old, frame, outside) = in_call();
        assert_eq!(heap.end_call(outside, old), old);
        assert_eq!(heap.top(), frame.0);
        let (mut heap, _, frame, outside) = in_call();
        heap.end_call(outside, Value::TRUE);
        assert_eq!(heap.top(), frame.0);
    }

    #[test]
    fn a_result_without_references_is_moved() {
        let (mut heap, _, frame, outside) = in_call();
        let text = heap.string(b"text", ContextId::EMPTY);
        let moved = heap.end_call(outside, text);
        assert_eq!(moved.addr(), frame);
        assert_eq!(heap.string_bytes(moved.addr()), b"text");
        let next = heap.frame(Addr(0), 7);
        assert!((0..7).all(|slot| heap.slot(next, slot) == Value::UNSET));
        let (mut heap, _, frame, outside) = in_call();
        let number = heap.int(1 << 40);
        let moved = heap.end_call(outside, number);
        assert_eq!(moved.addr(), frame);
        assert_eq!(heap.boxed_bits(moved.addr()), 1 << 40);
    }

    #[test]
    fn what_something_else_refers_to_stays() {
        let (mut heap, old, _, outside) = in_call();
        let list = heap.list(&[Value::NULL]);
        let top = heap.top();
        heap.note_reference(old.addr(), list);
        heap.end_call(outside, Value::TRUE);
        assert_eq!(heap.top(), top);

        let (mut heap, old, frame, outside) = in_call();
        let list = heap.list(&[Value::NULL]);
        heap.note_reference(old.addr(), list);
        let mut start = frame;
        heap.end_step(outside, Value::TRUE, &mut start);
        assert_eq!(start, Addr(heap.top()));

        let (mut heap, .., outside) = in_call();
        heap.pin();
        let top = heap.top();
        heap.end_call(outside, Value::TRUE);
        assert_eq!(heap.top(), top);

        let (mut heap, .., outside) = in_call();
        let list = heap.list(&[Value::NULL]);
        let top = heap.top();
        assert_eq!(heap.end_call(outside, list), list);
        assert_eq!(heap.top(), top);
    }

    #[test]
    fn what_an_inner_call_has_written_holds_for_the_outer_one() {
        let (mut heap, old, _, outside) = in_call();
        let frame = heap.frame(Addr(0), 1);
        let between = heap.begin_call(frame);
        let list = heap.list(&[Value::NULL]);
        heap.note_reference(old.addr(), list);
        let top = heap.top();
        heap.end_call(between, Value::TRUE);
        heap.end_call(outside, Value::TRUE);
        assert_eq!(heap.top(), top);
    }
}
