//! The arena that holds every object of an evaluation, and the layout of the objects.
//!
//! An object starts at an even 32-bit word. There is no garbage collector; the heap has a limit instead (see [`Heap::over_limit`]).
//!
//! | object | words |
//! |---|---|
//! | thunk | expression, frame — or a marker of [`thunk`] and its operand — for a delayed call then two arguments, unset if there are fewer |
//! | frame | outer frame, then one value a slot |
//! | lambda | lambda id, frame |
//! | list | length, unused, then one value an element |
//! | string | length in bytes, context (or, where that is empty, `NAME` and the string's symbol), then the bytes |
//! | attribute set | see [`crate::attrs`] |
//! | integer, float | [`Boxed`], unused, low half, high half |
//! | path | [`Boxed`], the string with its text |
//! | partial application | [`Boxed`], number of arguments, the function, the arguments |

pub use crate::arena::Reached;
use crate::arena::{Arena, MAX_WORDS};
use crate::context::ContextId;
use crate::equal_sets::EqualSets;
use crate::ir::{ExprId, LambdaId};
use crate::kept::Trail;
use crate::short_lived::ShortLived;
use crate::symbol::Symbol;
use crate::value::{Addr, Boxed, Tag, Value};

/// Markers in the first word of a thunk; anything smaller is an expression id.
pub mod thunk {
    /// Evaluated; the second word is the value.
    pub const DONE: u32 = u32::MAX;
    /// Being evaluated.
    pub const BLACKHOLE: u32 = u32::MAX - 1;
    /// A function applied to at most two values, which follow; the second word is the function.
    pub const APPLY: u32 = u32::MAX - 2;
    /// Computed ahead of time because that was cheap and could not fail; the second word is the value. For the program it is not
    /// evaluated until somebody asks.
    pub const READY: u32 = u32::MAX - 3;
    /// Evaluated like [`DONE`], to a value that depends on a volatile file (see `incremental.rs`).
    pub const TAINTED: u32 = u32::MAX - 4;
    /// [`APPLY`] to two values of which the reference passes one after the other, which its trace shows.
    pub const APPLY_IN_TURN: u32 = u32::MAX - 5;
    /// Evaluated within `tryEval`, which failed; the second word is the index of the error (see `failures.rs`).
    pub const FAILED: u32 = u32::MAX - 6;
    /// The smallest marker.
    pub const FIRST_MARKER: u32 = FAILED;
}

/// Marks the word of a string's context where it holds the string's symbol instead: a string without context has been used as a name.
const NAME: u32 = 1 << 31;

/// The arena and its limit.
#[derive(Debug)]
pub struct Heap {
    arena: Arena,
    /// In words.
    limit: usize,
    pub(crate) trail: Trail,
    pub(crate) short_lived: ShortLived,
    pub(crate) equal_sets: EqualSets,
}

/// Bytes that a new heap has room for, unless the host wants more.
const FIRST: usize = 4 << 20;

impl Heap {
    /// Makes a heap that reports being over its limit from `limit` bytes on, reserves room for `reserve` bytes where it can, and tells
    /// `reached` how far that is used.
    pub fn new(limit: usize, reserve: usize, reached: Option<Reached>) -> Self {
        Heap {
            arena: Arena::new(FIRST / 4, reserve / 4, reached),
            limit: (limit / 4).min(MAX_WORDS),
            trail: Trail::default(),
            short_lived: ShortLived::NONE,
            equal_sets: EqualSets::NONE,
        }
    }

    /// Forgets all objects and keeps the memory.
    pub fn clear(&mut self) {
        self.arena.clear();
        self.trail.clear();
        self.short_lived = ShortLived::NONE;
        self.equal_sets.clear();
    }

    /// Returns where the next object will start.
    pub(crate) fn top(&self) -> u32 {
        self.arena.top() as u32
    }

    /// Forgets the objects from an address on.
    pub(crate) fn truncate(&mut self, top: u32) {
        self.equal_sets.end_at(top);
        self.arena.shrink(top as usize);
    }

    /// Counts the bytes in use.
    pub fn used(&self) -> usize {
        self.arena.top() * 4
    }

    /// Returns the limit in bytes.
    pub fn limit(&self) -> usize {
        self.limit * 4
    }

    /// Returns how many bytes are left below the limit.
    pub(crate) fn room(&self) -> usize {
        self.limit.saturating_sub(self.arena.top()) * 4
    }

    /// Tells whether the limit is exceeded, or would be with `more` additional bytes.
    ///
    /// Allocation itself cannot fail. Whoever allocates in a loop or by a size from the program asks here first; the evaluator asks at
    /// every call. What is allocated in between is small.
    #[inline]
    pub fn over_limit(&self, more: usize) -> bool {
        self.arena.top().saturating_add(more / 4) > self.limit
    }

    /// Allocates `count` zeroed words.
    #[inline]
    pub(crate) fn alloc(&mut self, count: usize) -> Addr {
        Addr(self.arena.alloc(count))
    }

    /// Reads a word.
    #[inline(always)]
    pub(crate) fn word(&self, addr: Addr, offset: u32) -> u32 {
        self.arena.get(addr.0 + offset)
    }

    /// Writes a word.
    #[inline(always)]
    pub(crate) fn set_word(&mut self, addr: Addr, offset: u32, word: u32) {
        self.arena.set(addr.0 + offset, word);
    }

    /// Reads a value.
    #[inline(always)]
    pub(crate) fn value(&self, addr: Addr, offset: u32) -> Value {
        Value::from_bits(self.word(addr, offset))
    }

    /// Writes a value.
    #[inline(always)]
    pub(crate) fn set_value(&mut self, addr: Addr, offset: u32, value: Value) {
        self.set_word(addr, offset, value.bits());
    }

    /// Returns `count` words from an offset on.
    #[inline(always)]
    pub(crate) fn slice(&self, addr: Addr, offset: u32, count: usize) -> &[u32] {
        self.arena.slice(addr.0 + offset, count)
    }

    /// Returns all words before an object for reading, and those from its first on for writing.
    #[inline]
    pub(crate) fn split(&mut self, addr: Addr) -> (&[u32], &mut [u32]) {
        self.arena.split(addr.0)
    }

    /// Copies words inside the heap.
    pub(crate) fn copy(
        &mut self,
        from: Addr,
        from_offset: u32,
        to: Addr,
        to_offset: u32,
        count: usize,
    ) {
        self.arena
            .copy(from.0 + from_offset, to.0 + to_offset, count);
    }

    /// Gives back what a set or another last object has not used: it keeps `count` words.
    pub(crate) fn shrink_last(&mut self, addr: Addr, count: usize) {
        self.truncate(addr.0 + ((count as u32 + 1) & !1));
    }

    // Thunks

    /// Allocates a thunk.
    #[inline]
    pub(crate) fn thunk(&mut self, first: u32, second: u32) -> Value {
        let addr = self.alloc(2);
        self.set_word(addr, 0, first);
        self.set_word(addr, 1, second);
        Value::object(Tag::Thunk, addr)
    }

    /// Delays an expression.
    #[inline]
    pub(crate) fn delay(&mut self, expr: ExprId, frame: Addr) -> Value {
        self.thunk(expr.0, frame.0)
    }

    /// Delays a call with at most two arguments.
    pub(crate) fn delay_call<const N: usize>(
        &mut self,
        function: Value,
        arguments: [Value; N],
    ) -> Value {
        const { assert!(N <= 2, "a delayed call has room for two arguments") };
        let addr = self.alloc(4);
        self.set_word(addr, 0, thunk::APPLY);
        self.set_value(addr, 1, function);
        for (index, argument) in arguments.into_iter().enumerate() {
            self.set_value(addr, 2 + index as u32, argument);
        }
        Value::object(Tag::Thunk, addr)
    }

    /// Copies a thunk that has not been evaluated; what becomes of one does not concern the other.
    pub(crate) fn copy_thunk(&mut self, from: Addr) -> Value {
        let words: u32 = if self.is_delayed_call(from) { 4 } else { 2 };
        let copy = self.alloc(words as usize);
        for index in 0..words {
            let word = self.word(from, index);
            self.set_word(copy, index, word);
        }
        Value::object(Tag::Thunk, copy)
    }

    /// Tells whether a thunk that has not been evaluated delays a call rather than an expression.
    pub(crate) fn is_delayed_call(&self, addr: Addr) -> bool {
        matches!(self.word(addr, 0), thunk::APPLY | thunk::APPLY_IN_TURN)
    }

    /// Tells whether the value is a thunk that is being evaluated.
    pub(crate) fn is_under_evaluation(&self, value: Value) -> bool {
        let value = self.look(value);
        value.is_thunk() && self.word(value.addr(), 0) == thunk::BLACKHOLE
    }

    /// Returns the arguments of a delayed call, and how many there are.
    #[inline]
    pub(crate) fn delayed_arguments(&self, call: Addr) -> ([Value; 2], usize) {
        let arguments = [self.value(call, 2), self.value(call, 3)];
        let count = arguments.iter().filter(|&&it| it != Value::UNSET).count();
        (arguments, count)
    }

    /// Delays a call with two arguments of which the reference passes one after the other.
    pub(crate) fn delay_call_in_turn(&mut self, function: Value, one: Value, two: Value) -> Value {
        let call = self.delay_call(function, [one, two]);
        self.set_word(call.addr(), 0, thunk::APPLY_IN_TURN);
        call
    }

    /// Looks through thunks that have been evaluated already, without evaluating anything, also where the value depends on a volatile
    /// file: for messages, and for values that have been forced.
    pub(crate) fn look(&self, value: Value) -> Value {
        let mut value = self.peek(value);
        while value.is_thunk() && self.word(value.addr(), 0) == thunk::TAINTED {
            value = self.peek(self.value(value.addr(), 1));
        }
        value
    }

    /// Looks through thunks that have been evaluated already to values that depend on no volatile file, without evaluating anything.
    #[inline]
    pub(crate) fn peek(&self, value: Value) -> Value {
        let mut value = value;
        while value.is_thunk() && self.word(value.addr(), 0) == thunk::DONE {
            value = self.value(value.addr(), 1);
        }
        value
    }

    /// Evaluates a value for which nothing needs to be computed any more; others come back as the thunks that they are.
    #[inline]
    pub(crate) fn settled(&mut self, value: Value) -> Value {
        let mut value = value;
        while value.is_thunk() {
            match self.word(value.addr(), 0) {
                thunk::DONE => {}
                thunk::READY => self.set_word(value.addr(), 0, thunk::DONE),
                _ => break,
            }
            value = self.value(value.addr(), 1);
        }
        value
    }

    // Numbers

    /// Makes an integer.
    #[inline]
    pub(crate) fn int(&mut self, value: i64) -> Value {
        match Value::small_int(value) {
            Some(small) => small,
            None => self.boxed_number(Boxed::Int, value as u64),
        }
    }

    /// Makes a floating point number.
    pub(crate) fn float(&mut self, value: f64) -> Value {
        self.boxed_number(Boxed::Float, value.to_bits())
    }

    #[inline(never)]
    fn boxed_number(&mut self, kind: Boxed, bits: u64) -> Value {
        self.boxed_number_of_kind(kind as u32, bits)
    }

    /// Makes a boxed number; `kind` is that of a [`Boxed`] number.
    #[inline(always)]
    pub(crate) fn boxed_number_of_kind(&mut self, kind: u32, bits: u64) -> Value {
        let addr = self.alloc(4);
        self.set_word(addr, 0, kind);
        self.set_word(addr, 2, bits as u32);
        self.set_word(addr, 3, (bits >> 32) as u32);
        Value::object(Tag::Boxed, addr)
    }

    /// Returns what a boxed object is.
    #[inline]
    pub(crate) fn boxed_kind(&self, addr: Addr) -> Boxed {
        match self.word(addr, 0) {
            0 => Boxed::Int,
            1 => Boxed::Float,
            2 => Boxed::Path,
            _ => Boxed::Partial,
        }
    }

    /// Returns the 64 bits of a boxed number.
    #[inline]
    pub(crate) fn boxed_bits(&self, addr: Addr) -> u64 {
        u64::from(self.word(addr, 2)) | (u64::from(self.word(addr, 3)) << 32)
    }

    // Strings and paths

    /// Makes a string.
    pub fn string(&mut self, bytes: &[u8], context: ContextId) -> Value {
        let addr = self.alloc_string(bytes.len(), context);
        self.string_bytes_mut(addr).copy_from_slice(bytes);
        Value::object(Tag::String, addr)
    }

    /// Counts the bytes of strings.
    pub(crate) fn strings_len(&self, strings: &[Value]) -> usize {
        let lengths = strings
            .iter()
            .map(|string| self.word(string.addr(), 0) as usize);
        lengths.sum()
    }

    /// Makes a string of the bytes of others, of which there are `len`.
    pub(crate) fn concat_strings(
        &mut self,
        strings: &[Value],
        len: usize,
        context: ContextId,
    ) -> Value {
        let addr = self.alloc_string(len, context);
        let mut to = (addr.0 as usize + 2) * 4;
        for string in strings {
            let from = string.addr();
            let (start, len) = ((from.0 as usize + 2) * 4, self.word(from, 0) as usize);
            self.arena.bytes_mut().copy_within(start..start + len, to);
            to += len;
        }
        Value::object(Tag::String, addr)
    }

    /// Makes a string of zero bytes whose contents the caller fills in.
    pub(crate) fn alloc_string(&mut self, len: usize, context: ContextId) -> Addr {
        let addr = self.alloc(2 + len.div_ceil(4));
        self.set_word(addr, 0, len as u32);
        self.set_word(addr, 1, context.0);
        addr
    }

    /// Returns the bytes of a string object.
    #[inline]
    pub(crate) fn string_bytes(&self, addr: Addr) -> &[u8] {
        let len = self.word(addr, 0) as usize;
        &bytemuck::cast_slice(self.slice(addr, 2, len.div_ceil(4)))[..len]
    }

    /// Returns the bytes of a string object for writing.
    pub(crate) fn string_bytes_mut(&mut self, addr: Addr) -> &mut [u8] {
        let len = self.word(addr, 0) as usize;
        &mut bytemuck::cast_slice_mut(self.arena.slice_mut(addr.0 + 2, len.div_ceil(4)))[..len]
    }

    /// Returns the context of a string object.
    #[inline]
    pub(crate) fn string_context(&self, addr: Addr) -> ContextId {
        match self.word(addr, 1) {
            word if word & NAME != 0 => ContextId::EMPTY,
            word => ContextId(word),
        }
    }

    /// Returns the symbol of a string object that has been used as a name.
    #[inline]
    pub(crate) fn string_symbol(&self, addr: Addr) -> Option<Symbol> {
        let word = self.word(addr, 1);
        (word & NAME != 0).then_some(Symbol(word & !NAME))
    }

    /// Keeps the symbol of a string object for the next time that it is used as a name, if there is room. An object that stays when
    /// the next evaluation begins has none, for the symbol may not.
    #[inline]
    pub(crate) fn set_string_symbol(&mut self, addr: Addr, symbol: Symbol) {
        if self.word(addr, 1) == ContextId::EMPTY.0 && symbol.0 & NAME == 0 && !self.is_kept(addr) {
            self.set_word(addr, 1, NAME | symbol.0);
        }
    }

    /// Makes a path.
    pub(crate) fn path(&mut self, bytes: &[u8]) -> Value {
        let text = self.string(bytes, ContextId::EMPTY);
        let addr = self.alloc(2);
        self.set_word(addr, 0, Boxed::Path as u32);
        self.set_value(addr, 1, text);
        Value::object(Tag::Boxed, addr)
    }

    /// Returns the text of a path object.
    pub(crate) fn path_bytes(&self, addr: Addr) -> &[u8] {
        self.string_bytes(self.value(addr, 1).addr())
    }

    /// Returns what a path object becomes as a string that is not copied to the store.
    pub(crate) fn path_text(&self, addr: Addr) -> &[u8] {
        crate::internal::path_text(self.path_bytes(addr))
    }

    // Lists

    /// Allocates a list whose elements the caller sets.
    pub(crate) fn alloc_list(&mut self, len: usize) -> Addr {
        let addr = self.alloc(2 + len);
        self.set_word(addr, 0, len as u32);
        addr
    }

    /// Makes a list.
    pub(crate) fn list(&mut self, elements: &[Value]) -> Value {
        let addr = self.alloc_list(elements.len());
        for (index, &element) in elements.iter().enumerate() {
            self.set_element(addr, index, element);
        }
        Value::object(Tag::List, addr)
    }

    /// Counts the elements of a list object.
    #[inline]
    pub(crate) fn list_len(&self, addr: Addr) -> usize {
        self.word(addr, 0) as usize
    }

    /// Returns an element of a list object.
    #[inline]
    pub(crate) fn element(&self, addr: Addr, index: usize) -> Value {
        self.value(addr, 2 + index as u32)
    }

    /// Sets an element of a list object.
    #[inline]
    pub(crate) fn set_element(&mut self, addr: Addr, index: usize, value: Value) {
        self.set_value(addr, 2 + index as u32, value);
    }

    /// Copies all elements out.
    pub(crate) fn elements(&self, addr: Addr) -> Vec<Value> {
        self.slice(addr, 2, self.list_len(addr))
            .iter()
            .map(|&bits| Value::from_bits(bits))
            .collect()
    }

    // Functions

    /// Makes a function with its environment.
    #[inline]
    pub(crate) fn lambda(&mut self, lambda: LambdaId, frame: Addr) -> Value {
        let addr = self.alloc(2);
        self.set_word(addr, 0, lambda.0);
        self.set_word(addr, 1, frame.0);
        Value::object(Tag::Lambda, addr)
    }

    /// Returns the lambda and the frame of a function object.
    #[inline]
    pub(crate) fn lambda_parts(&self, addr: Addr) -> (LambdaId, Addr) {
        (LambdaId(self.word(addr, 0)), Addr(self.word(addr, 1)))
    }

    /// Makes a function with some of its arguments.
    pub(crate) fn partial(&mut self, function: Value, arguments: &[Value]) -> Value {
        let addr = self.alloc(3 + arguments.len());
        self.set_word(addr, 0, Boxed::Partial as u32);
        self.set_word(addr, 1, arguments.len() as u32);
        self.set_value(addr, 2, function);
        for (index, &argument) in arguments.iter().enumerate() {
            self.set_value(addr, 3 + index as u32, argument);
        }
        Value::object(Tag::Boxed, addr)
    }

    /// Returns the function of a partial application.
    pub(crate) fn partial_function(&self, addr: Addr) -> Value {
        self.value(addr, 2)
    }

    /// Counts the arguments of a partial application.
    pub(crate) fn partial_len(&self, addr: Addr) -> usize {
        self.word(addr, 1) as usize
    }

    /// Returns an argument of a partial application.
    pub(crate) fn partial_argument(&self, addr: Addr, index: usize) -> Value {
        self.value(addr, 3 + index as u32)
    }

    /// Returns the arguments of a partial application.
    pub(crate) fn partial_arguments(&self, addr: Addr) -> Vec<Value> {
        (0..self.partial_len(addr))
            .map(|index| self.partial_argument(addr, index))
            .collect()
    }

    // Frames

    /// Allocates a frame with unset slots.
    #[inline]
    pub(crate) fn frame(&mut self, outer: Addr, slots: u32) -> Addr {
        let addr = self.alloc(1 + slots as usize);
        self.set_word(addr, 0, outer.0);
        addr
    }

    /// Returns the frame around a frame.
    #[inline]
    pub(crate) fn outer(&self, frame: Addr) -> Addr {
        Addr(self.word(frame, 0))
    }

    /// Reads a slot.
    #[inline]
    pub(crate) fn slot(&self, frame: Addr, slot: u32) -> Value {
        self.value(frame, 1 + slot)
    }

    /// Writes a slot.
    #[inline]
    pub(crate) fn set_slot(&mut self, frame: Addr, slot: u32, value: Value) {
        self.set_value(frame, 1 + slot, value);
    }
}
