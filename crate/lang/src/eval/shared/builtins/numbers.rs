//! Builtins that calculate and compare.

use super::super::force::force;
use super::super::{Stk, equality, suspendable, typed};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::number::{Arithmetic, Number};
use crate::print::append_float;
use crate::source::Pos;
use crate::value::Value;
use bstr::ByteSlice as _;

/// `add a b`
#[suspendable]
pub async fn add(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    arithmetic(stk, m, Arithmetic::Add, args, pos).await
}

/// `sub a b`
#[suspendable]
pub async fn sub(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    arithmetic(stk, m, Arithmetic::Sub, args, pos).await
}

/// `mul a b`
#[suspendable]
pub async fn mul(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    arithmetic(stk, m, Arithmetic::Mul, args, pos).await
}

/// `div a b`
#[suspendable]
pub async fn div(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    arithmetic(stk, m, Arithmetic::Div, args, pos).await
}

#[suspendable]
async fn arithmetic(
    stk: &mut Stk,
    m: &mut Machine,
    op: Arithmetic,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let a = force(stk, m, args[0]).await?;
    let b = force(stk, m, args[1]).await?;
    let result = m.arithmetic(op, a, b, pos);
    result.or_else(|_| m.arithmetic(op, args[0], args[1], pos))
}

/// `lessThan a b`
#[suspendable]
pub async fn less_than(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let less = stk
        .run(|stk| equality::less_than(stk, m, args[0], args[1], ""))
        .await?;
    Ok(Value::bool(less))
}

/// `bitAnd a b`
#[suspendable]
pub async fn bit_and(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let a = typed::int(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to builtins.bitAnd",
    )
    .await?;
    let b = typed::int(
        stk,
        m,
        args[1],
        pos,
        "while evaluating the second argument passed to builtins.bitAnd",
    )
    .await?;
    Ok(m.heap.int(a & b))
}

/// `bitOr a b`
#[suspendable]
pub async fn bit_or(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let a = typed::int(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to builtins.bitOr",
    )
    .await?;
    let b = typed::int(
        stk,
        m,
        args[1],
        pos,
        "while evaluating the second argument passed to builtins.bitOr",
    )
    .await?;
    Ok(m.heap.int(a | b))
}

/// `bitXor a b`
#[suspendable]
pub async fn bit_xor(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let a = typed::int(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to builtins.bitXor",
    )
    .await?;
    let b = typed::int(
        stk,
        m,
        args[1],
        pos,
        "while evaluating the second argument passed to builtins.bitXor",
    )
    .await?;
    Ok(m.heap.int(a ^ b))
}

/// `ceil number`
#[suspendable]
pub async fn ceil(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.ceil";
    let number = typed::number(stk, m, args[0], pos, what).await?;
    rounded(m, number, number.as_float().ceil(), pos)
}

/// `floor number`
#[suspendable]
pub async fn floor(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.floor";
    let number = typed::number(stk, m, args[0], pos, what).await?;
    rounded(m, number, number.as_float().floor(), pos)
}

/// Makes an integer of a rounded number. The reference rounds integers as floats too, and refuses those that this changes.
fn rounded(m: &mut Machine, number: Number, rounded: f64, pos: Pos) -> Result<Value> {
    const BUG: &str = "Due to a bug (see https://github.com/NixOS/nix/issues/12899)";
    const FUTURE: &str = "\n\tFuture Nix versions might implement the correct behavior.";
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    if !(-TWO_TO_63..TWO_TO_63).contains(&rounded) {
        let message = match number {
            Number::Int(number) => {
                format!(
                    "{BUG} the NixInt argument {number} caused undefined behavior in previous Nix versions.{FUTURE}"
                )
            }
            Number::Float(number) => {
                let mut shown = Vec::new();
                append_float(number, &mut shown);
                format!(
                    "NixFloat argument {} is not in the range of NixInt",
                    shown.as_bstr()
                )
            }
        };
        return Err(EvalError::other(message, pos));
    }
    let result = rounded as i64;
    match number {
        Number::Int(number) if number != result => {
            let message = format!(
                "{BUG} a loss of precision occurred in previous Nix versions because the NixInt argument {number} was rounded to \
                 {result}.{FUTURE}"
            );
            Err(EvalError::other(message, pos))
        }
        _ => Ok(m.heap.int(result)),
    }
}
