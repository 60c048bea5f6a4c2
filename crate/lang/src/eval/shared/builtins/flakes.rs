//! Builtins on flake references.

use super::super::force::force_at;
use super::super::{Stk, import, suspendable, typed};
use crate::error::{EvalError, Result};
use crate::fetching::input_error;
use crate::flake_reference::{parse, to_url};
use crate::input::{Attributes, InputValue};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::value::{Tag, Value};
use drvlab_store::url::Ignored;

/// `checkFlake file name`: fails for a flake's file that has not the form of one; `name` is what messages call it.
#[suspendable]
pub async fn check_flake(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let file = import::path_argument(stk, m, args[0], pos).await?;
    let name = typed::plain_string(stk, m, args[1], pos, "").await?;
    if !m.path_exists(&file, true) {
        return Err(m.nothing_at(&file, Pos::NONE));
    }
    let flake = import::import_file(stk, m, &file, Pos::NONE).await?;
    m.check_flake(&file, flake, &name)?;
    Ok(Value::NULL)
}

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
    parsed(m, &url, false)
}

/// `parseInputRef url`: the same for an input of a flake, which may be a relative path.
#[suspendable]
pub async fn parse_input_ref(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let url = typed::plain_string(stk, m, args[0], pos, "").await?;
    parsed(m, &url, true)
}

#[inline]
fn parsed(m: &mut Machine, url: &[u8], is_of_input: bool) -> Result<Value> {
    let mut ignored = Ignored::new();
    let parsed = parse(url, is_of_input, &mut ignored);
    m.warn_of_ignored(ignored)?;
    let parsed = parsed.map_err(|message| EvalError::other(message, Pos::NONE))?;
    let mut attributes = Vec::with_capacity(parsed.len());
    for (name, value) in parsed {
        let value = match value {
            InputValue::Text(text) => m.string(&text),
            InputValue::Int(number) => m.heap.int(number as i64),
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
    for (name, value, at) in m.heap.attributes(&m.ir, flat) {
        let value = force_at(stk, m, value, at).await?;
        let value = match (value, m.number(value)) {
            (Value::TRUE, _) => InputValue::Bool(true),
            (Value::FALSE, _) => InputValue::Bool(false),
            (_, Some(Number::Int(number))) => match u64::try_from(number) {
                Ok(number) => InputValue::Int(number),
                Err(_) => {
                    let (name, number) = (m.shown_name(name), number.to_string());
                    let message = [
                        b"negative value given for flake ref attr ".as_slice(),
                        &name,
                        b": ",
                        number.as_bytes(),
                    ];
                    return Err(EvalError::other(message.concat(), pos));
                }
            },
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
    let mut ignored = Ignored::new();
    let url = to_url(attributes, &mut ignored);
    m.warn_of_ignored(ignored)?;
    Ok(m.string(&url.map_err(input_error)?))
}
