//! Builtins on lists. Sorting is in [`super::sort`], `genericClosure` in [`super::closure`].

use super::super::call::call;
use super::super::force::force;
use super::super::{Stk, equality, suspendable, typed};
use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Tag, Value};

/// Bytes of a thunk that applies a function to one argument.
const APPLICATION: usize = 24;

/// `head list`
#[suspendable]
pub async fn head(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let list = typed::list(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to 'builtins.head'",
    )
    .await?;
    if m.heap.list_len(list) == 0 {
        return Err(EvalError::other(
            "'builtins.head' called on an empty list",
            pos,
        ));
    }
    let first = m.heap.element(list, 0);
    force(stk, m, first).await
}

/// `tail list`
#[suspendable]
pub async fn tail(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let list = typed::list(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to 'builtins.tail'",
    )
    .await?;
    let len = m.heap.list_len(list);
    if len == 0 {
        return Err(EvalError::other(
            "'builtins.tail' called on an empty list",
            pos,
        ));
    }
    m.check_memory(4 * len, pos)?;
    let rest = m.heap.alloc_list(len - 1);
    m.heap.copy(list, 3, rest, 2, len - 1);
    Ok(Value::object(Tag::List, rest))
}

/// `elem x list`
#[suspendable]
pub async fn elem(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let list = typed::list(
        stk,
        m,
        args[1],
        pos,
        "while evaluating the second argument passed to builtins.elem",
    )
    .await?;
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        let same = match m.evaluated_equality(args[0], element) {
            Some(same) => same,
            None => equality::same_or_equal(stk, m, args[0], element).await?,
        };
        if same {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

/// `elemAt list index`
#[suspendable]
pub async fn elem_at(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the second argument passed to 'builtins.elemAt'";
    let index = typed::int(stk, m, args[1], pos, what).await?;
    let what = "while evaluating the first argument passed to 'builtins.elemAt'";
    let list = typed::list(stk, m, args[0], pos, what).await?;
    let len = m.heap.list_len(list);
    match usize::try_from(index) {
        Ok(index) if index < len => {
            let element = m.heap.element(list, index);
            force(stk, m, element).await
        }
        _ => Err(EvalError::other(
            format!("'builtins.elemAt' called with index {index} on a list of size {len}"),
            pos,
        )),
    }
}

/// `length list`
#[suspendable]
pub async fn length(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let list = typed::list(
        stk,
        m,
        args[0],
        pos,
        "while evaluating the first argument passed to builtins.length",
    )
    .await?;
    let len = m.heap.list_len(list);
    Ok(m.heap.int(len as i64))
}

/// `filter f list`
#[suspendable]
pub async fn filter(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the second argument passed to builtins.filter";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let len = m.heap.list_len(list);
    if len == 0 {
        return Ok(Value::object(Tag::List, list));
    }
    let what = "while evaluating the first argument passed to builtins.filter";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let mut kept = Vec::new();
    for index in 0..len {
        let element = m.heap.element(list, index);
        let result = call(stk, m, function, &[element], pos).await?;
        let what =
            "while evaluating the return value of the filtering function passed to builtins.filter";
        if typed::boolean(stk, m, result, pos, what).await? {
            kept.push(element);
        }
    }
    if kept.len() == len {
        return Ok(Value::object(Tag::List, list));
    }
    m.check_memory(4 * kept.len(), pos)?;
    Ok(m.heap.list(&kept))
}

/// `map f list`
#[suspendable]
pub async fn map(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let list = typed::list(
        stk,
        m,
        args[1],
        pos,
        "while evaluating the second argument passed to builtins.map",
    )
    .await?;
    let len = m.heap.list_len(list);
    if len == 0 {
        return Ok(Value::object(Tag::List, list));
    }
    let what = "while evaluating the first argument passed to builtins.map";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    m.check_memory((4 + APPLICATION) * len, pos)?;
    let result = m.heap.alloc_list(len);
    for index in 0..len {
        let element = m.heap.element(list, index);
        let value = m.heap.delay_call(function, [element]);
        m.heap.set_element(result, index, value);
    }
    Ok(Value::object(Tag::List, result))
}

/// After so many elements a fold gives back what it does not need any more.
const STEP: usize = 16;

/// `foldl' f start list`
#[suspendable]
pub async fn foldl(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.foldlStrict";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the third argument passed to builtins.foldlStrict";
    let list = typed::list(stk, m, args[2], pos, what).await?;
    let mut accumulator = args[1];
    let len = m.heap.list_len(list);
    let mut start = Addr(m.heap.top());
    for first in (0..len).step_by(STEP) {
        let outside = m.heap.begin_call(start);
        let mut result = Ok(accumulator);
        for index in first..len.min(first + STEP) {
            let element = m.heap.element(list, index);
            result = call(stk, m, function, &[accumulator, element], pos).await;
            let Ok(value) = result else { break };
            accumulator = value;
        }
        let value = if result.is_ok() {
            accumulator
        } else {
            Value::FAILED
        };
        accumulator = m.heap.end_step(outside, value, &mut start);
        result?;
    }
    force(stk, m, accumulator).await
}

/// `concatLists lists`
#[suspendable]
pub async fn concat_lists(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.concatLists";
    let lists = typed::list(stk, m, args[0], pos, what).await?;
    let mut values = Vec::new();
    for index in 0..m.heap.list_len(lists) {
        let element = m.heap.element(lists, index);
        let what = "while evaluating a value of the list passed to builtins.concatLists";
        let list = typed::list(stk, m, element, pos, what).await?;
        values.push(Value::object(Tag::List, list));
    }
    m.concat_lists(&values, pos)
}

/// `concatMap f list`
#[suspendable]
pub async fn concat_map(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.concatMap";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.concatMap";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let mut values = Vec::new();
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        let result = call(stk, m, function, &[element], pos).await?;
        if result.tag() != Tag::List {
            let what =
                "while evaluating the return value of the function passed to builtins.concatMap";
            // A set and a function have places of their own, or none.
            let has_place = result.tag() == Tag::Attrs || m.lambda_of(result).is_some();
            let at = m.function_pos(if has_place { result } else { function });
            return Err(m.expected("a list", result, Pos::NONE).traced(what, at));
        }
        values.push(result);
    }
    m.concat_lists(&values, pos)
}

/// `genList f length`
#[suspendable]
pub async fn gen_list(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the second argument passed to builtins.genList";
    let wanted = typed::int(stk, m, args[1], pos, what).await?;
    let Ok(len) = usize::try_from(wanted) else {
        return Err(EvalError::other(
            format!("cannot create list of size {wanted}"),
            pos,
        ));
    };
    let what = "while evaluating the first argument passed to builtins.genList";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    m.check_memory(len.saturating_mul(4 + APPLICATION), pos)?;
    let result = m.heap.alloc_list(len);
    for index in 0..len {
        let number = m.heap.int(index as i64);
        let value = m.heap.delay_call(function, [number]);
        m.heap.set_element(result, index, value);
    }
    Ok(Value::object(Tag::List, result))
}

/// `partition f list`
#[suspendable]
pub async fn partition(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.partition";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.partition";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        force(stk, m, element).await?;
        let result = call(stk, m, function, &[element], pos).await?;
        let what = "while evaluating the return value of the partition function passed to builtins.partition";
        if typed::boolean(stk, m, result, pos, what).await? {
            right.push(element);
        } else {
            wrong.push(element);
        }
    }
    m.check_memory(4 * (right.len() + wrong.len()), pos)?;
    let (right, wrong) = (m.heap.list(&right), m.heap.list(&wrong));
    Ok(m.heap.attrs_from(vec![
        (well_known::RIGHT, right, Pos::NONE),
        (well_known::WRONG, wrong, Pos::NONE),
    ]))
}

/// `all f list`
#[suspendable]
pub async fn all(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.all";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.all";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let what = "while evaluating the return value of the function passed to builtins.all";
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        let result = call(stk, m, function, &[element], pos).await?;
        if !typed::boolean(stk, m, result, pos, what).await? {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}

/// `any f list`
#[suspendable]
pub async fn any(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.any";
    let function = typed::function(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.any";
    let list = typed::list(stk, m, args[1], pos, what).await?;
    let what = "while evaluating the return value of the function passed to builtins.any";
    for index in 0..m.heap.list_len(list) {
        let element = m.heap.element(list, index);
        let result = call(stk, m, function, &[element], pos).await?;
        if typed::boolean(stk, m, result, pos, what).await? {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}
