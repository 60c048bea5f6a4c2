//! Builtins on flake references.

use super::super::force::force;
use super::super::{Stk, suspendable, typed};
use crate::error::{EvalError, Result};
use crate::fetching::InputValue;
use crate::flake_reference::{Attributes, parse, to_url};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::value::{Tag, Value};

/// `parseFlakeRef url`
#[suspendable]
pub async fn parse_flake_ref(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.parseFlakeRef";
    let url = typed::plain_string(stk, m, args[0], pos, what).await?;
    let parsed = parse(&url).map_err(|message| EvalError::other(message, pos))?;
    let mut attributes = Vec::with_capacity(parsed.len());
    for (name, value) in parsed {
        let value = match value {
            InputValue::Text(text) => m.string(&text),
            InputValue::Int(number) => m.heap.int(number),
            InputValue::Bool(value) => Value::bool(value),
        };
        attributes.push((m.symbols.intern(&name), value, Pos::NONE));
    }
    Ok(m.heap.attrs_from(attributes))
}

/// `flakeRefToString attributes`
#[suspendable]
pub async fn flake_ref_to_string(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.flakeRefToString";
    let set = typed::attrs(stk, m, args[0], pos, what).await?;
    let flat = m.heap.flat(set);
    let mut attributes = Attributes::new();
    for (name, value, _) in m.heap.attributes(&m.ir, flat) {
        let value = force(stk, m, value).await?;
        let value = match (value, m.number(value)) {
            (Value::TRUE, _) => InputValue::Bool(true),
            (Value::FALSE, _) => InputValue::Bool(false),
            (_, Some(Number::Int(number))) => InputValue::Int(number),
            _ if value.tag() == Tag::String => InputValue::Text(m.bytes(value).to_vec()),
            _ => {
                let found = m.describe(value);
                let message = [
                    b"flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '".as_slice(),
                    &m.shown_name(name),
                    b"' is ",
                    found.as_bytes(),
                ];
                return Err(EvalError::other(message.concat(), pos));
            }
        };
        attributes.insert(m.symbols.name(name).to_vec(), value);
    }
    let url = to_url(&attributes).map_err(|message| EvalError::other(message, pos))?;
    Ok(m.string(&url))
}
