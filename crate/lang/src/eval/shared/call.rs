//! Calls of functions.

use super::expr::operand;
use super::force::force_at;
use super::{Stk, suspendable};
use crate::builtin::Builtin;
use crate::constant_call::CallKey;
use crate::diagnostic::{FrameKind, Shown};
use crate::error::{ErrorKind, EvalError, Result};
use crate::ir::{Expr, ExprId, Formal, LambdaId, Pattern, Slice};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Boxed, Tag, Value};
use smallvec::SmallVec;

/// No builtin takes more.
const MOST_ARGUMENTS: usize = 3;

/// Evaluates a call expression.
#[suspendable]
#[inline(always)]
pub async fn eval_call(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    function: ExprId,
    arguments: Slice,
    frame: Addr,
) -> Result<Value> {
    let function = operand(stk, m, function, frame).await?;
    if function.tag() == Tag::Lambda {
        let (id, outer) = m.heap.lambda_parts(function.addr());
        let lambda = m.ir.lambda(id);
        if lambda.parameters.len == arguments.len {
            // The common case: the arguments go straight into the function's frame.
            let inner = m.heap.frame(outer, lambda.frame_slots);
            for index in 0..arguments.len {
                let argument = m.ir.lists[(arguments.start + index) as usize];
                let value = m.delay(argument, frame);
                m.heap.set_slot(inner, index, value);
            }
            return enter(stk, m, id, inner, m.ir.pos(expr)).await;
        }
    } else if let Some(index) = function.as_builtin() {
        let builtin = Builtin::from_index(index);
        if builtin.arity() == arguments.len as usize {
            if builtin.may_be_quick()
                && let Some(value) = m.quick_builtin(builtin, arguments, frame)
            {
                return Ok(value);
            }
            return eval_builtin_call(stk, m, expr, builtin, arguments, frame).await;
        }
    }
    eval_other_call(stk, m, expr, function, arguments, frame).await
}

/// Evaluates the call of anything but a lambda or builtin that gets all its arguments.
#[suspendable]
#[inline(never)]
async fn eval_other_call(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    function: Value,
    arguments: Slice,
    frame: Addr,
) -> Result<Value> {
    let constant = m.constant_call(expr, function, arguments);
    if let Some(kept) = constant.as_ref().and_then(|key| m.kept_call(key)) {
        return Ok(kept);
    }
    let mut values: SmallVec<[Value; 6]> = SmallVec::new();
    for index in arguments.range() {
        let value = m.delay(m.ir.lists[index], frame);
        values.push(value);
    }
    // This takes more of the native stack than a level of recursion has.
    m.levels += 1;
    let result = match constant {
        Some(key) => call_constant(stk, m, key, function, &values, m.ir.pos(expr)).await,
        None => call(stk, m, function, &values, m.ir.pos(expr)).await,
    };
    m.levels -= 1;
    result
}

/// Calls a function and remembers what it returns.
#[suspendable]
#[inline(never)]
async fn call_constant(
    stk: &mut Stk,
    m: &mut Machine,
    key: CallKey,
    function: Value,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    let outside = m.take_taint();
    let result = call(stk, m, function, arguments, pos).await;
    if let (Ok(value), false) = (&result, m.is_tainted()) {
        m.remember_call(key, *value);
    }
    m.give_back_taint(outside);
    result
}

/// Evaluates the call of a builtin that gets all its arguments.
#[suspendable]
#[inline(never)]
async fn eval_builtin_call(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    builtin: Builtin,
    arguments: Slice,
    frame: Addr,
) -> Result<Value> {
    let pos = m.ir.pos(expr);
    m.enter_call(pos)?;
    let mut values = [Value::UNSET; MOST_ARGUMENTS];
    let values = &mut values[..arguments.len as usize];
    for (index, value) in values.iter_mut().enumerate() {
        let argument = m.ir.lists[arguments.start as usize + index];
        let is_variable = matches!(m.ir.expr(argument), Expr::Local { .. } | Expr::Outer { .. });
        if is_variable || builtin.evaluates_first() != Some(index) {
            *value = m.delay(argument, frame);
            continue;
        }
        // No thunk for what the builtin would evaluate at once.
        *value = match operand(stk, m, argument, frame).await {
            // The value of `break`, which the builtin is to find as it is.
            Ok(value) if value.is_thunk() => {
                let again = Value::builtin(Builtin::Break.index());
                m.heap.delay_call(again, [value])
            }
            Ok(value) => value,
            Err(error) => {
                m.call_depth -= 1;
                return Err(while_calling_builtin(builtin, error, pos));
            }
        };
    }
    run_builtin(stk, m, builtin, values, pos).await
}

/// Calls a function with values. Fewer arguments than it takes give a partial application, more are applied to the result.
#[suspendable]
pub async fn call(
    stk: &mut Stk,
    m: &mut Machine,
    function: Value,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    let function = force_at(stk, m, function, pos).await?;
    // The common cases: exactly the arguments that the function takes.
    if function.tag() == Tag::Lambda {
        let (id, outer) = m.heap.lambda_parts(function.addr());
        let lambda = m.ir.lambda(id);
        if lambda.parameters.len as usize == arguments.len() {
            let inner = m.heap.frame(outer, lambda.frame_slots);
            for (index, &argument) in arguments.iter().enumerate() {
                m.heap.set_slot(inner, index as u32, argument);
            }
            return enter(stk, m, id, inner, pos).await;
        }
    } else if let Some(index) = function.as_builtin() {
        let builtin = Builtin::from_index(index);
        if builtin.arity() == arguments.len() {
            return call_builtin(stk, m, builtin, arguments, pos).await;
        }
    } else if function.tag() == Tag::Boxed
        && let Some((id, frame)) = completed(m, function.addr(), arguments)
    {
        return enter(stk, m, id, frame, pos).await;
    }
    call_in_steps(stk, m, function, arguments, pos).await
}

/// Makes the frame of a lambda that has got its first arguments already and now gets exactly the others.
#[inline(never)]
fn completed(m: &mut Machine, partial: Addr, arguments: &[Value]) -> Option<(LambdaId, Addr)> {
    if m.heap.boxed_kind(partial) != Boxed::Partial {
        return None;
    }
    let function = m.heap.partial_function(partial);
    if function.tag() != Tag::Lambda {
        return None;
    }
    let (id, outer) = m.heap.lambda_parts(function.addr());
    let lambda = m.ir.lambda(id);
    let given = m.heap.partial_len(partial);
    if lambda.parameters.len as usize != given + arguments.len() {
        return None;
    }
    let frame = m.heap.frame(outer, lambda.frame_slots);
    for index in 0..given {
        let argument = m.heap.partial_argument(partial, index);
        m.heap.set_slot(frame, index as u32, argument);
    }
    for (index, &argument) in arguments.iter().enumerate() {
        m.heap.set_slot(frame, (given + index) as u32, argument);
    }
    Some((id, frame))
}

#[suspendable]
#[inline(never)]
async fn call_in_steps(
    stk: &mut Stk,
    m: &mut Machine,
    function: Value,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    let mut function = function;
    let mut arguments: SmallVec<[Value; 6]> = SmallVec::from_slice(arguments);
    while !arguments.is_empty() {
        match function.tag() {
            Tag::Lambda => {
                let (id, outer) = m.heap.lambda_parts(function.addr());
                let lambda = *m.ir.lambda(id);
                let takes = lambda.parameters.len as usize;
                if arguments.len() < takes {
                    return Ok(m.heap.partial(function, &arguments));
                }
                let inner = m.heap.frame(outer, lambda.frame_slots);
                for (index, argument) in arguments.drain(..takes).enumerate() {
                    m.heap.set_slot(inner, index as u32, argument);
                }
                function = enter(stk, m, id, inner, pos).await?;
            }
            Tag::Constant if function.as_builtin().is_some() => {
                let builtin = Builtin::from_index(function.as_builtin().unwrap_or_default());
                let takes = builtin.arity();
                if arguments.len() < takes {
                    return Ok(m.heap.partial(function, &arguments));
                }
                let now: SmallVec<[Value; 4]> = arguments.drain(..takes).collect();
                function = call_builtin(stk, m, builtin, &now, pos).await?;
            }
            Tag::Boxed if m.heap.boxed_kind(function.addr()) == Boxed::Partial => {
                let earlier = m.heap.partial_arguments(function.addr());
                arguments.insert_many(0, earlier);
                function = m.heap.partial_function(function.addr());
            }
            Tag::Attrs => {
                let Some(functor) = m.heap.get_attr(function.addr(), well_known::FUNCTOR) else {
                    return Err(not_a_function(m, function, pos));
                };
                let at = m
                    .heap
                    .named_attr_pos(&m.ir, function.addr(), well_known::FUNCTOR);
                let now = [function, arguments.remove(0)];
                function = match stk.run(|stk| call_functor(stk, m, functor, &now, at)).await {
                    Ok(value) => value,
                    Err(error) => {
                        return Err(error.framed(
                            Shown::WhileShort,
                            CALLING_FUNCTOR,
                            pos,
                            FrameKind::Call,
                        ));
                    }
                };
            }
            _ => return Err(not_a_function(m, function, pos)),
        }
    }
    Ok(function)
}

/// Calls a set's `__functor` with the set and an argument. Functors can have functors, so this counts as a level of recursion.
#[suspendable]
pub(crate) async fn call_functor(
    stk: &mut Stk,
    m: &mut Machine,
    functor: Value,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    descend!(m, call::call_functor(functor, arguments, pos));
    let result = match m.enter_call(pos) {
        Ok(()) => {
            let result = stk.run(|stk| call(stk, m, functor, arguments, pos)).await;
            m.call_depth -= 1;
            result
        }
        Err(error) => Err(error),
    };
    m.levels -= 1;
    result
}

/// The line of a trace for a set that is called.
const CALLING_FUNCTOR: &str =
    "while calling a functor (an attribute set with a '__functor' attribute)";

/// What the message for a value that cannot be called begins with.
pub(crate) const NOT_A_FUNCTION: &[u8] = b"attempt to call something which is not a function but ";

fn not_a_function(m: &mut Machine, value: Value, pos: Pos) -> Box<EvalError> {
    let description = m.describe(value);
    let printed = m.print_short(value);
    let message = [NOT_A_FUNCTION, description.as_bytes(), b": ", &printed];
    EvalError::other(message.concat(), pos)
}

/// Builtins use more of the native stack than one level of recursion may; the largest, `genericClosure`, some 2 kB.
const LEVELS_OF_BUILTIN: u32 = 4;

/// Calls a builtin with exactly its arguments.
///
/// Builtins get no position: in the reference only the line of the trace that names the builtin has one.
#[suspendable]
async fn call_builtin(
    stk: &mut Stk,
    m: &mut Machine,
    builtin: Builtin,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    m.enter_call(pos)?;
    run_builtin(stk, m, builtin, arguments, pos).await
}

/// Calls a builtin when the call has been counted.
#[suspendable]
#[inline(always)]
async fn run_builtin(
    stk: &mut Stk,
    m: &mut Machine,
    builtin: Builtin,
    arguments: &[Value],
    pos: Pos,
) -> Result<Value> {
    m.levels += LEVELS_OF_BUILTIN;
    let result = super::call_builtin(stk, m, builtin, arguments, Pos::NONE).await;
    m.levels -= LEVELS_OF_BUILTIN;
    m.call_depth -= 1;
    match result {
        Ok(value) => Ok(value),
        Err(error) => {
            if builtin.goes_by_symbol() {
                m.chosen_by_symbol();
            }
            Err(while_calling_builtin(builtin, error, pos))
        }
    }
}

/// Adds the call of a builtin to a trace, except for those two that are not there for their own sake.
#[cold]
pub(crate) fn while_calling_builtin(
    builtin: Builtin,
    error: Box<EvalError>,
    pos: Pos,
) -> Box<EvalError> {
    if matches!(builtin, Builtin::AddErrorContext | Builtin::Break) {
        return error;
    }
    let what = format!("while calling the '{}' builtin", builtin.name());
    error.framed(Shown::WhileShort, what, pos, FrameKind::Call)
}

/// The line of a trace for the place of a call. The reference prints it without a place, too, when a builtin has called a function
/// with arguments that its pattern does not allow.
const CALL_SITE: &str = "from call site";

/// Adds the place of a call to a trace.
#[cold]
pub(crate) fn from_call_site(error: Box<EvalError>, shown: Shown, pos: Pos) -> Box<EvalError> {
    error.framed(shown, CALL_SITE, pos, FrameKind::Call)
}

/// Evaluates a function's body in a frame that holds the arguments.
#[suspendable]
#[inline(always)]
pub(crate) async fn enter(
    stk: &mut Stk,
    m: &mut Machine,
    id: LambdaId,
    frame: Addr,
    pos: Pos,
) -> Result<Value> {
    let value = enter_raw(stk, m, id, frame, pos).await;
    m.outcome(value)
}

/// [`enter`] with its result in the shortest form.
#[suspendable]
#[inline(never)]
async fn enter_raw(stk: &mut Stk, m: &mut Machine, id: LambdaId, frame: Addr, pos: Pos) -> Value {
    if let Err(error) = m.enter_call(pos) {
        return m.fail(error);
    }
    let outside = m.heap.begin_call(frame);
    let lambda = m.ir.lambda(id);
    let body = lambda.body;
    if lambda.has_pattern {
        let bound = stk.run(|stk| bind_pattern(stk, m, id, frame, pos)).await;
        if let Err(error) = bound {
            m.heap.end_call(outside, Value::FAILED);
            m.call_depth -= 1;
            return m.fail(error);
        }
    }
    let value = match m.quick(body, frame) {
        Some(value) => value,
        None => {
            stk.run(|stk| super::expr::eval_raw(stk, m, body, frame))
                .await
        }
    };
    let value = m.heap.end_call(outside, value);
    m.call_depth -= 1;
    if value == Value::FAILED {
        return failed_call(m, id, pos);
    }
    value
}

#[cold]
#[inline(never)]
fn failed_call(m: &mut Machine, id: LambdaId, pos: Pos) -> Value {
    match m.outcome(Value::FAILED) {
        Ok(value) => value,
        Err(error) => {
            let error = while_calling(m, id, error, pos);
            m.fail(error)
        }
    }
}

#[cold]
fn while_calling(m: &Machine, id: LambdaId, error: Box<EvalError>, called: Pos) -> Box<EvalError> {
    let lambda = m.ir.lambda(id);
    let defined = m.ir.parameters[lambda.parameters.range().end - 1].pos;
    let message = match lambda.name {
        Some(name) => [b"while calling '", m.symbols.name(name), b"'"].concat(),
        None => b"while calling anonymous lambda".to_vec(),
    };
    let error = error.framed(Shown::InFull, message, defined, FrameKind::Step);
    if called.is_some() {
        from_call_site(error, Shown::InFull, called)
    } else {
        error
    }
}

/// Takes the last argument apart into the slots of the pattern's names.
#[suspendable]
#[inline(never)]
async fn bind_pattern(
    stk: &mut Stk,
    m: &mut Machine,
    id: LambdaId,
    frame: Addr,
    called: Pos,
) -> Result<()> {
    let parameters = m.ir.lambda(id).parameters;
    let last = m.ir.parameters[parameters.range().end - 1];
    let Some(pattern) = last.pattern else {
        return Ok(());
    };
    let slot = parameters.len - 1;
    let argument = m.heap.slot(frame, slot);
    let what = "while evaluating the value passed for the lambda argument";
    let argument = match force_at(stk, m, argument, last.pos).await {
        Ok(argument) if argument.tag() == Tag::Attrs => Ok(argument),
        Ok(_) => Err(m
            .expected("a set", argument, Pos::NONE)
            .traced(what, last.pos)),
        Err(error) => Err(error),
    };
    let argument = match argument {
        Ok(argument) => argument,
        Err(error) if called.is_some() => {
            return Err(from_call_site(error, Shown::WhileShort, called));
        }
        Err(error) => return Err(error),
    };
    m.heap.set_slot(frame, slot, argument);
    let set = argument.addr();
    let mut found = 0;
    let mut cursor = m.heap.cursor(set);
    for index in 0..pattern.formals.len {
        let formal = m.ir.formals[(pattern.formals.start + index) as usize];
        let value = match m.heap.get_next_attr(&mut cursor, formal.name) {
            Some(value) => {
                found += 1;
                value
            }
            None if formal.default.is_some() => m.delay(formal.default, frame),
            None => {
                let missing = |formal: &&Formal| {
                    !formal.default.is_some() && m.heap.find_attr(set, formal.name).is_none()
                };
                let formals = &m.ir.formals[pattern.formals.range()];
                if formals.iter().filter(missing).nth(1).is_some() {
                    m.chosen_by_symbol();
                }
                let error = missing_argument(m, id, formal.name);
                return Err(from_call_site(error, Shown::WhileShort, called));
            }
        };
        m.heap.set_slot(frame, parameters.len + index, value);
    }
    if !pattern.ellipsis {
        let flat = m.heap.flat(set);
        if m.heap.attrs_len(flat) != found {
            let error = unexpected_argument(m, id, pattern, flat);
            return Err(from_call_site(error, Shown::WhileShort, called));
        }
    }
    Ok(())
}

fn function_name(m: &Machine, id: LambdaId) -> Vec<u8> {
    match m.ir.lambda(id).name {
        Some(name) => m.symbols.name(name).to_vec(),
        None => b"anonymous lambda".to_vec(),
    }
}

fn pattern_pos(m: &Machine, id: LambdaId) -> Pos {
    let parameters = m.ir.lambda(id).parameters;
    m.ir.parameters[parameters.range().end - 1].pos
}

#[cold]
fn missing_argument(m: &Machine, id: LambdaId, name: Symbol) -> Box<EvalError> {
    let function = function_name(m, id);
    let message = [
        b"function '".as_slice(),
        &function,
        b"' called without required argument '",
        m.symbols.name(name),
        b"'",
    ];
    EvalError::other(message.concat(), pattern_pos(m, id))
}

/// Makes the error for the first attribute, in the order of symbols, that the pattern does not name.
#[cold]
fn unexpected_argument(m: &Machine, id: LambdaId, pattern: Pattern, flat: Addr) -> Box<EvalError> {
    let formals = &m.ir.formals[pattern.formals.range()];
    let mut unexpected = (0..m.heap.attrs_len(flat))
        .map(|index| m.heap.attr(flat, index).0)
        .filter(|name| {
            formals
                .binary_search_by_key(name, |formal| formal.name)
                .is_err()
        });
    let name = unexpected.next().unwrap_or(well_known::EMPTY);
    if unexpected.next().is_some() {
        m.chosen_by_symbol();
    }
    let allowed: Vec<Vec<u8>> = formals
        .iter()
        .map(|formal| m.symbols.name(formal.name).to_vec())
        .collect();
    let function = function_name(m, id);
    let message = [
        b"function '".as_slice(),
        &function,
        b"' called with unexpected argument '",
        &m.shown_name(name),
        b"'",
    ];
    let error = EvalError::other(message.concat(), pattern_pos(m, id));
    m.with_suggestions(error, m.symbols.name(name), &allowed)
}

/// Calls a function as the command line does: a function of a pattern gets the arguments it names, all of which must be given or have defaults.
/// `place` is where the function itself is, as far as that is known before it is evaluated.
///
/// # Errors
/// What evaluation says, or a missing argument.
#[suspendable]
pub async fn auto_call(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    arguments: Addr,
    place: Pos,
) -> Result<Value> {
    let function = force_at(stk, m, value, place).await?;
    if function.tag() == Tag::Attrs {
        if let Some(functor) = m.heap.get_attr(function.addr(), well_known::FUNCTOR) {
            let result = call(stk, m, functor, &[function], place).await?;
            let place = m.function_pos(result);
            return stk
                .run(|stk| auto_call(stk, m, result, arguments, place))
                .await;
        }
        return Ok(function);
    }
    // Of curried lambdas, some may have got their arguments.
    let Some((id, received)) = m.lambda_of(function) else {
        return Ok(function);
    };
    let next = m.ir.lambda(id).parameters.range().nth(received);
    let Some(pattern) = next.and_then(|next| m.ir.parameters[next].pattern) else {
        return Ok(function);
    };
    let mut passed = Vec::new();
    if pattern.ellipsis {
        passed = m.heap.attributes(&m.ir, arguments);
    } else {
        for index in pattern.formals.range() {
            let formal = m.ir.formals[index];
            match m.heap.get_attr(arguments, formal.name) {
                Some(value) => passed.push((formal.name, value, Pos::NONE)),
                None if formal.default.is_some() => {}
                None => {
                    let message = [
                        b"cannot evaluate a function that has an argument without a value ('".as_slice(),
                        m.symbols.name(formal.name),
                        b"')\nNix attempted to evaluate a function as a top level expression; in\nthis case it must have its arguments supplied either by default\nvalues, or passed explicitly with '--arg' or '--argstr'. See\nhttps://nix.dev/manual/nix/stable/language/syntax.html#functions.",
                    ];
                    return Err(EvalError::new(
                        ErrorKind::Other,
                        message.concat(),
                        formal.pos,
                    ));
                }
            }
        }
    }
    let arguments = m.heap.attrs_from(passed);
    call(stk, m, function, &[arguments], place).await
}
