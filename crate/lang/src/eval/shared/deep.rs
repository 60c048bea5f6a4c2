//! Complete evaluation of a value with all that it contains: `deepSeq`, `--strict`.

use super::force::{failed_element, force};
use super::{Stk, suspendable};
use crate::diagnostic::{FrameKind, Shown};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Addr, Tag, Value};
use rustc_hash::FxHashSet;

/// A list or set under evaluation.
struct Open {
    value: Value,
    /// The flat form of a set, the list itself.
    contents: Addr,
    next: usize,
}

/// Evaluates a value and everything in it. What a place holds is entered once, so values may contain themselves; a list or set is
/// entered again from another place, as in the reference, which shows where an error is. `is_place` tells that the value is what a
/// variable or the like holds, not a copy of it.
#[suspendable]
pub async fn force_deep(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    is_place: bool,
) -> Result<Value> {
    let said = m.messages.len();
    let result = force_all(stk, m, value, is_place).await;
    // Members of sets are evaluated in the order of symbols.
    if m.messages.len() > said + usize::from(result.is_ok()) {
        m.chosen_by_symbol();
    }
    result
}

#[suspendable]
async fn force_all(stk: &mut Stk, m: &mut Machine, value: Value, is_place: bool) -> Result<Value> {
    let depth = m.call_depth;
    let result = force_members(stk, m, value, is_place).await;
    m.call_depth = depth;
    result
}

/// Each list and set that is open counts as a call, and so does the member that is evaluated in it.
#[suspendable]
async fn force_members(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    is_place: bool,
) -> Result<Value> {
    m.enter_call(Pos::NONE)?;
    let root = force(stk, m, value).await?;
    let mut seen = FxHashSet::default();
    let mut open: Vec<Open> = Vec::new();
    if is_place {
        seen.insert(value);
    }
    enter(m, root, &mut open);
    while let Some(current) = open.last_mut() {
        let (contents, index) = (current.contents, current.next);
        let is_list = current.value.tag() == Tag::List;
        let len = if is_list {
            m.heap.list_len(contents)
        } else {
            m.heap.attrs_len(contents)
        };
        if index == len {
            open.pop();
            m.call_depth -= 1;
            continue;
        }
        current.next += 1;
        let member = if is_list {
            m.heap.element(contents, index)
        } else {
            m.heap.attr(contents, index).1
        };
        if let Err(error) = m.enter_call(Pos::NONE) {
            let error = error.or_at(m.function_pos(m.heap.look(member)));
            return Err(with_path(m, error, &open));
        }
        if seen.contains(&member) {
            m.call_depth -= 1;
            continue;
        }
        match force(stk, m, member).await {
            Ok(value) => {
                if enter(m, value, &mut open) {
                    seen.insert(member);
                }
            }
            Err(error) => {
                let error = failed_element(m, error, member);
                return Err(with_path(m, error, &open));
            }
        }
    }
    Ok(root)
}

/// Puts a list or set on the stack of those to go through, and tells whether it is one; anything else is done.
fn enter(m: &mut Machine, value: Value, open: &mut Vec<Open>) -> bool {
    if !matches!(value.tag(), Tag::List | Tag::Attrs) {
        m.call_depth -= 1;
        return false;
    }
    let contents = if value.tag() == Tag::Attrs {
        m.heap.flat(value.addr())
    } else {
        value.addr()
    };
    open.push(Open {
        value,
        contents,
        next: 0,
    });
    true
}

/// Adds the way from the root to the member whose evaluation failed, innermost first.
#[cold]
fn with_path(m: &Machine, mut error: Box<EvalError>, open: &[Open]) -> Box<EvalError> {
    for level in open.iter().rev() {
        let index = level.next - 1;
        error = if level.value.tag() == Tag::List {
            let message = format!("while evaluating list element at index {index}");
            error.framed(Shown::WhileShort, message, Pos::NONE, FrameKind::Element)
        } else {
            m.failed_at_attribute(level.contents, index);
            let (name, _) = m.heap.attr(level.contents, index);
            let message = [
                b"while evaluating the attribute '".as_slice(),
                &m.shown_name(name),
                b"'",
            ]
            .concat();
            error.traced(message, m.heap.attr_pos(&m.ir, level.contents, index))
        };
    }
    error
}
