//! Operators: arithmetic, comparison, update, concatenation.

use super::coerce::coerce;
use super::equality::equal;
use super::expr::operand;
use super::{Stk, suspendable};
use crate::coercion::Coercion;
use crate::context::ContextId;
use crate::error::{ErrorKind, EvalError, Result};
use crate::ir::{BinaryOp, Expr, ExprId};
use crate::machine::Machine;
use crate::number::{Arithmetic, Number};
use crate::source::Pos;
use crate::value::{Addr, Tag, Value};

/// Evaluates a binary operator that needs both operands.
#[suspendable]
pub async fn binary(
    stk: &mut Stk,
    m: &mut Machine,
    op: BinaryOp,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    // `a > b` is `__lessThan b a`, which evaluates its first argument first.
    if matches!(op, BinaryOp::Greater | BinaryOp::LessOrEqual) {
        let b = operand(stk, m, right, frame).await?;
        let a = operand(stk, m, left, frame).await?;
        let less = stk.run(|stk| super::equality::less_than(stk, m, b, a, pos)).await?;
        return Ok(Value::bool(less == (op == BinaryOp::Greater)));
    }
    let a = operand(stk, m, left, frame).await?;
    if op == BinaryOp::Add {
        return add(stk, m, a, left, right, pos, frame).await;
    }
    let b = operand(stk, m, right, frame).await?;
    match op {
        BinaryOp::Sub => m.arithmetic(Arithmetic::Sub, a, b, pos),
        BinaryOp::Mul => m.arithmetic(Arithmetic::Mul, a, b, pos),
        BinaryOp::Div => m.arithmetic(Arithmetic::Div, a, b, pos),
        BinaryOp::Less | BinaryOp::GreaterOrEqual => {
            let less = match (a.as_small_int(), b.as_small_int()) {
                (Some(a), Some(b)) => a < b,
                _ => stk.run(|stk| super::equality::less_than(stk, m, a, b, pos)).await?,
            };
            Ok(Value::bool(less == (op == BinaryOp::Less)))
        }
        BinaryOp::Equal | BinaryOp::NotEqual => {
            let same = match (a.as_small_int(), b.as_small_int()) {
                (Some(a), Some(b)) => a == b,
                _ => stk.run(|stk| equal(stk, m, a, b, pos)).await?,
            };
            Ok(Value::bool(same == (op == BinaryOp::Equal)))
        }
        BinaryOp::Update => {
            if a.tag() != Tag::Attrs {
                let error = m.expected("a set", a, m.ir.pos(left));
                return Err(error.traced("in the left operand of the update (//) operator", pos));
            }
            if b.tag() != Tag::Attrs {
                let error = m.expected("a set", b, m.ir.pos(right));
                return Err(error.traced("in the right operand of the update (//) operator", pos));
            }
            Ok(Value::object(Tag::Attrs, m.heap.update(a.addr(), b.addr())))
        }
        BinaryOp::Concat => {
            for (value, expr) in [(a, left), (b, right)] {
                if value.tag() != Tag::List {
                    let error = m.expected("a list", value, m.ir.pos(expr));
                    return Err(error.traced("while evaluating one of the elements to concatenate", pos));
                }
            }
            m.concat_lists(&[a, b], pos)
        }
        BinaryOp::Add
        | BinaryOp::Greater
        | BinaryOp::LessOrEqual
        | BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Implies => Err(EvalError::other("an operator that is handled elsewhere", pos)),
    }
}

/// `a + b`: numbers are added, a path is extended, everything else becomes a string.
#[suspendable]
async fn add(
    stk: &mut Stk,
    m: &mut Machine,
    a: Value,
    left: ExprId,
    right: ExprId,
    pos: Pos,
    frame: Addr,
) -> Result<Value> {
    if let Some(first) = m.number(a) {
        let b = operand(stk, m, right, frame).await?;
        if m.number(b).is_none() {
            let what = if matches!(first, Number::Int(_)) { "an integer" } else { "a float" };
            let description = m.describe(b);
            return Err(EvalError::other(format!("cannot add {description} to {what}"), m.ir.pos(right)));
        }
        return m.arithmetic(Arithmetic::Add, a, b, pos);
    }
    let mut bytes = Vec::new();
    let mut context = ContextId::EMPTY;
    if m.is_path(a) {
        bytes.extend_from_slice(m.heap.path_bytes(a.addr()));
        let b = operand(stk, m, right, frame).await?;
        let how = Coercion { numbers: false, copy_paths: false };
        let pos_right = m.ir.pos(right);
        super::coerce::append(stk, m, b, how, pos_right, "while evaluating a path segment", &mut bytes, &mut context)
            .await?;
        return m.path_of_appended(bytes, context, pos);
    }
    let is_string = a.tag() == Tag::String;
    let how = Coercion { numbers: false, copy_paths: is_string };
    let pos_left = m.ir.pos(left);
    super::coerce::append(stk, m, a, how, pos_left, "while evaluating a path segment", &mut bytes, &mut context).await?;
    let b = operand(stk, m, right, frame).await?;
    if is_string && b.tag() == Tag::String {
        let context = m.contexts.union(context, m.context(b));
        let length = m.bytes(b).len();
        m.check_memory(bytes.len() + length, pos)?;
        bytes.extend_from_slice(m.heap.string_bytes(b.addr()));
        return Ok(m.heap.string(&bytes, context));
    }
    let pos_right = m.ir.pos(right);
    super::coerce::append(stk, m, b, how, pos_right, "while evaluating a path segment", &mut bytes, &mut context).await?;
    m.check_memory(bytes.len(), pos)?;
    Ok(m.heap.string(&bytes, context))
}

/// `-e`
#[suspendable]
pub async fn negate(stk: &mut Stk, m: &mut Machine, inner: ExprId, frame: Addr) -> Result<Value> {
    let value = operand(stk, m, inner, frame).await?;
    let pos = m.ir.pos(inner);
    let zero = m.heap.int(0);
    m.arithmetic(Arithmetic::Sub, zero, value, pos)
}

/// Makes the error of a failed assertion; for a failed comparison it says what differs.
#[suspendable]
pub async fn assertion_failed(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    test: ExprId,
    frame: Addr,
) -> Box<EvalError> {
    let _ = (stk, frame);
    let printed = crate::syntax::print(&m.ir, &m.symbols, test);
    let message = [b"assertion '".as_slice(), &printed, b"' failed"].concat();
    debug_assert!(matches!(m.ir.expr(expr), Expr::Assert { .. }));
    EvalError::new(ErrorKind::Assertion, message, m.ir.pos(expr))
}

/// Coerces a value to a new string value.
#[suspendable]
pub async fn to_string_value(stk: &mut Stk, m: &mut Machine, value: Value, how: Coercion, pos: Pos) -> Result<Value> {
    let (bytes, context) = coerce(stk, m, value, how, pos, "").await?;
    Ok(m.heap.string(&bytes, context))
}
