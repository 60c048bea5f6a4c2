//! Comparison: `==`, `<`.

use super::force::{failed_at, force};
use super::{Stk, suspendable};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Boxed, Tag, Value};
use std::cmp::Ordering;

/// Sets of fewer attributes are compared as soon as found.
const WORTH_REMEMBERING: usize = 8;

/// `a == b`. Functions are never equal, unless they are compared as parts of sets or lists and are the same object.
#[suspendable]
pub async fn equal(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<bool> {
    descend!(m, equality::equal(a, b));
    // Data counts as calls do: the reference enters a level for each value that it goes into.
    let result = match m.enter_call(Pos::NONE) {
        Ok(()) => {
            let result = equal_here(stk, m, a, b).await;
            m.call_depth -= 1;
            result
        }
        Err(error) => Err(error),
    };
    m.levels -= 1;
    result
}

#[suspendable]
async fn equal_here(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<bool> {
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
        Tag::Boxed
            if m.heap.boxed_kind(a.addr()) == Boxed::Path
                && m.heap.boxed_kind(b.addr()) == Boxed::Path =>
        {
            Ok(m.heap.path_bytes(a.addr()) == m.heap.path_bytes(b.addr()))
        }
        Tag::List => {
            let len = m.heap.list_len(a.addr());
            if len != m.heap.list_len(b.addr()) {
                return Ok(false);
            }
            for index in 0..len {
                let (x, y) = (
                    m.heap.element(a.addr(), index),
                    m.heap.element(b.addr(), index),
                );
                if a == b {
                    force(stk, m, x).await?;
                    continue;
                }
                let same = match m.evaluated_equality(x, y) {
                    Some(same) => same,
                    None => same_or_equal(stk, m, x, y).await?,
                };
                if !same {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Tag::Attrs => {
            if m.heap.equal_sets.has(a.addr(), b.addr(), m.call_depth) {
                return Ok(true);
            }
            // Two derivations are equal if their output paths are.
            if is_derivation(stk, m, a).await? && is_derivation(stk, m, b).await? {
                let paths = (
                    m.heap.get_attr(a.addr(), well_known::OUT_PATH),
                    m.heap.get_attr(b.addr(), well_known::OUT_PATH),
                );
                if let (Some(x), Some(y)) = paths {
                    return same_or_equal(stk, m, x, y).await;
                }
            }
            let (x, y) = (m.heap.flat(a.addr()), m.heap.flat(b.addr()));
            let len = m.heap.attrs_len(x);
            if len != m.heap.attrs_len(y) {
                return Ok(false);
            }
            let said = m.messages.len();
            let outside = m.take_taint();
            let result = equal_attributes(stk, m, x, y).await;
            if len >= WORTH_REMEMBERING && matches!(result, Ok(true)) && !m.is_tainted() {
                m.heap.equal_sets.add(a.addr(), b.addr(), m.call_depth);
            }
            m.give_back_taint(outside);
            if m.messages.len() > said {
                m.chosen_by_symbol();
            }
            result
        }
        _ => Ok(false),
    }
}

/// Compares the attributes of two flat sets of the same size: names and values side by side, in the order of symbols, as the reference
/// does.
#[suspendable]
async fn equal_attributes(stk: &mut Stk, m: &mut Machine, x: Addr, y: Addr) -> Result<bool> {
    if x == y {
        return evaluate_attributes(stk, m, x).await;
    }
    let mut next = m.unequal_from(x, y, 0);
    while next < m.heap.attrs_len(x) {
        let index = next;
        let ((name, left), (other_name, right)) = (m.heap.attr(x, index), m.heap.attr(y, index));
        if name != other_name {
            return Ok(false);
        }
        let same = match m.evaluated_equality(left, right) {
            Some(same) => Ok(same),
            None => same_or_equal(stk, m, left, right).await,
        };
        match same {
            Ok(true) => next = m.unequal_from(x, y, index + 1),
            Ok(false) => return Ok(false),
            Err(error) => {
                m.failed_at_attribute(x, index);
                m.failed_at_attribute(y, index);
                return Err(error);
            }
        }
    }
    Ok(true)
}

/// Compares a flat set with a copy of it: each attribute is equal to itself, but it is evaluated.
#[suspendable]
async fn evaluate_attributes(stk: &mut Stk, m: &mut Machine, set: Addr) -> Result<bool> {
    for index in 0..m.heap.attrs_len(set) {
        let (_, value) = m.heap.attr(set, index);
        if let Err(error) = force(stk, m, value).await {
            m.failed_at_attribute(set, index);
            return Err(error);
        }
    }
    Ok(true)
}

/// Compares parts of sets and lists: those that are the same object are equal without a look inside, functions and NaN included.
#[suspendable]
pub async fn same_or_equal(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<bool> {
    if m.are_same_object(a, b) {
        force(stk, m, a).await?;
        force(stk, m, b).await?;
        return Ok(true);
    }
    stk.run(|stk| equal(stk, m, a, b)).await
}

/// Tells whether a set has `type = "derivation"`.
#[suspendable]
pub async fn is_derivation(stk: &mut Stk, m: &mut Machine, set: Value) -> Result<bool> {
    if set.tag() != Tag::Attrs {
        return Ok(false);
    }
    let Some(kind) = m.heap.get_attr(set.addr(), well_known::TYPE) else {
        return Ok(false);
    };
    let kind = match force(stk, m, kind).await {
        Ok(kind) => kind,
        Err(error) => {
            let pos = m.heap.named_attr_pos(&m.ir, set.addr(), well_known::TYPE);
            return Err(failed_at(m, error, kind, pos));
        }
    };
    Ok(kind.tag() == Tag::String && m.bytes(kind) == b"derivation")
}

/// `a < b` for numbers, strings, paths, and lists of such. `what`, if not empty, says for the trace what is compared for.
#[suspendable]
pub async fn less_than(
    stk: &mut Stk,
    m: &mut Machine,
    a: Value,
    b: Value,
    what: &'static str,
) -> Result<bool> {
    descend!(m, equality::less_than(a, b, what));
    let result = less_than_here(stk, m, a, b).await;
    m.levels -= 1;
    result.map_err(|error| {
        if what.is_empty() {
            error
        } else {
            error.traced(what, Pos::NONE)
        }
    })
}

#[suspendable]
async fn less_than_here(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<bool> {
    m.tick()?;
    let places = [a, b];
    let a = force(stk, m, a).await?;
    let b = force(stk, m, b).await?;
    if let (Some(a), Some(b)) = (m.number(a), m.number(b)) {
        return Ok(a.partial_cmp(&b) == Some(Ordering::Less));
    }
    match (a.tag(), b.tag()) {
        (Tag::String, Tag::String) => return Ok(m.bytes(a) < m.bytes(b)),
        (Tag::Boxed, Tag::Boxed) if m.is_path(a) && m.is_path(b) => {
            return Ok(m.heap.path_text(a.addr()) < m.heap.path_text(b.addr()));
        }
        (Tag::List, Tag::List) => {
            let (x, y) = (a.addr(), b.addr());
            let (x_len, y_len) = (m.heap.list_len(x), m.heap.list_len(y));
            for index in 0..y_len {
                if index == x_len {
                    return Ok(true);
                }
                let (left, right) = (m.heap.element(x, index), m.heap.element(y, index));
                if !same_or_equal(stk, m, left, right).await? {
                    let what = "while comparing two list elements";
                    return stk.run(|stk| less_than(stk, m, left, right, what)).await;
                }
            }
            return Ok(false);
        }
        _ => {}
    }
    Err(not_comparable(m, places))
}

#[cold]
fn not_comparable(m: &Machine, [a, b]: [Value; 2]) -> Box<EvalError> {
    let [first, second] = [a, b].map(|value| m.heap.look(value));
    let mut message = format!(
        "cannot compare {} with {}",
        m.describe(first),
        m.describe(second)
    )
    .into_bytes();
    let same_type = m.type_name(first) == m.type_name(second);
    message.extend_from_slice(if same_type {
        b"; values of that type are incomparable (values are ".as_slice()
    } else {
        b"; values are "
    });
    message.extend_from_slice(&m.print_short(a));
    message.extend_from_slice(b" and ");
    message.extend_from_slice(&m.print_short(b));
    if same_type {
        message.push(b')');
    }
    EvalError::other(message, Pos::NONE)
}
