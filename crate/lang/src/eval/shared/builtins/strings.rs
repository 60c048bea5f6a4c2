//! Builtins on strings.

use super::super::coerce::{self, coerce};
use super::super::force::force;
use super::super::{Stk, suspendable, typed};
use crate::coercion::Coercion;
use crate::context::{ContextId, GatheredContext};
use crate::error::{EvalError, Result};
use crate::files::parent;
use crate::machine::Machine;
use crate::number::{LONGEST_DECIMAL, decimal};
use crate::source::Pos;
use crate::value::{Tag, Value};

/// Strings and sets that stand for one.
const STRINGS: Coercion = Coercion {
    numbers: false,
    copy_paths: false,
};

/// `stringLength s`
#[suspendable]
pub async fn string_length(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.stringLength";
    let how = Coercion {
        numbers: false,
        copy_paths: true,
    };
    let (bytes, _) = coerce(stk, m, args[0], how, pos, what).await?;
    Ok(m.heap.int(bytes.len() as i64))
}

/// `substring start length s`
#[suspendable]
pub async fn substring(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what =
        "while evaluating the first argument (the start offset) passed to builtins.substring";
    let start = typed::int(stk, m, args[0], pos, what).await?;
    let Ok(start) = usize::try_from(start) else {
        return Err(EvalError::other(
            "negative start position in 'substring'",
            pos,
        ));
    };
    let what =
        "while evaluating the second argument (the substring length) passed to builtins.substring";
    let length = typed::int(stk, m, args[1], pos, what).await?;
    if length == 0 {
        // The reference does not coerce in this case, and keeps the context of a string.
        let string = force(stk, m, args[2]).await?;
        if string.tag() == Tag::String {
            let context = m.context(string);
            return Ok(m.heap.string(b"", context));
        }
    }
    let what = "while evaluating the third argument (the string) passed to builtins.substring";
    if m.heap.look(args[2]).tag() == Tag::String {
        // Only the part is copied: programs go through long texts in small steps.
        let string = force(stk, m, args[2]).await?;
        let part = part_of(m.bytes(string), start, length);
        m.check_memory(part.len(), pos)?;
        let (part, context) = (part.to_vec(), m.context(string));
        return Ok(m.heap.string(&part, context));
    }
    let how = Coercion {
        copy_paths: true,
        ..STRINGS
    };
    let (bytes, context) = coerce(stk, m, args[2], how, pos, what).await?;
    let part = part_of(&bytes, start, length);
    m.check_memory(part.len(), pos)?;
    Ok(m.heap.string(part, context))
}

/// Returns the part of a text from `start` on, at most `length` bytes; all of them if that is negative.
fn part_of(bytes: &[u8], start: usize, length: i64) -> &[u8] {
    let rest = &bytes[start.min(bytes.len())..];
    let length = usize::try_from(length).map_or(rest.len(), |length| length.min(rest.len()));
    &rest[..length]
}

/// `concatStringsSep separator list`
#[suspendable]
pub async fn concat_strings_sep(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep";
    let separator = typed::string(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument (the list of strings to concat) passed to builtins.concatStringsSep";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let mut bytes = m.take_buffer();
    let mut context = GatheredContext::default();
    context.add(m.context(separator));
    let how = Coercion {
        numbers: false,
        copy_paths: true,
    };
    for index in 0..m.heap.list_len(list) {
        if index > 0 {
            bytes.extend_from_slice(m.heap.string_bytes(separator.addr()));
        }
        let element = m.heap.element(list, index);
        let what = "while evaluating one element of the list of strings to concat passed to builtins.concatStringsSep";
        coerce::append(stk, m, element, how, pos, what, &mut bytes, &mut context).await?;
        m.check_memory(bytes.len(), pos)?;
    }
    let context = m.contexts.unite(&context);
    m.finish_string(bytes, context, pos)
}

/// `replaceStrings from to s`
#[suspendable]
pub async fn replace_strings(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.replaceStrings";
    let from_list = typed::list(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.replaceStrings";
    let to_list = typed::list(stk, m, args[1], pos, what).await?;
    let count = m.heap.list_len(from_list);
    if count != m.heap.list_len(to_list) {
        let message =
            "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths";
        return Err(EvalError::other(message, pos));
    }
    let mut from = Vec::with_capacity(count);
    for index in 0..count {
        let element = m.heap.element(from_list, index);
        let what =
            "while evaluating one of the strings to replace passed to builtins.replaceStrings";
        let string = typed::string(stk, m, element, pos, what).await?;
        from.push(m.bytes(string).to_vec());
    }
    let what = "while evaluating the third argument passed to builtins.replaceStrings";
    let string = typed::string(stk, m, args[2], pos, what).await?;
    let mut context = m.context(string);
    let text = m.bytes(string).to_vec();
    // The patterns that can match at a byte, in their order; the empty pattern matches everywhere.
    let mut by_first_byte: Vec<Vec<usize>> = vec![Vec::new(); 256];
    let first_empty = from.iter().position(Vec::is_empty);
    for (index, pattern) in from.iter().enumerate() {
        match pattern.first() {
            Some(&first) if first_empty.is_none_or(|empty| index < empty) => {
                by_first_byte[usize::from(first)].push(index)
            }
            _ => {}
        }
    }
    let mut replacements: Vec<Option<Value>> = vec![None; count];
    let mut result = Vec::with_capacity(text.len());
    let mut at = 0;
    while at <= text.len() {
        m.tick()?;
        let candidates: &[usize] = text
            .get(at)
            .map_or(&[], |&byte| &by_first_byte[usize::from(byte)]);
        let found = candidates
            .iter()
            .copied()
            .find(|&index| text[at..].starts_with(&from[index]))
            .or(first_empty);
        let Some(found) = found else {
            // Everything up to the next byte that a pattern starts with.
            let rest = text.get(at + 1..).unwrap_or_default();
            let plain = rest
                .iter()
                .position(|&byte| !by_first_byte[usize::from(byte)].is_empty());
            let next = at + 1 + plain.unwrap_or(rest.len());
            result.extend_from_slice(text.get(at..next).unwrap_or_default());
            at = next;
            continue;
        };
        let replacement = match replacements[found] {
            Some(known) => known,
            None => {
                let element = m.heap.element(to_list, found);
                let what = "while evaluating one of the replacement strings passed to builtins.replaceStrings";
                let value = typed::string(stk, m, element, pos, what).await?;
                context = m.contexts.union(context, m.context(value));
                replacements[found] = Some(value);
                value
            }
        };
        result.extend_from_slice(m.heap.string_bytes(replacement.addr()));
        m.check_memory(result.len(), pos)?;
        if from[found].is_empty() {
            result.extend(text.get(at));
            at += 1;
        } else {
            at += from[found].len();
        }
    }
    Ok(m.heap.string(&result, context))
}

/// `toString e`
#[suspendable]
pub async fn to_string(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    // Coercing counts as a call in the reference, and so evaluating what is coerced is nested in one more.
    m.enter_call(pos)?;
    let value = force(stk, m, args[0]).await;
    m.call_depth -= 1;
    let value = value?;
    if value.tag() == Tag::String {
        return Ok(value);
    }
    if let Some(number) = m.integer(value).filter(|_| m.may_call()) {
        return Ok(m.string(decimal(number, &mut [0; LONGEST_DECIMAL])));
    }
    let what = "while evaluating the first argument passed to builtins.toString";
    let how = Coercion {
        numbers: true,
        copy_paths: false,
    };
    let mut bytes = m.take_buffer();
    let mut context = GatheredContext::default();
    coerce::append(stk, m, value, how, pos, what, &mut bytes, &mut context).await?;
    let context = m.contexts.unite(&context);
    m.finish_string(bytes, context, pos)
}

/// `toPath s`: a string still, but one that is an absolute path without superfluous parts.
#[suspendable]
pub async fn to_path(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.toPath";
    let (path, context) = super::super::import::path_value(stk, m, args[0], pos, what).await?;
    Ok(m.heap.string(crate::internal::path_text(&path), context))
}

/// `baseNameOf s`
#[suspendable]
pub async fn base_name_of(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.baseNameOf";
    let (bytes, context) = coerce(stk, m, args[0], STRINGS, pos, what).await?;
    // One slash at the end does not count.
    let path = bytes.strip_suffix(b"/").unwrap_or(&bytes);
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    Ok(m.heap.string(name, context))
}

/// `dirOf s`: a path of a path, a string of a string.
#[suspendable]
pub async fn dir_of(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let value = force(stk, m, args[0]).await?;
    if m.is_path(value) {
        let path = m.heap.path_bytes(value.addr()).to_vec();
        let directory = parent(crate::internal::path_text(&path));
        return Ok(if crate::internal::is_own(&path) {
            m.heap.path(&crate::internal::own_path(directory))
        } else {
            m.heap.path(directory)
        });
    }
    let what = "while evaluating the first argument passed to 'builtins.dirOf'";
    let (bytes, context): (Vec<u8>, ContextId) = coerce(stk, m, value, STRINGS, pos, what).await?;
    let directory = match bytes.iter().rposition(|&byte| byte == b'/') {
        None => b".".as_slice(),
        Some(0) => b"/",
        Some(slash) => &bytes[..slash],
    };
    Ok(m.heap.string(directory, context))
}
