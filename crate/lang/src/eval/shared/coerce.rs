//! Coercion to strings: interpolation, `+`, `toString`, derivation attributes.

use super::expr::operand;
use super::force::force_at;
use super::{Stk, suspendable};
use crate::coercion::Coercion;
use crate::context::{ContextId, GatheredContext};
use crate::error::{EvalError, Result};
use crate::ir::Slice;
use crate::machine::Machine;
use crate::number::Number;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Boxed, Tag, Value};
use smallvec::SmallVec;

/// Coerces a value to bytes and a context.
#[suspendable]
pub async fn coerce(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    how: Coercion,
    pos: Pos,
    what: &'static str,
) -> Result<(Vec<u8>, ContextId)> {
    let mut bytes = Vec::new();
    let mut context = GatheredContext::default();
    append(stk, m, value, how, pos, what, &mut bytes, &mut context).await?;
    Ok((bytes, m.contexts.unite(&context)))
}

/// Coerces a value and appends it; `what` says for the trace what for.
#[suspendable]
#[expect(clippy::too_many_arguments, reason = "one accumulator in two parts")]
pub async fn append(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    how: Coercion,
    pos: Pos,
    what: &'static str,
    bytes: &mut Vec<u8>,
    context: &mut GatheredContext,
) -> Result<()> {
    m.enter_call(pos)?;
    let place = value;
    let value = match force_at(stk, m, value, pos).await {
        Ok(value) => value,
        Err(error) => {
            m.call_depth -= 1;
            return Err(error);
        }
    };
    if value.tag() == Tag::String {
        bytes.extend_from_slice(m.heap.string_bytes(value.addr()));
        context.add(m.heap.string_context(value.addr()));
        m.call_depth -= 1;
        return Ok(());
    }
    let result = if value.tag() == Tag::List && !how.numbers {
        Err(not_coercible(m, place, pos, what))
    } else {
        stk.run(|stk| append_other(stk, m, value, how, pos, what, bytes, context))
            .await
    };
    m.call_depth -= 1;
    result
}

#[suspendable]
#[expect(clippy::too_many_arguments, reason = "one accumulator in two parts")]
pub(crate) async fn append_other(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    how: Coercion,
    pos: Pos,
    what: &'static str,
    bytes: &mut Vec<u8>,
    context: &mut GatheredContext,
) -> Result<()> {
    descend!(
        m,
        coerce::append_other(value, how, pos, what, bytes, context)
    );
    let result = append_other_here(stk, m, value, how, pos, what, bytes, context).await;
    m.levels -= 1;
    result
}

#[suspendable]
#[expect(clippy::too_many_arguments, reason = "one accumulator in two parts")]
async fn append_other_here(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    how: Coercion,
    pos: Pos,
    what: &'static str,
    bytes: &mut Vec<u8>,
    context: &mut GatheredContext,
) -> Result<()> {
    match value.tag() {
        Tag::Attrs => {
            if let Some(function) = m.heap.get_attr(value.addr(), well_known::TO_STRING) {
                let text = super::call::call(stk, m, function, &[value], pos).await?;
                let what = "while evaluating the result of the `__toString` attribute";
                return append(stk, m, text, how, pos, what, bytes, context).await;
            }
            if let Some(path) = m.heap.get_attr(value.addr(), well_known::OUT_PATH) {
                return append(stk, m, path, how, pos, what, bytes, context).await;
            }
        }
        Tag::Boxed if m.heap.boxed_kind(value.addr()) == Boxed::Path => {
            if how.copy_paths {
                let path = m.heap.path_bytes(value.addr()).to_vec();
                let copied = (m.deferred.copy_to_store)(m, &path, pos)?;
                context.add(m.context(copied));
                bytes.extend_from_slice(m.heap.string_bytes(copied.addr()));
            } else {
                bytes.extend_from_slice(m.heap.path_text(value.addr()));
            }
            return Ok(());
        }
        _ if !how.numbers => {}
        Tag::Constant if value == Value::TRUE => {
            bytes.push(b'1');
            return Ok(());
        }
        Tag::Constant if value == Value::FALSE || value == Value::NULL => return Ok(()),
        Tag::List => {
            let list = value.addr();
            let len = m.heap.list_len(list);
            for index in 0..len {
                let element = m.heap.element(list, index);
                let in_list = "while evaluating one element of the list";
                if let Err(error) = append(stk, m, element, how, pos, in_list, bytes, context).await
                {
                    return Err(if what.is_empty() {
                        error
                    } else {
                        error.traced(what, pos)
                    });
                }
                let element = m.heap.look(element);
                m.check_memory(bytes.len(), pos)?;
                // The reference's quirk: no space after an empty list.
                let is_empty_list =
                    element.tag() == Tag::List && m.heap.list_len(element.addr()) == 0;
                if index + 1 < len && !is_empty_list {
                    bytes.push(b' ');
                }
            }
            return Ok(());
        }
        _ => match m.number(value) {
            Some(Number::Int(value)) => {
                crate::number::push_decimal(bytes, value);
                return Ok(());
            }
            Some(Number::Float(value)) => {
                // What is no number comes of arithmetic, where the reference's machine makes a negative one.
                let text = if value.is_nan() {
                    "-nan".to_owned()
                } else {
                    format!("{value:.6}")
                };
                bytes.extend_from_slice(text.as_bytes());
                return Ok(());
            }
            None => {}
        },
    }
    Err(not_coercible(m, value, pos, what))
}

#[cold]
fn not_coercible(m: &mut Machine, value: Value, pos: Pos, what: &'static str) -> Box<EvalError> {
    let description = m.describe(m.heap.look(value));
    let printed = m.print_short(value);
    let message = [
        b"cannot coerce ",
        description.as_bytes(),
        b" to a string: ",
        &printed,
    ]
    .concat();
    let error = EvalError::other(message, Pos::NONE);
    if what.is_empty() {
        error
    } else {
        error.traced(what, pos)
    }
}

/// `"…${e}…"`
#[suspendable]
pub async fn interpolation(
    stk: &mut Stk,
    m: &mut Machine,
    parts: Slice,
    frame: Addr,
) -> Result<Value> {
    let mut strings: SmallVec<[Value; 8]> = SmallVec::new();
    let mut context = GatheredContext::default();
    for index in parts.range() {
        let part = m.ir.lists[index];
        let value = operand(stk, m, part, frame).await?;
        let string = if value.tag() == Tag::String {
            value
        } else {
            interpolated(stk, m, value, m.ir.text_start(part)).await?
        };
        context.add(m.heap.string_context(string.addr()));
        strings.push(string);
    }
    let len = m.heap.strings_len(&strings);
    m.check_memory(len, Pos::NONE)?;
    let context = m.contexts.unite(&context);
    Ok(m.heap.concat_strings(&strings, len, context))
}

/// Makes a string of an interpolated value that is none.
#[suspendable]
#[inline(never)]
async fn interpolated(stk: &mut Stk, m: &mut Machine, value: Value, pos: Pos) -> Result<Value> {
    let how = Coercion {
        numbers: false,
        copy_paths: true,
    };
    let what = "while evaluating a path segment";
    let mut bytes = m.take_buffer();
    let mut context = GatheredContext::default();
    append(stk, m, value, how, pos, what, &mut bytes, &mut context).await?;
    let context = m.contexts.unite(&context);
    m.finish_string(bytes, context, Pos::NONE)
}

/// `./a/${e}/b`
#[suspendable]
pub async fn path_interpolation(
    stk: &mut Stk,
    m: &mut Machine,
    parts: Slice,
    frame: Addr,
) -> Result<Value> {
    let mut bytes = Vec::new();
    let mut context = GatheredContext::default();
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    // The place of the whole: its first part is the literal's beginning.
    let start = m.ir.text_start(m.ir.lists[parts.range().start]);
    for index in parts.range() {
        let part = m.ir.lists[index];
        let pos = m.ir.text_start(part);
        let value = operand(stk, m, part, frame).await?;
        append(
            stk,
            m,
            value,
            how,
            pos,
            "while evaluating a path segment",
            &mut bytes,
            &mut context,
        )
        .await?;
    }
    let context = m.contexts.unite(&context);
    m.path_of_appended(bytes, context, start)
}
