//! Selection of attributes: `e.a.b`, `e.a or d`, `e ? a`.

use super::expr::operand;
use super::force::force;
use super::{Stk, suspendable};
use crate::error::{EvalError, Result};
use crate::ir::{AttrName, ExprId};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::Symbol;
use crate::value::{Addr, Tag, Value};

/// Evaluates `base.path` or `base.path or default`.
#[suspendable]
pub async fn select(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    base: ExprId,
    path: u32,
    default: ExprId,
    frame: Addr,
) -> Result<Value> {
    let mut value = operand(stk, m, base, frame).await?;
    let path = m.ir.attr_paths[path as usize];
    for site in path.range() {
        let name = attr_name(stk, m, site, frame).await?;
        if value.tag() != Tag::Attrs {
            if default.is_some() {
                return operand(stk, m, default, frame).await;
            }
            return Err(selecting_from_other(m, expr, path.range().start, value, name, site));
        }
        let Some(slot) = m.find_hinted(value.addr(), name, site) else {
            if default.is_some() {
                return operand(stk, m, default, frame).await;
            }
            let pos = m.ir.attr_name_positions[site];
            return Err(missing_attribute(m, value.addr(), name, pos));
        };
        let holder = value;
        value = m.heap.attr_value(slot);
        if value.is_thunk() {
            value = match force(stk, m, value).await {
                Ok(value) => value,
                Err(error) => return Err(while_evaluating(m, error, holder.addr(), name)),
            };
            m.heap.set_attr_value(slot, value);
        }
    }
    Ok(value)
}

/// Evaluates `base ? path`.
#[suspendable]
pub async fn has_attr(stk: &mut Stk, m: &mut Machine, base: ExprId, path: u32, frame: Addr) -> Result<Value> {
    let mut value = operand(stk, m, base, frame).await?;
    let path = m.ir.attr_paths[path as usize];
    for site in path.range() {
        value = force(stk, m, value).await?;
        let name = attr_name(stk, m, site, frame).await?;
        if value.tag() != Tag::Attrs {
            return Ok(Value::FALSE);
        }
        let Some(slot) = m.find_hinted(value.addr(), name, site) else { return Ok(Value::FALSE) };
        value = m.heap.attr_value(slot);
    }
    Ok(Value::TRUE)
}

#[suspendable]
async fn attr_name(stk: &mut Stk, m: &mut Machine, site: usize, frame: Addr) -> Result<Symbol> {
    match m.ir.attr_names[site] {
        AttrName::Static(name) => Ok(name),
        AttrName::Dynamic(expr) => {
            let value = operand(stk, m, expr, frame).await?;
            let pos = m.ir.pos(expr);
            let name = m.string_without_context(value, pos, "while evaluating an attribute name")?;
            Ok(m.symbols.intern(&name))
        }
    }
}

#[cold]
fn while_evaluating(m: &mut Machine, error: Box<EvalError>, set: Addr, name: Symbol) -> Box<EvalError> {
    let pos = m.heap.named_attr_pos(&m.ir, set, name);
    let message = [b"while evaluating the attribute '", m.symbols.name(name), b"'"].concat();
    error.traced(message, pos).or_at(pos)
}

#[cold]
fn selecting_from_other(
    m: &mut Machine,
    expr: ExprId,
    _first: usize,
    value: Value,
    name: Symbol,
    site: usize,
) -> Box<EvalError> {
    let pos = m.ir.attr_name_positions[site];
    let selecting = [b"while selecting an attribute '", m.symbols.name(name), b"'"].concat();
    let _ = expr;
    m.expected("a set", value, pos).traced(selecting, pos)
}

/// Makes the error for an attribute that a set does not have.
#[cold]
pub fn missing_attribute(m: &mut Machine, set: Addr, name: Symbol, pos: Pos) -> Box<EvalError> {
    let message = [b"attribute '", m.symbols.name(name), b"' missing"].concat();
    let flat = m.heap.flat(set);
    let names: Vec<Vec<u8>> =
        (0..m.heap.attrs_len(flat)).map(|index| m.symbols.name(m.heap.attr(flat, index).0).to_vec()).collect();
    m.with_suggestions(EvalError::other(message, pos), m.symbols.name(name), &names)
}
