//! Numbers: arithmetic with the reference's checks.

use crate::error::{EvalError, Result};
use crate::ir::ExprId;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Boxed, Tag, Value};
use std::cmp::Ordering;

/// A number out of a value.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// A floating point number.
    Float(f64),
}

impl Number {
    /// Returns it as a floating point number.
    pub fn as_float(self) -> f64 {
        match self {
            Number::Int(value) => value as f64,
            Number::Float(value) => value,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(b)),
            _ => self.as_float().partial_cmp(&other.as_float()),
        }
    }
}

/// An arithmetic operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Arithmetic {
    /// Addition
    Add,
    /// Subtraction
    Sub,
    /// Multiplication
    Mul,
    /// Division
    Div,
}

impl Arithmetic {
    const fn traces(self) -> [&'static str; 2] {
        match self {
            Arithmetic::Add => [
                "while evaluating the first argument of the addition",
                "while evaluating the second argument of the addition",
            ],
            Arithmetic::Sub => [
                "while evaluating the first argument of the subtraction",
                "while evaluating the second argument of the subtraction",
            ],
            Arithmetic::Mul => [
                "while evaluating the first argument of the multiplication",
                "while evaluating the second argument of the multiplication",
            ],
            Arithmetic::Div => [
                "while evaluating the first operand of the division",
                "while evaluating the second operand of the division",
            ],
        }
    }
}

/// Appends the decimal digits of an integer.
pub(crate) fn push_decimal(bytes: &mut Vec<u8>, value: i64) {
    bytes.extend_from_slice(decimal(value, &mut [0; LONGEST_DECIMAL]));
}

/// The length of the longest integer: a sign and 19 digits.
pub(crate) const LONGEST_DECIMAL: usize = 20;

/// Writes an integer in decimal at the end of some room, and returns where it is.
pub(crate) fn decimal(value: i64, room: &mut [u8; LONGEST_DECIMAL]) -> &[u8] {
    let mut at = room.len();
    let mut rest = value.unsigned_abs();
    loop {
        at -= 1;
        room[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if value < 0 {
        at -= 1;
        room[at] = b'-';
    }
    &room[at..]
}

impl Machine {
    /// Returns the number that an evaluated value is.
    #[inline]
    pub(crate) fn number(&self, value: Value) -> Option<Number> {
        if let Some(value) = value.as_small_int() {
            return Some(Number::Int(value));
        }
        if value.tag() != Tag::Boxed {
            return None;
        }
        match self.heap.boxed_kind(value.addr()) {
            Boxed::Int => Some(Number::Int(self.heap.boxed_bits(value.addr()) as i64)),
            Boxed::Float => Some(Number::Float(f64::from_bits(
                self.heap.boxed_bits(value.addr()),
            ))),
            Boxed::Path | Boxed::Partial => None,
        }
    }

    /// Adds what is on the right of `+` to a number.
    #[inline(never)]
    pub(crate) fn add_numbers(&mut self, a: Value, b: Value, right: ExprId) -> Result<Value> {
        if self.number(b).is_some() {
            return self.arithmetic(Arithmetic::Add, a, b, self.ir.text_start(right));
        }
        let what = match self.number(a) {
            Some(Number::Float(_)) => "a float",
            _ => "an integer",
        };
        let message = format!("cannot add {} to {what}", self.describe(b));
        Err(EvalError::other(message, self.ir.text_start(right)))
    }

    /// Performs an operation on two evaluated values; where one is of the wrong type, the error is exact only if they come as thunks
    /// where there are some.
    #[inline]
    pub(crate) fn arithmetic(
        &mut self,
        op: Arithmetic,
        a: Value,
        b: Value,
        pos: Pos,
    ) -> Result<Value> {
        if let (Some(x), Some(y)) = (self.integer(a), self.integer(b)) {
            let result = match op {
                Arithmetic::Add => x.checked_add(y),
                Arithmetic::Sub => x.checked_sub(y),
                Arithmetic::Mul => x.checked_mul(y),
                Arithmetic::Div => x.checked_div(y),
            };
            if let Some(result) = result {
                return Ok(self.heap.int(result));
            }
        }
        self.other_arithmetic(op, a, b, pos)
    }

    #[inline(never)]
    fn other_arithmetic(&mut self, op: Arithmetic, a: Value, b: Value, pos: Pos) -> Result<Value> {
        let [first, second] = op.traces();
        let places = [a, b];
        let [a, b] = places.map(|value| self.heap.look(value));
        // Division looks at its second operand first, and as a float.
        if op == Arithmetic::Div {
            match self.number(b) {
                None => return Err(self.expected("a float", places[1], pos).traced(second, pos)),
                Some(divisor) if divisor.as_float() == 0.0 => {
                    return Err(EvalError::other("division by zero", pos));
                }
                Some(_) => {}
            }
        }
        // Both are wanted as floats if either is one.
        let wanted = match (self.number(a), self.number(b)) {
            (Some(Number::Float(_)), _) | (_, Some(Number::Float(_))) => "a float",
            _ => "an integer",
        };
        let Some(x) = self.number(a) else {
            // The reference leaves a word out where it wants a float.
            let first = match op {
                Arithmetic::Mul if wanted == "a float" => {
                    "while evaluating the first of the multiplication"
                }
                _ => first,
            };
            return Err(self.expected(wanted, places[0], pos).traced(first, pos));
        };
        let Some(y) = self.number(b) else {
            return Err(self.expected(wanted, places[1], pos).traced(second, pos));
        };
        let (Number::Int(x), Number::Int(y)) = (x, y) else {
            let (x, y) = (x.as_float(), y.as_float());
            return Ok(self.heap.float(match op {
                Arithmetic::Add => x + y,
                Arithmetic::Sub => x - y,
                Arithmetic::Mul => x * y,
                Arithmetic::Div => x / y,
            }));
        };
        let (result, doing, sign) = match op {
            Arithmetic::Add => (x.checked_add(y), "adding", '+'),
            Arithmetic::Sub => (x.checked_sub(y), "subtracting", '-'),
            Arithmetic::Mul => (x.checked_mul(y), "multiplying", '*'),
            Arithmetic::Div => (x.checked_div(y), "dividing", '/'),
        };
        match result {
            Some(result) => Ok(self.heap.int(result)),
            None => Err(EvalError::other(
                format!("integer overflow in {doing} {x} {sign} {y}"),
                pos,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_written_in_decimal() {
        for value in [0, 7, -7, 10, 1_234_567_890, i64::MAX, i64::MIN] {
            let mut bytes = b"x".to_vec();
            push_decimal(&mut bytes, value);
            assert_eq!(bytes, format!("x{value}").into_bytes());
        }
    }
}
