//! Forcing: from a thunk to a value in weak head normal form.

use super::call::{NOT_A_FUNCTION, from_call_site};
use super::{Stk, suspendable};
use crate::diagnostic::{FrameKind, Shown};
use crate::error::{ErrorKind, EvalError, Result};
use crate::heap::thunk;
use crate::incremental::Doubt;
use crate::ir::ExprId;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Addr, Tag, Value};

/// Evaluates a value to weak head normal form.
#[suspendable]
#[inline]
pub async fn force(stk: &mut Stk, m: &mut Machine, value: Value) -> Result<Value> {
    if !value.is_thunk() {
        return Ok(value);
    }
    let value = m.heap.settled(value);
    if !value.is_thunk() {
        return Ok(value);
    }
    let value = stk.run(|stk| force_thunk(stk, m, value.addr())).await;
    m.outcome(value)
}

/// Evaluates a value that is needed at a place, which an error that is about this need then says.
#[suspendable]
#[inline]
pub async fn force_at(stk: &mut Stk, m: &mut Machine, value: Value, pos: Pos) -> Result<Value> {
    match force(stk, m, value).await {
        Ok(value) => Ok(value),
        Err(error) => Err(failed_at(m, error, value, pos)),
    }
}

/// Gives infinite recursion the place where the expression stands that needs the value: the innermost such place has one only if it
/// is a variable or a selection, and then it is the one that still finds the value under evaluation.
#[cold]
pub fn failed_at(m: &Machine, error: Box<EvalError>, value: Value, pos: Pos) -> Box<EvalError> {
    let value = m.heap.look(value);
    if !value.is_thunk() {
        return error;
    }
    let before = m.words_before(&error, value.addr());
    match before[0] {
        thunk::BLACKHOLE if error.kind == ErrorKind::InfiniteRecursion => error.or_at(pos),
        thunk::APPLY | thunk::APPLY_IN_TURN => {
            called_from(m, error, Value::from_bits(before[1]), pos)
        }
        _ => error,
    }
}

/// Says where the value of a delayed call of a function was needed when the call failed: none of its calls knew its place.
fn called_from(m: &Machine, error: Box<EvalError>, function: Value, pos: Pos) -> Box<EvalError> {
    let function = m.heap.look(function);
    if !pos.is_some() || function.is_thunk() {
        return error;
    }
    // What was to be called, perhaps with the next argument, is no function.
    if error.diagnostic.trace.is_empty() && error.diagnostic.message.starts_with(NOT_A_FUNCTION) {
        return error.or_at(pos);
    }
    let mut error = error;
    match error.diagnostic.trace.last_mut() {
        Some(frame) if !frame.pos.is_some() && frame.kind == FrameKind::Call => {
            frame.pos = pos;
            error
        }
        Some(frame) if frame.shown == Shown::InFull => from_call_site(error, Shown::InFull, pos),
        _ if m.lambda_of(function).is_some() => from_call_site(error, Shown::WhileShort, pos),
        _ => error,
    }
}

/// Gives the failed delayed call of an element that is evaluated for its own sake the place of the function as its call site, as
/// the reference does.
#[cold]
pub fn failed_element(m: &Machine, error: Box<EvalError>, value: Value) -> Box<EvalError> {
    let value = m.heap.look(value);
    if !value.is_thunk() {
        return error;
    }
    let call = value.addr();
    let before = m.words_before(&error, call);
    match before[0] {
        // The function of `mapAttrs` is evaluated, and so has a place, from its first call on.
        thunk::APPLY if m.first_call == call => return error,
        thunk::APPLY | thunk::APPLY_IN_TURN => {}
        _ => return error,
    }
    let function = Value::from_bits(before[1]);
    if function.is_thunk() && m.heap.is_kept(function.addr()) {
        m.doubt(Doubt::Values);
    }
    let function = m.heap.look(function);
    called_from(m, error, function, m.function_pos(function))
}

/// Evaluates a thunk that has not been evaluated yet, and keeps the result, which it returns in the shortest form.
#[suspendable]
#[inline(never)]
pub(crate) async fn force_thunk(stk: &mut Stk, m: &mut Machine, addr: Addr) -> Value {
    let (first, second) = (m.heap.word(addr, 0), m.heap.word(addr, 1));
    // What this value depends on is its own affair first, and then that of whoever needs it.
    let outside = m.take_taint();
    let value = if first < thunk::FIRST_MARKER {
        match m.quick(ExprId(first), Addr(second)) {
            Some(value) => value,
            None => {
                m.heap.set_word(addr, 0, thunk::BLACKHOLE);
                super::expr::eval_raw(stk, m, ExprId(first), Addr(second)).await
            }
        }
    } else if first == thunk::TAINTED {
        m.taint();
        return Value::from_bits(second);
    } else {
        // The reference does not mark a delayed call: it calls again, until the calls are too deep or meet an expression under evaluation.
        force_marked(stk, m, first, addr).await
    };
    if value == Value::FAILED {
        m.thunk_failed(addr, [first, second]);
        m.give_back_taint(outside);
        return value;
    }
    // The value of `break` can be a thunk; whoever asks again gets what it stands for.
    if m.is_tainted() || m.heap.is_kept(addr) {
        let is_tainted = m.is_tainted();
        m.heap
            .settle_for_now(addr, [first, second], value, is_tainted);
        m.give_back_taint(outside);
        return value;
    }
    m.heap.note_reference(addr, value);
    m.heap.set_word(addr, 0, thunk::DONE);
    m.heap.set_value(addr, 1, value);
    m.give_back_taint(outside);
    value
}

/// Evaluates a thunk that is no expression: a delayed call, or one that needs itself.
#[suspendable]
#[inline(never)]
pub(crate) async fn force_marked(stk: &mut Stk, m: &mut Machine, marker: u32, addr: Addr) -> Value {
    if marker == thunk::FAILED {
        return m.fail_again(addr);
    }
    if !matches!(marker, thunk::APPLY | thunk::APPLY_IN_TURN) {
        let message = "infinite recursion encountered";
        return m.fail(EvalError::new(
            ErrorKind::InfiniteRecursion,
            message,
            Pos::NONE,
        ));
    }
    descend!(m, force::force_marked(marker, addr));
    let is_first = m.heap.peek(m.heap.value(addr, 1)).is_thunk();
    let result = apply(stk, m, addr).await;
    m.levels -= 1;
    match result {
        Ok(value) => value,
        Err(error) => {
            m.first_call = if is_first { addr } else { Addr(0) };
            m.fail(error)
        }
    }
}

#[suspendable]
#[inline(always)]
async fn apply(stk: &mut Stk, m: &mut Machine, call: Addr) -> Result<Value> {
    let mut function = m.heap.peek(m.heap.value(call, 1));
    if function.is_thunk() {
        function = m.heap.settled(function);
    }
    let (arguments, count) = m.heap.delayed_arguments(call);
    if function.tag() == Tag::Lambda {
        let (id, outer) = m.heap.lambda_parts(function.addr());
        let lambda = m.ir.lambda(id);
        if lambda.parameters.len as usize == count {
            let frame = m.heap.frame(outer, lambda.frame_slots);
            for (slot, &argument) in (0..).zip(&arguments[..count]) {
                m.heap.set_slot(frame, slot, argument);
            }
            return super::call::enter(stk, m, id, frame, Pos::NONE).await;
        }
    }
    if let (0, Some(builtin)) = (count, function.as_builtin()) {
        let builtin = crate::builtin::Builtin::from_index(builtin);
        return super::call_builtin(stk, m, builtin, &[], Pos::NONE).await;
    }
    if count == 2 {
        // The first call is within the second, which waits for the function: it may go one call less deep.
        m.enter_call(Pos::NONE)?;
        let taken = super::call::call(stk, m, function, &arguments[..1], Pos::NONE).await;
        m.call_depth -= 1;
        return super::call::call(stk, m, taken?, &arguments[1..], Pos::NONE).await;
    }
    super::call::call(stk, m, function, &arguments[..count], Pos::NONE).await
}
