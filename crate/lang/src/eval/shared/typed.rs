//! Evaluation of values that must be of a type: what builtins do with their arguments.
//!
//! `what` is the line of the trace for a value of another type. Where the reference adds it to every error of the evaluation too, so
//! does this: for strings, numbers, Booleans and functions, but not for sets and lists (`eval.cc`, `eval-inline.hh`).

use super::force::force_at;
use super::{Stk, suspendable};
use crate::error::Result;
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Tag, Value};

/// Evaluates a value that must be a set.
#[suspendable]
pub async fn attrs(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Addr> {
    let found = force_at(stk, m, value, pos).await?;
    if found.tag() == Tag::Attrs {
        return Ok(found.addr());
    }
    Err(m.expected("a set", value, Pos::NONE).traced(what, pos))
}

/// Evaluates a value that must be a list.
#[suspendable]
pub async fn list(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Addr> {
    let found = force_at(stk, m, value, pos).await?;
    if found.tag() == Tag::List {
        return Ok(found.addr());
    }
    Err(m.expected("a list", value, Pos::NONE).traced(what, pos))
}

/// Evaluates a value that must be a string, with or without context.
#[suspendable]
pub async fn string(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Value> {
    match force_at(stk, m, value, pos).await {
        Ok(found) if found.tag() == Tag::String => Ok(found),
        Ok(_) => Err(m.expected("a string", value, pos).traced(what, pos)),
        Err(error) => Err(error.traced(what, pos)),
    }
}

/// Evaluates a value that must be a string without context, such as an attribute name, and returns it as a value.
#[suspendable]
pub async fn name(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Value> {
    let value = string(stk, m, value, pos, what).await?;
    if !m.context(value).is_empty() {
        m.string_without_context(value, pos, what)?;
    }
    Ok(value)
}

/// Evaluates a value that must be a string without context.
#[suspendable]
pub async fn plain_string(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Vec<u8>> {
    let value = string(stk, m, value, pos, what).await?;
    m.string_without_context(value, pos, what)
}

/// Evaluates a value that must be an integer.
#[suspendable]
pub async fn int(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<i64> {
    let found = match force_at(stk, m, value, pos).await {
        Ok(found) => found,
        Err(error) => return Err(error.traced(what, pos)),
    };
    match m.number(found) {
        Some(Number::Int(number)) => Ok(number),
        _ => Err(m.expected("an integer", value, pos).traced(what, pos)),
    }
}

/// Evaluates a value that must be a number.
#[suspendable]
pub async fn number(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Number> {
    let found = match force_at(stk, m, value, pos).await {
        Ok(found) => found,
        Err(error) => return Err(error.traced(what, pos)),
    };
    match m.number(found) {
        Some(number) => Ok(number),
        None => Err(m.expected("a float", value, pos).traced(what, pos)),
    }
}

/// Evaluates a value that must be a Boolean.
#[suspendable]
pub async fn boolean(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<bool> {
    match force_at(stk, m, value, pos).await {
        Ok(Value::TRUE) => Ok(true),
        Ok(Value::FALSE) => Ok(false),
        Ok(_) => Err(m.expected("a Boolean", value, pos).traced(what, pos)),
        Err(error) => Err(error.traced(what, pos)),
    }
}

/// Evaluates a value that must be a function, or a set with `__functor`.
#[suspendable]
pub async fn function(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Value> {
    let found = match force_at(stk, m, value, pos).await {
        Ok(found) => found,
        Err(error) => return Err(error.traced(what, pos)),
    };
    let is_functor = found.tag() == Tag::Attrs
        && m.heap
            .find_attr(found.addr(), well_known::FUNCTOR)
            .is_some();
    if is_functor || m.is_function(found) {
        return Ok(found);
    }
    Err(m.expected("a function", value, pos).traced(what, pos))
}
