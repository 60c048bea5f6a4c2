//! Operators: arithmetic, comparison, update, concatenation.

use super::call::while_calling_builtin;
use super::equality::equal;
use super::expr::{Place, condition, operand};
use super::force::force;
use super::{Stk, suspendable};
use crate::builtin::Builtin;
use crate::coercion::Coercion;
use crate::context::GatheredContext;
use crate::error::Result;
use crate::ir::{BinaryOp, Expr, ExprId};
use crate::machine::Machine;
use crate::number::Arithmetic;
use crate::source::Pos;
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

/// Evaluates a binary operator.
#[suspendable]
#[inline(never)]
pub async fn binary(
    stk: &mut Stk,
    m: &mut Machine,
    op: BinaryOp,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    match op {
        BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => {
            let op = match op {
                BinaryOp::Sub => Arithmetic::Sub,
                BinaryOp::Mul => Arithmetic::Mul,
                _ => Arithmetic::Div,
            };
            arithmetic(stk, m, op, left, right, pos, frame).await
        }
        BinaryOp::Less | BinaryOp::GreaterOrEqual | BinaryOp::Greater | BinaryOp::LessOrEqual => {
            // `a > b` is `__lessThan b a`, and `a <= b` is `!(__lessThan b a)`.
            let (left, right) = if op.is_swapped() {
                (right, left)
            } else {
                (left, right)
            };
            let negated = matches!(op, BinaryOp::GreaterOrEqual | BinaryOp::LessOrEqual);
            let less = match less_than(stk, m, left, right, pos, frame).await {
                Ok(less) => less,
                Err(error) if negated => {
                    return Err(error.traced("in the argument of the not operator", pos));
                }
                Err(error) => return Err(error),
            };
            Ok(Value::bool(less != negated))
        }
        BinaryOp::Add => add(stk, m, left, right, pos, frame).await,
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let a = operand(stk, m, left, frame).await?;
            let b = operand(stk, m, right, frame).await?;
            // Comparing counts as a call in the reference.
            let same = match m.simple_equality(a, b) {
                Some(same) if m.may_call() => same,
                _ => stk.run(|stk| equal(stk, m, a, b)).await?,
            };
            Ok(Value::bool(same == (op == BinaryOp::Equal)))
        }
        BinaryOp::Update => {
            // The right operand first, as the reference does.
            let b = updated(
                stk,
                m,
                right,
                frame,
                "in the right operand of the update (//) operator",
            )
            .await?;
            let a = updated(
                stk,
                m,
                left,
                frame,
                "in the left operand of the update (//) operator",
            )
            .await?;
            Ok(Value::object(Tag::Attrs, m.heap.update(a, b)))
        }
        BinaryOp::Concat => {
            let a = operand(stk, m, left, frame).await?;
            let b = operand(stk, m, right, frame).await?;
            for value in [a, b] {
                if value.tag() != Tag::List {
                    let error = m.expected("a list", value, Pos::NONE);
                    return Err(
                        error.traced("while evaluating one of the elements to concatenate", pos)
                    );
                }
            }
            m.concat_lists(&[a, b], pos)
        }
        BinaryOp::And => {
            let decides = (false, false);
            boolean(stk, m, decides, AND_OPERANDS, left, right, pos, frame).await
        }
        BinaryOp::Or => {
            let decides = (true, true);
            boolean(stk, m, decides, OR_OPERANDS, left, right, pos, frame).await
        }
        BinaryOp::Implies => {
            let decides = (false, true);
            boolean(stk, m, decides, IMPLIES_OPERANDS, left, right, pos, frame).await
        }
    }
}

/// Evaluates an operator on Booleans. `decides` is what the left operand must be for the right one not to matter, and what the result
/// then is.
#[suspendable]
#[inline]
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of an operator, and what tells it from the others"
)]
async fn boolean(
    stk: &mut Stk,
    m: &mut Machine,
    decides: (bool, bool),
    [what_left, what_right]: [&'static str; 2],
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    let (decisive, result) = decides;
    let place = Place::At(pos);
    if condition(stk, m, left, frame, what_left, place).await? == decisive {
        return Ok(Value::bool(result));
    }
    let right = condition(stk, m, right, frame, what_right, place).await?;
    Ok(Value::bool(right))
}

/// Evaluates an operand of `//`.
#[suspendable]
async fn updated(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    frame: Addr,
    what: &'static str,
) -> Result<Addr> {
    let error = match operand(stk, m, expr, frame).await {
        Ok(value) if value.tag() == Tag::Attrs => return Ok(value.addr()),
        Ok(value) => m.expected("a set", value, Pos::NONE),
        // The operands of a chain of updates are all on one level.
        Err(error)
            if matches!(
                m.ir.expr(expr),
                Expr::Binary {
                    op: BinaryOp::Update,
                    ..
                }
            ) =>
        {
            return Err(error);
        }
        Err(error) => error,
    };
    Err(error.traced(what, m.ir.reported_pos(expr)))
}

/// `a - b`, `a * b`, `a / b`: in the reference calls of builtins, which the trace and the depth of calls show.
#[suspendable]
async fn arithmetic(
    stk: &mut Stk,
    m: &mut Machine,
    op: Arithmetic,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    m.enter_call(pos)?;
    let operands = match argument(stk, m, left, frame).await {
        Ok(a) => argument(stk, m, right, frame).await.map(|b| (a, b)),
        Err(error) => Err(error),
    };
    m.call_depth -= 1;
    let result = operands.and_then(|(a, b)| {
        let result = m.arithmetic(op, a, b, Pos::NONE);
        result.or_else(|_| {
            let (a, b) = (place(m, left, frame, a), place(m, right, frame, b));
            m.arithmetic(op, a, b, Pos::NONE)
        })
    });
    let builtin = match op {
        Arithmetic::Add => Builtin::Add,
        Arithmetic::Sub => Builtin::Sub,
        Arithmetic::Mul => Builtin::Mul,
        Arithmetic::Div => Builtin::Div,
    };
    result.map_err(|error| while_calling_builtin(builtin, error, pos))
}

#[suspendable]
async fn less_than(
    stk: &mut Stk,
    m: &mut Machine,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<bool> {
    m.enter_call(pos)?;
    let operands = match argument(stk, m, left, frame).await {
        Ok(a) => argument(stk, m, right, frame).await.map(|b| (a, b)),
        Err(error) => Err(error),
    };
    let result = match operands {
        Ok((mut a, mut b)) => {
            if [a, b].iter().any(|value| value.tag() == Tag::List) {
                (a, b) = (place(m, left, frame, a), place(m, right, frame, b));
            }
            stk.run(|stk| super::equality::less_than(stk, m, a, b, ""))
                .await
        }
        Err(error) => Err(error),
    };
    m.call_depth -= 1;
    result.map_err(|error| while_calling_builtin(Builtin::LessThan, error, pos))
}

/// Evaluates an operand that the reference passes to a builtin: a variable that needs itself is then an error without a place.
#[suspendable]
async fn argument(stk: &mut Stk, m: &mut Machine, expr: ExprId, frame: Addr) -> Result<Value> {
    let value = match m.ir.expr(expr) {
        Expr::Local { .. } | Expr::Outer { .. } => m.delay(expr, frame),
        _ => return operand(stk, m, expr, frame).await,
    };
    force(stk, m, value).await
}

/// Returns where the value of such an operand is, which for a list is what reports take for its identity.
#[cold]
fn place(m: &mut Machine, expr: ExprId, frame: Addr, value: Value) -> Value {
    match m.ir.expr(expr) {
        Expr::Local { .. } | Expr::Outer { .. } => m.delay(expr, frame),
        _ => value,
    }
}

/// `a + b`
#[suspendable]
#[inline(always)]
pub async fn add(
    stk: &mut Stk,
    m: &mut Machine,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    let a = operand(stk, m, left, frame).await?;
    if let Some(x) = m.integer(a) {
        let b = operand(stk, m, right, frame).await?;
        if let Some(sum) = m.integer(b).and_then(|y| x.checked_add(y)) {
            return Ok(m.heap.int(sum));
        }
        return m.add_numbers(a, b, right);
    }
    add_to(stk, m, a, left, right, pos, frame).await
}

/// Adds to what is no small integer: numbers are added, a path is extended, everything else becomes a string.
#[suspendable]
#[inline(never)]
async fn add_to(
    stk: &mut Stk,
    m: &mut Machine,
    a: Value,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    if m.number(a).is_some() {
        let b = operand(stk, m, right, frame).await?;
        return m.add_numbers(a, b, right);
    }
    let mut bytes = Vec::new();
    let mut context = GatheredContext::default();
    if m.is_path(a) {
        bytes.extend_from_slice(m.heap.path_text(a.addr()));
        let b = operand(stk, m, right, frame).await?;
        let how = Coercion {
            numbers: false,
            copy_paths: false,
        };
        let pos_right = m.ir.text_start(right);
        super::coerce::append(
            stk,
            m,
            b,
            how,
            pos_right,
            "while evaluating a path segment",
            &mut bytes,
            &mut context,
        )
        .await?;
        let context = m.contexts.unite(&context);
        return m.path_of_appended(bytes, context, pos);
    }
    let is_string = a.tag() == Tag::String;
    let how = Coercion {
        numbers: false,
        copy_paths: is_string,
    };
    if !is_string {
        let pos_left = m.ir.text_start(left);
        let what = "while evaluating a path segment";
        super::coerce::append(stk, m, a, how, pos_left, what, &mut bytes, &mut context).await?;
    }
    let b = operand(stk, m, right, frame).await?;
    if is_string {
        if b.tag() == Tag::String {
            return m.concat_strings(a, b, pos);
        }
        bytes.extend_from_slice(m.heap.string_bytes(a.addr()));
        context.add(m.heap.string_context(a.addr()));
    }
    let pos_right = m.ir.text_start(right);
    super::coerce::append(
        stk,
        m,
        b,
        how,
        pos_right,
        "while evaluating a path segment",
        &mut bytes,
        &mut context,
    )
    .await?;
    m.check_memory(bytes.len(), pos)?;
    let context = m.contexts.unite(&context);
    Ok(m.heap.string(&bytes, context))
}

/// `-e`, which is `__sub 0 e`
#[suspendable]
pub async fn negate(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    inner: ExprId,
    frame: Addr,
) -> Result<Value> {
    let pos = m.ir.pos(expr);
    m.enter_call(pos)?;
    let value = argument(stk, m, inner, frame).await;
    m.call_depth -= 1;
    let zero = m.heap.int(0);
    let result = value.and_then(|value| {
        let result = m.arithmetic(Arithmetic::Sub, zero, value, Pos::NONE);
        result.or_else(|_| {
            let value = place(m, inner, frame, value);
            m.arithmetic(Arithmetic::Sub, zero, value, Pos::NONE)
        })
    });
    result.map_err(|error| while_calling_builtin(Builtin::Sub, error, pos))
}
