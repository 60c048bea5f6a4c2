//! Evaluation of expressions.

use super::force::{failed_at, force};
use super::{Stk, suspendable};
use crate::error::{ErrorKind, EvalError, Result};
use crate::ir::{AttrSetId, BinaryOp, BindingKind, Expr, ExprId, Slice};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};

const AND_OPERANDS: [&str; 2] = [
    "in the left operand of the AND (&&) operator",
    "in the right operand of the AND (&&) operator",
];
const OR_OPERANDS: [&str; 2] = [
    "in the left operand of the OR (||) operator",
    "in the right operand of the OR (||) operator",
];
const IMPLIES_OPERANDS: [&str; 2] = [
    "in the left operand of the IMPL (->) operator",
    "in the right operand of the IMPL (->) operator",
];

/// Evaluates an expression to weak head normal form.
#[suspendable]
pub async fn eval(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    descend!(m, expr::eval(expr, frame));
    let result = eval_here(stk, m, expr, frame).await;
    m.levels -= 1;
    match result {
        Ok(value) => Ok(value),
        Err(error) => Err(m.near(error, m.ir.pos(expr))),
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

/// Evaluates an expression; the caller has counted the level of recursion.
#[suspendable]
pub(crate) async fn eval_here(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    frame: Addr,
) -> Result<Value> {
    let mut expr = expr;
    // `let`, `if`, `with` and `assert` go on with their body here instead of one level deeper.
    loop {
        match m.ir.expr(expr) {
            Expr::Int(value) => return Ok(m.heap.int(value)),
            Expr::Float(value) => return Ok(m.heap.float(value)),
            Expr::Str(text) => return Ok(m.text_value(text)),
            Expr::Path(text) => return Ok(m.heap.path(m.ir.text(text))),
            Expr::Lambda(lambda) => return Ok(m.heap.lambda(lambda, frame)),
            Expr::Local { slot, .. } => {
                let value = m.heap.slot(frame, slot);
                if !value.is_thunk() {
                    return Ok(value);
                }
                match force(stk, m, value).await {
                    Ok(value) => {
                        m.heap.set_slot(frame, slot, value);
                        return Ok(value);
                    }
                    Err(error) => return Err(failed_at(m, error, value, m.ir.pos(expr))),
                }
            }
            Expr::Outer { depth, slot, .. } => {
                let frame = m.outer_frame(frame, u32::from(depth));
                let value = m.heap.slot(frame, slot);
                if !value.is_thunk() {
                    return Ok(value);
                }
                match force(stk, m, value).await {
                    Ok(value) => {
                        m.heap.set_slot(frame, slot, value);
                        return Ok(value);
                    }
                    Err(error) => return Err(failed_at(m, error, value, m.ir.pos(expr))),
                }
            }
            Expr::Global { index, .. } => {
                let value = m.globals[index as usize];
                let value = force(stk, m, value).await?;
                m.globals[index as usize] = value;
                return Ok(value);
            }
            Expr::Select {
                base,
                path,
                default,
            } => {
                return super::select::select(stk, m, expr, base, path, default, frame).await;
            }
            Expr::Call {
                function,
                start,
                len,
            } => {
                let arguments = Slice { start, len };
                return super::call::eval_call(stk, m, expr, function, arguments, frame).await;
            }
            Expr::Binary {
                op,
                left,
                right,
                pos,
            } => match op {
                BinaryOp::And | BinaryOp::Or | BinaryOp::Implies => {
                    // What the left operand must be for the right one not to matter, and what the result then is.
                    let (decides, result, [what_left, what_right]) = match op {
                        BinaryOp::And => (false, false, AND_OPERANDS),
                        BinaryOp::Or => (true, true, OR_OPERANDS),
                        _ => (false, true, IMPLIES_OPERANDS),
                    };
                    if condition(stk, m, left, frame, what_left, pos).await? == decides {
                        return Ok(Value::bool(result));
                    }
                    let right = condition(stk, m, right, frame, what_right, pos).await?;
                    return Ok(Value::bool(right));
                }
                _ => return super::operators::binary(stk, m, op, left, right, pos, frame).await,
            },
            Expr::If {
                condition: test,
                then,
                otherwise,
            } => {
                let pos = m.ir.pos(expr);
                let test = condition(
                    stk,
                    m,
                    test,
                    frame,
                    "while evaluating a branch condition",
                    pos,
                )
                .await?;
                expr = if test { then } else { otherwise };
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
                let pos = m.ir.pos(expr);
                if !condition(
                    stk,
                    m,
                    test,
                    frame,
                    "in the condition of the assert statement",
                    pos,
                )
                .await?
                {
                    return super::assertion::failed(stk, m, expr, test, frame).await;
                }
                expr = body;
            }
            Expr::Attrs(set) => return attrs(stk, m, set, frame).await,
            Expr::List(elements) => {
                let list = m.heap.alloc_list(elements.len as usize);
                for index in 0..elements.len as usize {
                    let element = m.ir.lists[elements.start as usize + index];
                    let value = m.delay(element, frame);
                    m.heap.set_element(list, index, value);
                }
                return Ok(Value::object(Tag::List, list));
            }
            Expr::Not(inner) => {
                let pos = m.ir.reported_pos(inner);
                let value = condition(
                    stk,
                    m,
                    inner,
                    frame,
                    "in the argument of the not operator",
                    pos,
                )
                .await?;
                return Ok(Value::bool(!value));
            }
            Expr::Negate(inner) => {
                return super::operators::negate(stk, m, expr, inner, frame).await;
            }
            Expr::HasAttr { base, path } => {
                return super::select::has_attr(stk, m, base, path, frame).await;
            }
            Expr::Interpolation(parts) => {
                return super::coerce::interpolation(stk, m, parts, frame).await;
            }
            Expr::PathInterpolation(parts) => {
                return super::coerce::path_interpolation(stk, m, parts, frame).await;
            }
            Expr::WithVar { name, start, len } => {
                return with_variable(
                    stk,
                    m,
                    expr,
                    name,
                    Slice {
                        start,
                        len: u32::from(len),
                    },
                    frame,
                )
                .await;
            }
            Expr::CurPos => {
                let pos = m.ir.pos(expr);
                return Ok(m.position_value(pos));
            }
            Expr::Var(name) => {
                let message = [b"undefined variable '", m.symbols.name(name), b"'"].concat();
                return Err(EvalError::other(message, m.ir.pos(expr)));
            }
            Expr::InheritSource { .. } => {
                return Err(EvalError::other(
                    "an inherit source that was not resolved",
                    m.ir.pos(expr),
                ));
            }
        }
    }
}

/// Evaluates an expression that must be a Boolean; `what` says for the trace where it stands.
#[suspendable]
async fn condition(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    frame: Addr,
    what: &'static str,
    pos: Pos,
) -> Result<bool> {
    match operand(stk, m, expr, frame).await {
        Ok(Value::TRUE) => Ok(true),
        Ok(Value::FALSE) => Ok(false),
        Ok(other) => Err(m.expected("a Boolean", other, pos).traced(what, pos)),
        Err(error) => Err(error.traced(what, pos)),
    }
}

/// Puts the bindings of a `let` or `rec { }` into their slots.
fn bind_recursive(m: &mut Machine, set: AttrSetId, frame: Addr) {
    let set = *m.ir.attr_set(set);
    bind_sources(m, set.sources, set.first_source_slot, frame);
    let bindings = &m.ir.bindings[set.bindings.range()];
    // `__overrides` replaces what is in the slots: then no binding may take over the value of another now.
    let may_change = bindings
        .binary_search_by_key(&well_known::OVERRIDES, |binding| binding.name)
        .is_ok();
    for index in 0..set.bindings.len {
        let value = m.ir.bindings[(set.bindings.start + index) as usize].value;
        let value = if may_change {
            m.heap.delay(value, frame)
        } else {
            m.delay(value, frame)
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
async fn with_overrides(
    stk: &mut Stk,
    m: &mut Machine,
    id: AttrSetId,
    result: Addr,
    frame: Addr,
) -> Result<Addr> {
    let set = *m.ir.attr_set(id);
    let overrides = m
        .heap
        .get_attr(result, well_known::OVERRIDES)
        .unwrap_or(Value::NULL);
    let overrides = force(stk, m, overrides).await?;
    if overrides.tag() != Tag::Attrs {
        let error = m.expected("a set", overrides, Pos::NONE);
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
        let name = m.string_without_context(
            name,
            binding.pos,
            "while evaluating the name of a dynamic attribute",
        )?;
        let name = m.symbols.intern(&name);
        if let Some(&(.., pos)) = attributes.iter().find(|&&(other, ..)| other == name) {
            let at = m.describe_position(pos);
            let message = [
                b"dynamic attribute '",
                m.symbols.name(name),
                b"' already defined at ",
                at.as_slice(),
            ]
            .concat();
            return Err(EvalError::other(message, binding.pos));
        }
        let value = m.delay(binding.value, frame);
        attributes.push((name, value, binding.pos));
    }
    Ok(m.heap.attrs_from(attributes).addr())
}

#[suspendable]
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
        m.heap.set_slot(holder, scope.slot, set);
        if set.tag() != Tag::Attrs {
            let error = m.expected("a set", set, Pos::NONE);
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
                Ok(value) => {
                    m.heap.set_attr_value(slot, value);
                    Ok(value)
                }
                Err(error) => Err(failed_at(m, error, value, m.ir.pos(expr))),
            };
        }
    }
    let message = [b"undefined variable '", m.symbols.name(name), b"'"].concat();
    Err(EvalError::new(ErrorKind::Other, message, m.ir.pos(expr)))
}
