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
        if let (Some(Number::Int(x)), Some(Number::Int(y))) = (self.number(a), self.number(b))
            && let Some(sum) = x.checked_add(y)
        {
            return Ok(self.heap.int(sum));
        }
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

    /// Performs an operation on two evaluated values.
    #[inline]
    pub(crate) fn arithmetic(
        &mut self,
        op: Arithmetic,
        a: Value,
        b: Value,
        pos: Pos,
    ) -> Result<Value> {
        if let (Some(a), Some(b)) = (a.as_small_int(), b.as_small_int()) {
            match op {
                Arithmetic::Add => return Ok(self.heap.int(a + b)),
                Arithmetic::Sub => return Ok(self.heap.int(a - b)),
                Arithmetic::Mul => return Ok(self.heap.int(a * b)),
                Arithmetic::Div if b != 0 => return Ok(self.heap.int(a / b)),
                Arithmetic::Div => {}
            }
        }
        self.checked_arithmetic(op, a, b, pos)
    }

    #[inline(never)]
    fn checked_arithmetic(
        &mut self,
        op: Arithmetic,
        a: Value,
        b: Value,
        pos: Pos,
    ) -> Result<Value> {
        let [first, second] = op.traces();
        // Division looks at its second operand first, and as a float.
        if op == Arithmetic::Div {
            match self.number(b) {
                None => return Err(self.expected("a float", b, pos).traced(second, pos)),
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
            return Err(self.expected(wanted, a, pos).traced(first, pos));
        };
        let Some(y) = self.number(b) else {
            return Err(self.expected(wanted, b, pos).traced(second, pos));
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
