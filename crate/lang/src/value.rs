//! A value in 32 bits.

use std::fmt;

/// The address of an object in the heap: the index of its first 32-bit word, always even. 0 is never an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct Addr(pub(crate) u32);

/// A tag of three bits and either a small constant or the address of an object (29 bits of 8-byte units: 4 GiB).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Value(u32);

/// What the three bits of a [`Value`] say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Tag {
    /// Not evaluated yet, or evaluated and kept behind a forwarding word.
    Thunk = 0,
    /// An attribute set.
    Attrs = 1,
    /// A list.
    List = 2,
    /// A string.
    String = 3,
    /// A function with its environment.
    Lambda = 4,
    /// An object that says itself what it is, see [`Boxed`].
    Boxed = 5,
    /// `null`, a Boolean or a builtin function.
    Constant = 6,
    /// An integer of 29 bits.
    SmallInt = 7,
}

/// What a [`Tag::Boxed`] object is; its first word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Boxed {
    /// An integer that does not fit in 29 bits.
    Int = 0,
    /// A floating point number.
    Float = 1,
    /// A path.
    Path = 2,
    /// A function and some of its arguments.
    Partial = 3,
}

const SMALL_INT_MIN: i64 = -(1 << 28);
const SMALL_INT_MAX: i64 = (1 << 28) - 1;

impl Value {
    /// What a frame slot holds before its binding is entered; never the value of an expression.
    pub const UNSET: Value = Value(0);
    /// What the functions return that are called most when they have no value, for a result in one register; the error is then
    /// kept by the machine.
    pub(crate) const FAILED: Value = Value::UNSET;
    /// `null`
    pub const NULL: Value = Value::constant(0);
    /// `false`
    pub const FALSE: Value = Value::constant(1);
    /// `true`
    pub const TRUE: Value = Value::constant(2);
    const FIRST_BUILTIN: u32 = 3;

    const fn constant(index: u32) -> Value {
        Value((index << 3) | Tag::Constant as u32)
    }

    /// Makes the value of the builtin function with an index.
    pub const fn builtin(index: u32) -> Value {
        Value::constant(index + Self::FIRST_BUILTIN)
    }

    /// Returns the index of the builtin function that this value is.
    #[inline]
    pub fn as_builtin(self) -> Option<u32> {
        (self.tag() == Tag::Constant && self.0 >> 3 >= Self::FIRST_BUILTIN)
            .then(|| (self.0 >> 3) - Self::FIRST_BUILTIN)
    }

    /// Makes a Boolean.
    #[inline]
    pub const fn bool(value: bool) -> Value {
        if value { Value::TRUE } else { Value::FALSE }
    }

    /// Makes a reference to an object.
    #[inline]
    pub(crate) const fn object(tag: Tag, addr: Addr) -> Value {
        Value((addr.0 << 2) | tag as u32)
    }

    /// Makes an integer if it fits in 29 bits.
    #[inline]
    pub const fn small_int(value: i64) -> Option<Value> {
        if value >= SMALL_INT_MIN && value <= SMALL_INT_MAX {
            Some(Value(((value as u32) << 3) | Tag::SmallInt as u32))
        } else {
            None
        }
    }

    /// Returns an integer that [`Value::small_int`] made.
    #[inline]
    pub fn as_small_int(self) -> Option<i64> {
        (self.tag() == Tag::SmallInt).then_some(i64::from(self.0 as i32 >> 3))
    }

    /// Returns the tag.
    #[inline]
    pub fn tag(self) -> Tag {
        match self.0 & 7 {
            0 => Tag::Thunk,
            1 => Tag::Attrs,
            2 => Tag::List,
            3 => Tag::String,
            4 => Tag::Lambda,
            5 => Tag::Boxed,
            6 => Tag::Constant,
            _ => Tag::SmallInt,
        }
    }

    /// Tells whether this may still have to be evaluated.
    #[inline]
    pub fn is_thunk(self) -> bool {
        self.0 & 7 == 0
    }

    /// Tells whether this refers to an object.
    #[inline]
    pub(crate) fn is_object(self) -> bool {
        self.0 & 7 < Tag::Constant as u32
    }

    /// Returns the address of an object; meaningless for constants and small integers.
    #[inline]
    pub fn addr(self) -> Addr {
        Addr((self.0 >> 2) & !1)
    }

    /// Returns the 32 bits, to be stored in the heap.
    #[inline]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Makes a value of bits that [`Value::bits`] returned.
    #[inline]
    pub(crate) const fn from_bits(bits: u32) -> Value {
        Value(bits)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({})", self.tag(), self.0 >> 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_integers_survive_the_round_trip() {
        for value in [0, 1, -1, 42, SMALL_INT_MAX, SMALL_INT_MIN] {
            assert_eq!(
                Value::small_int(value).and_then(Value::as_small_int),
                Some(value)
            );
        }
        assert_eq!(Value::small_int(SMALL_INT_MAX + 1), None);
        assert_eq!(Value::small_int(SMALL_INT_MIN - 1), None);
    }

    #[test]
    fn addresses_survive_the_round_trip() {
        for addr in [2, 4, 1 << 20, (1 << 30) - 2] {
            let value = Value::object(Tag::Boxed, Addr(addr));
            assert_eq!((value.tag(), value.addr()), (Tag::Boxed, Addr(addr)));
        }
    }
}
