//! Values as JSON: `builtins.toJSON`, structured attributes, `--json`.

use super::force::{failed_at, force};
use super::{Stk, suspendable};
use crate::coercion::Coercion;
use crate::error::{EvalError, Result};
use crate::json_text::{JsonText, append_float};
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};

/// Appends a value, evaluated completely, as compact JSON with sorted names. Paths are copied to the store if `copy_paths`.
#[suspendable]
pub async fn append(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    copy_paths: bool,
    pos: Pos,
    text: &mut JsonText,
) -> Result<()> {
    descend!(m, json::append(value, copy_paths, pos, text));
    let result = match m.enter_call(pos) {
        Ok(()) => {
            let result = append_here(stk, m, value, copy_paths, pos, text).await;
            m.call_depth -= 1;
            result
        }
        Err(error) => Err(error),
    };
    m.levels -= 1;
    result
}

#[suspendable]
async fn append_here(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    copy_paths: bool,
    pos: Pos,
    text: &mut JsonText,
) -> Result<()> {
    m.check_memory(text.bytes.len(), pos)?;
    if text.lazy && m.is_delayed(value) {
        return Err(cannot_convert(m, value, pos));
    }
    let value = match force(stk, m, value).await {
        Ok(value) => value,
        Err(error) => return Err(failed_at(m, error, value, pos)),
    };
    match value.tag() {
        Tag::Constant if value == Value::NULL => text.bytes.extend_from_slice(b"null"),
        Tag::Constant if value == Value::TRUE => text.bytes.extend_from_slice(b"true"),
        Tag::Constant if value == Value::FALSE => text.bytes.extend_from_slice(b"false"),
        Tag::String => {
            text.context.add(m.context(value));
            text.append_string(m.bytes(value));
        }
        Tag::List => {
            text.bytes.push(b'[');
            for index in 0..m.heap.list_len(value.addr()) {
                if index > 0 {
                    text.bytes.push(b',');
                }
                let element = m.heap.element(value.addr(), index);
                let result = stk
                    .run(|stk| append(stk, m, element, copy_paths, pos, text))
                    .await;
                result.map_err(|error| {
                    error.traced(
                        format!("while evaluating list element at index {index}"),
                        pos,
                    )
                })?;
            }
            text.bytes.push(b']');
        }
        Tag::Attrs => return append_attrs(stk, m, value, copy_paths, pos, text).await,
        Tag::Boxed if m.is_path(value) => {
            if copy_paths {
                let path = m.heap.path_bytes(value.addr()).to_vec();
                let copied = (m.deferred.copy_to_store)(m, &path, pos)?;
                text.context.add(m.context(copied));
                text.append_string(m.bytes(copied));
            } else {
                let path = m.heap.path_bytes(value.addr());
                text.append_string(path);
            }
        }
        _ => match m.number(value) {
            Some(Number::Int(number)) => {
                text.bytes.extend_from_slice(number.to_string().as_bytes())
            }
            Some(Number::Float(number)) => append_float(number, &mut text.bytes),
            None => return Err(cannot_convert(m, value, pos)),
        },
    }
    Ok(())
}

/// Makes the error for a value that JSON has no text for. Functions have a place, and so delayed calls have that of what they call.
#[cold]
fn cannot_convert(m: &Machine, value: Value, pos: Pos) -> Box<EvalError> {
    let value = m.heap.look(value);
    let function = match value.tag() {
        Tag::Thunk if m.heap.is_delayed_call(value.addr()) => m.heap.value(value.addr(), 1),
        _ => value,
    };
    let place = m.function_pos(m.heap.look(function));
    EvalError::other(
        format!("cannot convert {} to JSON", m.describe(value)),
        if place.is_some() { place } else { pos },
    )
}

#[suspendable]
async fn append_attrs(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    copy_paths: bool,
    pos: Pos,
    text: &mut JsonText,
) -> Result<()> {
    let stands_for = |m: &Machine, name| {
        if text.plain_sets {
            None
        } else {
            m.heap.get_attr(value.addr(), name)
        }
    };
    let (function, path) = (
        stands_for(m, well_known::TO_STRING),
        stands_for(m, well_known::OUT_PATH),
    );
    if let Some(function) = function {
        let string = super::call::call(stk, m, function, &[value], pos).await?;
        let how = Coercion {
            numbers: false,
            copy_paths: false,
        };
        let what = "while evaluating the result of the `__toString` attribute";
        let (bytes, context) = super::coerce::coerce(stk, m, string, how, pos, what).await?;
        text.context.add(context);
        text.append_string(&bytes);
        return Ok(());
    }
    if let Some(path) = path {
        let pos = m
            .heap
            .named_attr_pos(&m.ir, value.addr(), well_known::OUT_PATH);
        return stk
            .run(|stk| append(stk, m, path, copy_paths, pos, text))
            .await;
    }
    text.bytes.push(b'{');
    let flat = m.heap.flat(value.addr());
    for (index, (name, member)) in m
        .heap
        .attributes_by_name(&m.symbols, flat)
        .into_iter()
        .enumerate()
    {
        if index > 0 {
            text.bytes.push(b',');
        }
        text.append_string(m.symbols.name(name));
        text.bytes.push(b':');
        let attr_pos = m.heap.named_attr_pos(&m.ir, flat, name);
        if let Err(error) = stk
            .run(|stk| append(stk, m, member, copy_paths, attr_pos, text))
            .await
        {
            let what = [
                b"while evaluating attribute '".as_slice(),
                &m.shown_name(name),
                b"'",
            ]
            .concat();
            return Err(error.traced(what, attr_pos));
        }
    }
    text.bytes.push(b'}');
    Ok(())
}
