//! Builtins with regular expressions; the engine is `crate::regex`.

use super::super::{Stk, suspendable, typed};
use crate::error::{ErrorKind, EvalError, Result};
use crate::machine::Machine;
use crate::regex::{Group, LimitExceeded, PatternError, Regex};
use crate::source::Pos;
use crate::value::{Addr, Tag, Value};
use std::rc::Rc;

/// So many compiled patterns are remembered.
const MAX_PATTERNS: usize = 1000;

/// `match pattern s`
#[suspendable]
pub async fn match_regex(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.match";
    let pattern = typed::plain_string(stk, m, args[0], pos, what).await?;
    let regex = compiled(m, &pattern, pos)?;
    let what = "while evaluating the second argument passed to builtins.match";
    let string = typed::string(stk, m, args[1], pos, what).await?;
    let groups = regex
        .match_whole(m.bytes(string))
        .map_err(|limit| too_hard(limit, &pattern, pos))?;
    match groups {
        None => Ok(Value::NULL),
        Some(groups) => group_list(m, &groups, string.addr(), pos),
    }
}

/// `split pattern s`
#[suspendable]
pub async fn split(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.split";
    let pattern = typed::plain_string(stk, m, args[0], pos, what).await?;
    let regex = compiled(m, &pattern, pos)?;
    let what = "while evaluating the second argument passed to builtins.split";
    let string = typed::string(stk, m, args[1], pos, what).await?;
    let text = m.bytes(string).to_vec();
    let mut parts = Vec::new();
    let mut end = 0;
    for groups in regex.matches(&text) {
        m.tick()?;
        let groups = groups.map_err(|limit| too_hard(limit, &pattern, pos))?;
        let Some((start, next)) = groups[0] else {
            continue;
        };
        let before = m.string(&text[end..start]);
        let matched = group_list(m, &groups, string.addr(), pos)?;
        parts.extend([before, matched]);
        end = next;
    }
    if parts.is_empty() {
        // What is not split stays what it is, with its context.
        parts.push(string);
    } else {
        parts.push(m.string(&text[end..]));
    }
    m.check_memory(4 * parts.len(), pos)?;
    Ok(m.heap.list(&parts))
}

/// Makes the list of what the groups matched, without group 0.
fn group_list(m: &mut Machine, groups: &[Group], text: Addr, pos: Pos) -> Result<Value> {
    m.check_memory(16 * groups.len(), pos)?;
    let list = m.heap.alloc_list(groups.len() - 1);
    for (index, group) in groups[1..].iter().enumerate() {
        let value = match *group {
            None => Value::NULL,
            Some((start, end)) => {
                let bytes = m.heap.string_bytes(text)[start..end].to_vec();
                m.check_memory(bytes.len(), pos)?;
                m.string(&bytes)
            }
        };
        m.heap.set_element(list, index, value);
    }
    Ok(Value::object(Tag::List, list))
}

fn compiled(m: &mut Machine, pattern: &[u8], pos: Pos) -> Result<Rc<Regex>> {
    if let Some(regex) = m.builtin_caches.patterns.get(pattern) {
        return Ok(regex.clone());
    }
    let regex = (m.deferred.compile_pattern)(pattern).map_err(|error| {
        let what: &[u8] = match error {
            PatternError::Invalid => b"invalid regular expression '",
            PatternError::TooLarge => b"memory limit exceeded by regular expression '",
        };
        EvalError::other([what, pattern, b"'"].concat(), pos)
    })?;
    let regex = Rc::new(regex);
    if m.builtin_caches.patterns.len() >= MAX_PATTERNS {
        m.builtin_caches.patterns.clear();
    }
    m.builtin_caches
        .patterns
        .insert(pattern.into(), regex.clone());
    Ok(regex)
}

#[cold]
fn too_hard(_: LimitExceeded, pattern: &[u8], pos: Pos) -> Box<EvalError> {
    let message = [
        b"memory limit exceeded by regular expression '".as_slice(),
        pattern,
        b"'",
    ]
    .concat();
    EvalError::new(ErrorKind::Limit, message, pos)
}
