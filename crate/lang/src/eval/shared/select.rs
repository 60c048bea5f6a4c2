//! Selection of attributes: `e.a.b`, `e.a or d`, `e ? a`.

use super::expr::operand;
use super::force::{failed_at, force, force_at};
use super::{Stk, suspendable};
use crate::error::{EvalError, Result};
use crate::ir::{AttrName, ExprId, Slice};
use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::symbol::Symbol;
use crate::value::{Addr, Tag, Value};

/// Evaluates `base.path` or `base.path or default`.
#[suspendable]
#[inline(never)]
pub async fn select(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    base: ExprId,
    path: u32,
    default: ExprId,
    frame: Addr,
) -> Result<Value> {
    let value = operand(stk, m, base, frame).await?;
    let path = m.ir.attr_paths[path as usize];
    let mut holder = None;
    match select_from(stk, m, expr, value, path, default, frame, &mut holder).await {
        Ok(value) => Ok(value),
        // Only what is found in a set has a position that the trace can name.
        Err(error) => match holder {
            Some((set, name)) => Err(while_evaluating(stk, m, error, set, name, path, frame).await),
            None => Err(error),
        },
    }
}

/// Follows a path. `holder` becomes the last attribute that was found: its set and its name.
#[suspendable]
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of a selection, and where it is"
)]
async fn select_from(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    value: Value,
    path: Slice,
    default: ExprId,
    frame: Addr,
    holder: &mut Option<(Addr, Symbol)>,
) -> Result<Value> {
    let mut value = value;
    for site in path.range() {
        let name = attr_name(stk, m, site, frame).await?;
        let delayed = value;
        if value.is_thunk() {
            value = force_at(stk, m, value, m.ir.pos(expr)).await?;
        }
        if value.tag() != Tag::Attrs {
            if default.is_some() {
                return operand(stk, m, default, frame).await;
            }
            let error = m.expected("a set", delayed, Pos::NONE);
            return Err(error.traced("while selecting an attribute", m.ir.pos(expr)));
        }
        let Some(slot) = m.find_hinted(value.addr(), name, site) else {
            if default.is_some() {
                return operand(stk, m, default, frame).await;
            }
            return Err(missing_attribute(m, value.addr(), name, m.ir.pos(expr)));
        };
        let set = value.addr();
        *holder = Some((set, name));
        value = m.heap.attr_value(slot);
        if value.is_thunk() && site + 1 == path.range().end {
            let thunk = value;
            value = match force(stk, m, value).await {
                Ok(value) => value,
                Err(error) => {
                    let pos = m.heap.named_attr_pos(&m.ir, set, name);
                    let pos = if pos.is_some() { pos } else { m.ir.pos(expr) };
                    return Err(failed_at(m, error, value, pos));
                }
            };
            if m.may_stand_in(slot.addr(), thunk, value) {
                m.heap.set_attr_value(slot, value);
            }
        }
    }
    Ok(value)
}

/// Evaluates `base ? path`.
#[suspendable]
#[inline(never)]
pub async fn has_attr(
    stk: &mut Stk,
    m: &mut Machine,
    base: ExprId,
    path: u32,
    frame: Addr,
) -> Result<Value> {
    let mut value = operand(stk, m, base, frame).await?;
    let path = m.ir.attr_paths[path as usize];
    for site in path.range() {
        value = force_at(stk, m, value, m.ir.pos(base)).await?;
        let name = attr_name(stk, m, site, frame).await?;
        if value.tag() != Tag::Attrs {
            return Ok(Value::FALSE);
        }
        let Some(slot) = m.find_hinted(value.addr(), name, site) else {
            return Ok(Value::FALSE);
        };
        value = m.heap.attr_value(slot);
    }
    Ok(Value::TRUE)
}

#[suspendable]
#[inline(always)]
async fn attr_name(stk: &mut Stk, m: &mut Machine, site: usize, frame: Addr) -> Result<Symbol> {
    match m.ir.attr_names[site] {
        AttrName::Static(name) => Ok(name),
        AttrName::Dynamic(expr) => dynamic_name(stk, m, expr, frame).await,
    }
}

#[suspendable]
#[inline(never)]
async fn dynamic_name(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Symbol> {
    let value = operand(stk, m, expr, frame).await?;
    if value.tag() == Tag::String && m.context(value).is_empty() {
        return Ok(m.intern(value));
    }
    let pos = m.ir.reported_pos(expr);
    m.name_symbol(value, pos, "while evaluating an attribute name")
}

/// Adds the selection to a trace: its whole path, at the position of the attribute that was found last.
#[suspendable]
#[inline(never)]
async fn while_evaluating(
    stk: &mut Stk,
    m: &mut Machine,
    error: Box<EvalError>,
    set: Addr,
    name: Symbol,
    path: Slice,
    frame: Addr,
) -> Box<EvalError> {
    let pos = m.heap.named_attr_pos(&m.ir, set, name);
    // The reference hides the inside of the function `derivation`.
    if !m
        .sources
        .locate(pos)
        .is_some_and(|location| !matches!(location.origin, Origin::Internal(_)))
    {
        return error;
    }
    let mut message = b"while evaluating the attribute '".to_vec();
    for site in path.range() {
        if site > path.range().start {
            message.push(b'.');
        }
        match attr_name(stk, m, site, frame).await {
            Ok(name) => crate::syntax::print_attr_name(m.symbols.name(name), &mut message),
            Err(_) => {
                if let AttrName::Dynamic(expr) = m.ir.attr_names[site] {
                    message.extend_from_slice(b"\"${");
                    message.extend_from_slice(&crate::syntax::print(&m.ir, &m.symbols, expr));
                    message.extend_from_slice(b"}\"");
                }
            }
        }
    }
    message.push(b'\'');
    error.traced(message, pos)
}

/// Makes the error for an attribute that a set does not have.
#[cold]
pub fn missing_attribute(m: &mut Machine, set: Addr, name: Symbol, pos: Pos) -> Box<EvalError> {
    let message = [b"attribute '".as_slice(), &m.shown_name(name), b"' missing"].concat();
    let flat = m.heap.flat(set);
    let names: Vec<Vec<u8>> = (0..m.heap.attrs_len(flat))
        .map(|index| m.symbols.name(m.heap.attr(flat, index).0).to_vec())
        .collect();
    m.with_suggestions(EvalError::other(message, pos), m.symbols.name(name), &names)
}
