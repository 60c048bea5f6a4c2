//! Evaluation of expressions.

use super::force::{failed_at, force};
use super::{Stk, suspendable};
use crate::error::{ErrorKind, EvalError, Result};
use crate::ir::{AttrSetId, BinaryOp, BindingKind, Expr, ExprId, Slice};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};

/// Evaluates an expression to weak head normal form.
#[suspendable]
#[inline(always)]
pub async fn eval(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    let value = eval_raw(stk, m, expr, frame).await;
    m.outcome(value)
}

/// [`eval`] with its result in the shortest form: the evaluator's main function is called for every step that is not [`Machine::quick`].
#[suspendable]
#[inline(never)]
pub(crate) async fn eval_raw(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Value {
    descend!(m, expr::eval_raw(expr, frame));
    let result = eval_here(stk, m, expr, frame).await;
    m.levels -= 1;
    match result {
        Ok(value) => value,
        Err(error) => {
            let error = m.near(error, m.ir.pos(expr));
            m.fail(error)
        }
    }
}

/// Evaluates a part of an expression, without a level of recursion where that takes no step.
#[suspendable]
#[inline]
pub async fn operand(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    match m.quick(expr, frame) {
        Some(value) => Ok(value),
        None => stk.run(|stk| eval(stk, m, expr, frame)).await,
    }
}

/// Evaluates an expression. Here is what is common; everything else is in functions of its own, which keeps this one's frame small.
#[suspendable]
#[inline(always)]
async fn eval_here(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    let mut expr = expr;
    // `let`, `if`, `with` and `assert` go on with their body here instead of one level deeper.
    loop {
        match m.ir.expr(expr) {
            Expr::Local { slot, .. } => return variable(stk, m, expr, frame, slot).await,
            Expr::Outer { depth, slot, .. } => {
                let frame = m.outer_frame(frame, u32::from(depth));
                return variable(stk, m, expr, frame, slot).await;
            }
            Expr::Call {
                function,
                start,
                len,
            } => {
                let arguments = Slice { start, len };
                return super::call::eval_call(stk, m, expr, function, arguments, frame).await;
            }
            Expr::If {
                condition: test,
                then,
                otherwise,
            } => {
                let what = "while evaluating a branch condition";
                let test = condition(stk, m, test, frame, what, Place::Of(expr)).await?;
                expr = if test { then } else { otherwise };
            }
            Expr::Binary {
                op,
                left,
                right,
                pos,
            } => {
                if op == BinaryOp::Add {
                    return super::operators::add(stk, m, left, right, pos, frame).await;
                }
                return super::operators::binary(stk, m, op, left, right, pos, frame).await;
            }
            Expr::Select {
                base,
                path,
                default,
            } => {
                return super::select::select(stk, m, expr, base, path, default, frame).await;
            }
            Expr::Let { set, body } => {
                bind_recursive(m, set, frame);
                expr = body;
            }
            Expr::With { scope, body, slot } => {
                let scope = m.delay(scope, frame);
                m.heap.set_slot(frame, slot, scope);
                expr = body;
            }
            Expr::Assert {
                condition: test,
                body,
            } => {
                assertion(stk, m, expr, test, frame).await?;
                expr = body;
            }
            Expr::Attrs(set) => return attrs(stk, m, set, frame).await,
            Expr::List(elements) => return Ok(list(m, elements, frame)),
            _ => return eval_other(stk, m, expr, frame).await,
        }
    }
}

/// Evaluates a variable in a frame.
#[suspendable]
#[inline(always)]
async fn variable(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    frame: Addr,
    slot: u32,
) -> Result<Value> {
    let value = m.heap.slot(frame, slot);
    if !value.is_thunk() {
        return Ok(value);
    }
    match force(stk, m, value).await {
        Ok(forced) => {
            if m.may_stand_in(frame, value, forced) {
                m.heap.set_slot(frame, slot, forced);
            }
            Ok(forced)
        }
        Err(error) => Err(failed_at(m, error, value, m.ir.pos(expr))),
    }
}

#[inline(never)]
fn list(m: &mut Machine, elements: Slice, frame: Addr) -> Value {
    let list = m.heap.alloc_list(elements.len as usize);
    for index in 0..elements.len as usize {
        let element = m.ir.lists[elements.start as usize + index];
        let value = m.delay(element, frame);
        m.heap.set_element(list, index, value);
    }
    Value::object(Tag::List, list)
}

#[suspendable]
#[inline(never)]
async fn assertion(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    test: ExprId,
    frame: Addr,
) -> Result<()> {
    let what = "in the condition of the assert statement";
    if condition(stk, m, test, frame, what, Place::Of(expr)).await? {
        return Ok(());
    }
    match super::assertion::failed(stk, m, expr, test, frame).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Evaluates an expression of the less common kinds.
#[suspendable]
#[inline(never)]
async fn eval_other(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    match m.ir.expr(expr) {
        Expr::Int(value) => Ok(m.heap.int(value)),
        Expr::Float(value) => Ok(m.heap.float(value)),
        Expr::Str(text) => Ok(m.text_value(text)),
        Expr::Path(text) => Ok(m.heap.path(m.ir.text(text))),
        Expr::Lambda(lambda) => Ok(m.heap.lambda(lambda, frame)),
        Expr::Global { index, .. } => {
            let thunk = m.globals[index as usize];
            let value = force(stk, m, thunk).await?;
            if m.may_stand_in(Addr(0), thunk, value) {
                m.globals[index as usize] = value;
            }
            Ok(value)
        }
        Expr::Not(inner) => {
            let what = "in the argument of the not operator";
            let value = condition(stk, m, inner, frame, what, Place::Reported(inner)).await?;
            Ok(Value::bool(!value))
        }
        Expr::Negate(inner) => super::operators::negate(stk, m, expr, inner, frame).await,
        Expr::HasAttr { base, path } => super::select::has_attr(stk, m, base, path, frame).await,
        Expr::Interpolation(parts) => super::coerce::interpolation(stk, m, parts, frame).await,
        Expr::PathInterpolation(parts) => {
            super::coerce::path_interpolation(stk, m, parts, frame).await
        }
        Expr::WithVar {
            name, start, len, ..
        } => {
            let len = u32::from(len);
            // This takes more of the native stack than a level of recursion has.
            m.levels += 1;
            let result = with_variable(stk, m, expr, name, Slice { start, len }, frame).await;
            m.levels -= 1;
            result
        }
        Expr::CurPos => {
            let pos = m.ir.pos(expr);
            Ok(m.position_value(pos))
        }
        Expr::Var(name) => {
            let message = [
                b"undefined variable '".as_slice(),
                &m.shown_name(name),
                b"'",
            ]
            .concat();
            Err(EvalError::other(message, m.ir.pos(expr)))
        }
        _ => Err(EvalError::other(
            "an expression that is evaluated elsewhere",
            m.ir.pos(expr),
        )),
    }
}

/// Evaluates an expression that must be a Boolean; `what` says for the trace where it stands.
#[suspendable]
#[inline]
pub(crate) async fn condition(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    frame: Addr,
    what: &'static str,
    place: Place,
) -> Result<bool> {
    match operand(stk, m, expr, frame).await {
        Ok(Value::TRUE) => Ok(true),
        Ok(Value::FALSE) => Ok(false),
        other => Err(no_condition(m, other, what, place)),
    }
}

/// Where an error is that nearly always does not happen: the place is looked up when it does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// There.
    At(Pos),
    /// Where an expression is.
    Of(ExprId),
    /// See [`crate::ir::Ir::reported_pos`].
    Reported(ExprId),
}

#[cold]
fn no_condition(
    m: &mut Machine,
    result: Result<Value>,
    what: &'static str,
    place: Place,
) -> Box<EvalError> {
    let pos = match place {
        Place::At(pos) => pos,
        Place::Of(expr) => m.ir.pos(expr),
        Place::Reported(expr) => m.ir.reported_pos(expr),
    };
    let error = match result {
        Ok(value) => m.expected("a Boolean", value, pos),
        Err(error) => error,
    };
    error.traced(what, pos)
}

/// Puts the bindings of a `let` or `rec { }` into their slots.
#[inline(never)]
fn bind_recursive(m: &mut Machine, set: AttrSetId, frame: Addr) {
    let set = *m.ir.attr_set(set);
    m.heap
        .unset_stale_slots(frame, set.first_slot, set.bindings.len);
    bind_sources(m, set.sources, set.first_source_slot, frame);
    let bindings = &m.ir.bindings[set.bindings.range()];
    // `__overrides` replaces what is in the slots: then no binding but an inherited one may take over the value of another now.
    let may_change = bindings
        .binary_search_by_key(&well_known::OVERRIDES, |binding| binding.name)
        .is_ok();
    for index in 0..set.bindings.len {
        let binding = m.ir.bindings[(set.bindings.start + index) as usize];
        let value = if may_change && binding.kind != BindingKind::Inherited {
            m.heap.delay(binding.value, frame)
        } else {
            m.delay(binding.value, frame)
        };
        m.heap.set_slot(frame, set.first_slot + index, value);
    }
}

/// Delays the sources of `inherit (source) …`.
fn bind_sources(m: &mut Machine, sources: Slice, first_slot: u32, frame: Addr) {
    for index in 0..sources.len {
        let source = m.ir.lists[(sources.start + index) as usize];
        let value = m.heap.delay(source, frame);
        m.heap.set_slot(frame, first_slot + index, value);
    }
}

#[suspendable]
#[inline(never)]
async fn attrs(stk: &mut Stk, m: &mut Machine, id: AttrSetId, frame: Addr) -> Result<Value> {
    let set = *m.ir.attr_set(id);
    let mut result = m.heap.alloc_attrs(set.bindings.len as usize, Some(id));
    if set.recursive {
        bind_recursive(m, id, frame);
        for index in 0..set.bindings.len {
            let name = m.ir.bindings[(set.bindings.start + index) as usize].name;
            let value = m.heap.slot(frame, set.first_slot + index);
            m.heap.set_attr(result, index as usize, name, value);
        }
    } else {
        bind_sources(m, set.sources, set.first_source_slot, frame);
        for index in 0..set.bindings.len {
            let binding = m.ir.bindings[(set.bindings.start + index) as usize];
            let value = match binding.kind {
                BindingKind::InheritedFrom(_) => m.heap.delay(binding.value, frame),
                BindingKind::Plain | BindingKind::Inherited => m.delay(binding.value, frame),
            };
            m.heap.set_attr(result, index as usize, binding.name, value);
        }
    }
    if set.recursive && m.heap.find_attr(result, well_known::OVERRIDES).is_some() {
        result = with_overrides(stk, m, id, result, frame).await?;
    }
    if set.dynamic.len > 0 {
        result = with_dynamic(stk, m, set.dynamic, result, frame).await?;
    }
    Ok(Value::object(Tag::Attrs, result))
}

/// Replaces attributes of a recursive set by those of its `__overrides`, also where the set's own expressions use them.
#[suspendable]
#[inline(never)]
async fn with_overrides(
    stk: &mut Stk,
    m: &mut Machine,
    id: AttrSetId,
    result: Addr,
    frame: Addr,
) -> Result<Addr> {
    let set = *m.ir.attr_set(id);
    let delayed = m
        .heap
        .get_attr(result, well_known::OVERRIDES)
        .unwrap_or(Value::NULL);
    let overrides = force(stk, m, delayed).await?;
    if overrides.tag() != Tag::Attrs {
        let error = m.expected("a set", delayed, Pos::NONE);
        return Err(error.traced("while evaluating the `__overrides` attribute", Pos::NONE));
    }
    let flat = m.heap.flat(overrides.addr());
    let bindings = &m.ir.bindings[set.bindings.range()];
    for index in 0..m.heap.attrs_len(flat) {
        let (name, value) = m.heap.attr(flat, index);
        if let Ok(at) = bindings.binary_search_by_key(&name, |binding| binding.name) {
            m.heap.set_slot(frame, set.first_slot + at as u32, value);
        }
    }
    Ok(m.heap.update(result, flat))
}

#[suspendable]
#[inline(never)]
async fn with_dynamic(
    stk: &mut Stk,
    m: &mut Machine,
    dynamic: Slice,
    result: Addr,
    frame: Addr,
) -> Result<Addr> {
    let mut attributes = m.heap.attributes(&m.ir, result);
    for index in dynamic.range() {
        let binding = m.ir.dynamic_bindings[index];
        let name = operand(stk, m, binding.name, frame).await?;
        if name == Value::NULL {
            continue;
        }
        m.tick()?;
        let what = "while evaluating the name of a dynamic attribute";
        let name = m.name_symbol(name, binding.pos, what)?;
        if let Some(&(.., pos)) = attributes.iter().find(|&&(other, ..)| other == name) {
            let at = m.describe_position(pos);
            let message = [
                b"dynamic attribute '".as_slice(),
                &m.shown_name(name),
                b"' already defined at ",
                at.as_slice(),
            ]
            .concat();
            return Err(EvalError::other(message, binding.pos));
        }
        if let Expr::Lambda(lambda) = m.ir.expr(binding.value) {
            m.name_lambda(lambda, name);
        }
        let value = m.delay(binding.value, frame);
        attributes.push((name, value, binding.pos));
    }
    Ok(m.heap.attrs_from(attributes).addr())
}

#[suspendable]
#[inline(never)]
async fn with_variable(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    name: Symbol,
    scopes: Slice,
    frame: Addr,
) -> Result<Value> {
    for index in scopes.range() {
        let scope = m.ir.with_scopes[index];
        let holder = m.outer_frame(frame, scope.depth);
        let value = m.heap.slot(holder, scope.slot);
        let set = match force(stk, m, value).await {
            Ok(set) => set,
            Err(error) => return Err(failed_at(m, error, value, scope.pos)),
        };
        if m.may_stand_in(holder, value, set) {
            m.heap.set_slot(holder, scope.slot, set);
        }
        if set.tag() != Tag::Attrs {
            let error = m.expected("a set", value, Pos::NONE);
            return Err(error.traced(
                "while evaluating the first subexpression of a with expression",
                scope.pos,
            ));
        }
        if let Some(slot) = m.heap.find_attr(set.addr(), name) {
            let value = m.heap.attr_value(slot);
            if !value.is_thunk() {
                return Ok(value);
            }
            return match force(stk, m, value).await {
                Ok(forced) => {
                    if m.may_stand_in(slot.addr(), value, forced) {
                        m.heap.set_attr_value(slot, forced);
                    }
                    Ok(forced)
                }
                Err(error) => Err(failed_at(m, error, value, m.ir.pos(expr))),
            };
        }
    }
    let message = [
        b"undefined variable '".as_slice(),
        &m.shown_name(name),
        b"'",
    ]
    .concat();
    Err(EvalError::new(ErrorKind::Other, message, m.ir.pos(expr)))
}
