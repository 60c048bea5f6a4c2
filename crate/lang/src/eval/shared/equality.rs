//! Comparison: `==`, `<`.

use super::force::force;
use super::{Stk, suspendable};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Boxed, Tag, Value};
use std::cmp::Ordering;

/// `a == b`. Functions are never equal, unless they are compared as parts of sets or lists and are the same object.
#[suspendable]
pub async fn equal(stk: &mut Stk, m: &mut Machine, a: Value, b: Value, pos: Pos) -> Result<bool> {
    descend!(m, equality::equal(a, b, pos));
    let result = equal_here(stk, m, a, b, pos).await;
    m.levels -= 1;
    result
}

#[suspendable]
async fn equal_here(stk: &mut Stk, m: &mut Machine, a: Value, b: Value, pos: Pos) -> Result<bool> {
    m.tick()?;
    let a = force(stk, m, a).await?;
    let b = force(stk, m, b).await?;
    if let (Some(a), Some(b)) = (m.number(a), m.number(b)) {
        return Ok(a.partial_cmp(&b) == Some(Ordering::Equal));
    }
    if a.tag() != b.tag() {
        return Ok(false);
    }
    match a.tag() {
        Tag::String => Ok(m.bytes(a) == m.bytes(b)),
        Tag::Constant => Ok(a == b && a.as_builtin().is_none()),
        Tag::Boxed if m.heap.boxed_kind(a.addr()) == Boxed::Path && m.heap.boxed_kind(b.addr()) == Boxed::Path => {
            Ok(m.heap.path_bytes(a.addr()) == m.heap.path_bytes(b.addr()))
        }
        Tag::List => {
            let len = m.heap.list_len(a.addr());
            if len != m.heap.list_len(b.addr()) {
                return Ok(false);
            }
            for index in 0..len {
                let (x, y) = (m.heap.element(a.addr(), index), m.heap.element(b.addr(), index));
                if !same_or_equal(stk, m, x, y, pos).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Tag::Attrs => {
            // Two derivations are equal if their output paths are.
            if is_derivation(stk, m, a).await? && is_derivation(stk, m, b).await? {
                let paths = (
                    m.heap.get_attr(a.addr(), well_known::OUT_PATH),
                    m.heap.get_attr(b.addr(), well_known::OUT_PATH),
                );
                if let (Some(x), Some(y)) = paths {
                    return same_or_equal(stk, m, x, y, pos).await;
                }
            }
            let (x, y) = (m.heap.flat(a.addr()), m.heap.flat(b.addr()));
            let len = m.heap.attrs_len(x);
            if len != m.heap.attrs_len(y) {
                return Ok(false);
            }
            // The reference compares names and values side by side, in its order of symbols.
            for index in 0..len {
                if m.heap.attr(x, index).0 != m.heap.attr(y, index).0 {
                    return Ok(false);
                }
            }
            for index in 0..len {
                let (left, right) = (m.heap.attr(x, index).1, m.heap.attr(y, index).1);
                if !same_or_equal(stk, m, left, right, pos).await? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Parts of sets and lists that are the same object are equal without a look, functions included.
#[suspendable]
async fn same_or_equal(stk: &mut Stk, m: &mut Machine, a: Value, b: Value, pos: Pos) -> Result<bool> {
    if a == b && (a.is_thunk() || !matches!(a.tag(), Tag::Constant | Tag::SmallInt)) {
        // The reference finds them identical too, but only after both have been evaluated.
        let value = force(stk, m, a).await?;
        return Ok(!matches!(m.number(value), Some(Number::Float(number)) if number.is_nan()));
    }
    let (x, y) = (m.heap.peek(a), m.heap.peek(b));
    if x == y && !x.is_thunk() && matches!(x.tag(), Tag::Lambda | Tag::Boxed) {
        return Ok(!matches!(m.number(x), Some(Number::Float(number)) if number.is_nan()));
    }
    stk.run(|stk| equal(stk, m, a, b, pos)).await
}

/// Tells whether a set has `type = "derivation"`.
#[suspendable]
pub async fn is_derivation(stk: &mut Stk, m: &mut Machine, set: Value) -> Result<bool> {
    if set.tag() != Tag::Attrs {
        return Ok(false);
    }
    let Some(kind) = m.heap.get_attr(set.addr(), well_known::TYPE) else { return Ok(false) };
    let kind = force(stk, m, kind).await?;
    Ok(kind.tag() == Tag::String && m.bytes(kind) == b"derivation")
}

/// `a < b` for numbers, strings, paths, and lists of such.
#[suspendable]
pub async fn less_than(stk: &mut Stk, m: &mut Machine, a: Value, b: Value, pos: Pos) -> Result<bool> {
    descend!(m, equality::less_than(a, b, pos));
    let result = less_than_here(stk, m, a, b, pos).await;
    m.levels -= 1;
    result
}

#[suspendable]
async fn less_than_here(stk: &mut Stk, m: &mut Machine, a: Value, b: Value, pos: Pos) -> Result<bool> {
    m.tick()?;
    let a = force(stk, m, a).await?;
    let b = force(stk, m, b).await?;
    if let (Some(a), Some(b)) = (m.number(a), m.number(b)) {
        return Ok(a.partial_cmp(&b) == Some(Ordering::Less));
    }
    match (a.tag(), b.tag()) {
        (Tag::String, Tag::String) => return Ok(m.bytes(a) < m.bytes(b)),
        (Tag::Boxed, Tag::Boxed) if m.is_path(a) && m.is_path(b) => {
            return Ok(m.heap.path_bytes(a.addr()) < m.heap.path_bytes(b.addr()));
        }
        (Tag::List, Tag::List) => {
            let (x, y) = (a.addr(), b.addr());
            let (x_len, y_len) = (m.heap.list_len(x), m.heap.list_len(y));
            for index in 0..y_len {
                if index == x_len {
                    return Ok(true);
                }
                let (left, right) = (m.heap.element(x, index), m.heap.element(y, index));
                if !same_or_equal(stk, m, left, right, pos).await? {
                    return stk.run(|stk| less_than(stk, m, left, right, pos)).await;
                }
            }
            return Ok(false);
        }
        _ => {}
    }
    let (left, right) = (m.describe(a), m.describe(b));
    let message = if left == right && !matches!(a.tag(), Tag::String | Tag::List | Tag::SmallInt) {
        format!("cannot compare {left} with {right}; values of that type are incomparable")
    } else {
        format!("cannot compare {left} with {right}")
    };
    let values = [b" (values are ".as_slice(), &m.print_short(a), b" and ", &m.print_short(b), b")"].concat();
    let _ = values;
    Err(EvalError::other(message, pos))
}
