//! Builtins that ask for the type of a value.

use super::super::force::force;
use super::super::{Stk, suspendable};
use crate::error::Result;
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::value::{Tag, Value};

/// `typeOf e`
#[suspendable]
pub async fn type_of(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    let name = m.type_name(value);
    Ok(m.string(name.as_bytes()))
}

/// `isNull e`
#[suspendable]
pub async fn is_null(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(value == Value::NULL))
}

/// `isFunction e`; sets with `__functor` are none.
#[suspendable]
pub async fn is_function(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(m.is_function(value)))
}

/// `isInt e`
#[suspendable]
pub async fn is_int(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(matches!(m.number(value), Some(Number::Int(_)))))
}

/// `isFloat e`
#[suspendable]
pub async fn is_float(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(matches!(
        m.number(value),
        Some(Number::Float(_))
    )))
}

/// `isBool e`
#[suspendable]
pub async fn is_bool(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(value == Value::TRUE || value == Value::FALSE))
}

/// `isString e`
#[suspendable]
pub async fn is_string(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(value.tag() == Tag::String))
}

/// `isAttrs e`
#[suspendable]
pub async fn is_attrs(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(value.tag() == Tag::Attrs))
}

/// `isList e`
#[suspendable]
pub async fn is_list(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(value.tag() == Tag::List))
}

/// `isPath e`
#[suspendable]
pub async fn is_path(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    Ok(Value::bool(m.is_path(value)))
}
