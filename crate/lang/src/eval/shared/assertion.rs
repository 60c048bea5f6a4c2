//! Failed assertions: for `assert a == b` the error says where the two differ (`assertEqValues` of the reference).

use super::equality::is_derivation;
use super::expr::operand;
use super::force::force;
use super::{Stk, suspendable};
use crate::error::{ErrorKind, EvalError, Result};
use crate::ir::{BinaryOp, Expr, ExprId};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Tag, Value};

/// Returns the error of a failed assertion.
#[suspendable]
pub async fn failed(
    stk: &mut Stk,
    m: &mut Machine,
    expr: ExprId,
    test: ExprId,
    frame: Addr,
) -> Result<Value> {
    rarely!(m, assertion::failed(expr, test, frame));
    let pos = m.ir.pos(expr);
    let printed = crate::syntax::print(&m.ir, &m.symbols, test);
    if let Expr::Binary {
        op: BinaryOp::Equal,
        left,
        right,
        ..
    } = m.ir.expr(test)
    {
        let left = operand(stk, m, left, frame).await?;
        let right = operand(stk, m, right, frame).await?;
        if let Err(error) = stk.run(|stk| compare(stk, m, left, right)).await {
            if error.kind != ErrorKind::Assertion {
                return Err(error);
            }
            let what = [
                b"while evaluating the condition of the assertion '".as_slice(),
                &printed,
                b"'",
            ]
            .concat();
            return Err(error.traced(what, pos));
        }
    }
    let message = [b"assertion '".as_slice(), &printed, b"' failed"].concat();
    Err(EvalError::new(ErrorKind::Assertion, message, pos))
}

/// Fails where two values differ.
#[suspendable]
async fn compare(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<()> {
    descend_deferred!(m);
    let result = compare_here(stk, m, a, b).await;
    m.levels -= 1;
    result
}

#[suspendable]
async fn compare_here(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<()> {
    m.tick()?;
    let same_object = a == b && !matches!(a.tag(), Tag::Constant | Tag::SmallInt);
    let a = force(stk, m, a).await?;
    let b = force(stk, m, b).await?;
    if same_object {
        return Ok(());
    }
    if let (Some(x), Some(y)) = (m.number(a), m.number(b)) {
        return if x == y {
            Ok(())
        } else {
            Err(differ(
                m,
                [" with value '", "' is not equal to ", " with value '"],
                a,
                b,
            ))
        };
    }
    if m.type_name(a) != m.type_name(b) {
        return Err(differ(
            m,
            [" of value '", "' is not equal to ", " of value '"],
            a,
            b,
        ));
    }
    match a.tag() {
        Tag::List => compare_lists(stk, m, a, b).await,
        Tag::Attrs => compare_attrs(stk, m, a, b).await,
        Tag::String if m.bytes(a) == m.bytes(b) => Ok(()),
        Tag::String => Err(not_equal(m, "string", a, b)),
        Tag::Boxed if m.is_path(a) => {
            if m.heap.path_bytes(a.addr()) == m.heap.path_bytes(b.addr()) {
                return Ok(());
            }
            Err(not_equal(m, "path", a, b))
        }
        Tag::Constant if a.as_builtin().is_none() => {
            if a == b {
                return Ok(());
            }
            Err(not_equal(m, "boolean", a, b))
        }
        _ => {
            let message = "distinct functions and immediate comparisons of identical functions compare as unequal";
            Err(EvalError::new(ErrorKind::Assertion, message, Pos::NONE))
        }
    }
}

#[suspendable]
async fn compare_lists(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<()> {
    let (left_len, right_len) = (m.heap.list_len(a.addr()), m.heap.list_len(b.addr()));
    if left_len != right_len {
        let sizes = format!(
            "list of size '{left_len}' is not equal to list of size '{right_len}', left hand side is '"
        );
        let message = [
            sizes.as_bytes(),
            &m.print_short(a),
            b"', right hand side is '",
            &m.print_short(b),
            b"'",
        ];
        return Err(EvalError::new(
            ErrorKind::Assertion,
            message.concat(),
            Pos::NONE,
        ));
    }
    for index in 0..left_len {
        let (left, right) = (
            m.heap.element(a.addr(), index),
            m.heap.element(b.addr(), index),
        );
        if let Err(error) = stk.run(|stk| compare(stk, m, left, right)).await {
            return Err(error.traced(format!("while comparing list element {index}"), Pos::NONE));
        }
    }
    Ok(())
}

#[suspendable]
async fn compare_attrs(stk: &mut Stk, m: &mut Machine, a: Value, b: Value) -> Result<()> {
    if is_derivation(stk, m, a).await? && is_derivation(stk, m, b).await? {
        let left = m.heap.get_attr(a.addr(), well_known::OUT_PATH);
        let right = m.heap.get_attr(b.addr(), well_known::OUT_PATH);
        if let (Some(left), Some(right)) = (left, right) {
            let result = stk.run(|stk| compare(stk, m, left, right)).await;
            let what = "while comparing a derivation by its 'outPath' attribute";
            return result.map_err(|error| error.traced(what, Pos::NONE));
        }
    }
    let (x, y) = (m.heap.flat(a.addr()), m.heap.flat(b.addr()));
    let len = m.heap.attrs_len(x);
    if len != m.heap.attrs_len(y) {
        let (left, right) = (m.print_short(a), m.print_short(b));
        let message = [
            b"attribute names of attribute set '".as_slice(),
            &left,
            b"' differs from attribute set '",
            &right,
            b"'",
        ];
        return Err(EvalError::new(
            ErrorKind::Assertion,
            message.concat(),
            Pos::NONE,
        ));
    }
    for index in 0..len {
        let ((name, left), (other_name, right)) = (m.heap.attr(x, index), m.heap.attr(y, index));
        if name != other_name {
            m.chosen_by_symbol();
            return Err(names_differ(m, a, b, index));
        }
        if let Err(error) = stk.run(|stk| compare(stk, m, left, right)).await {
            m.failed_at_attribute(x, index);
            m.failed_at_attribute(y, index);
            let mut error = error;
            for (set, side) in [
                (y, "where right hand side is"),
                (x, "where left hand side is"),
            ] {
                let pos = m.heap.attr_pos(&m.ir, set, index);
                if pos.is_some() {
                    error = error.traced(side, pos);
                }
            }
            let what = [
                b"while comparing attribute '".as_slice(),
                &m.shown_name(name),
                b"'",
            ]
            .concat();
            return Err(error.traced(what, Pos::NONE));
        }
    }
    Ok(())
}

/// Makes the error for two sets with different names at an index of their flat forms.
#[cold]
fn names_differ(m: &mut Machine, a: Value, b: Value, index: usize) -> Box<EvalError> {
    let (x, y) = (m.heap.flat(a.addr()), m.heap.flat(b.addr()));
    let (name, other_name) = (m.heap.attr(x, index).0, m.heap.attr(y, index).0);
    let (left, right) = (m.print_short(a), m.print_short(b));
    let message = if m.heap.find_attr(y, name).is_none() {
        let name = &m.shown_name(name);
        [
            b"attribute name '".as_slice(),
            name,
            b"' is contained in '",
            &left,
            b"', but not in '",
            &right,
            b"'",
        ]
        .concat()
    } else {
        let name = &m.shown_name(other_name);
        [
            b"attribute name '".as_slice(),
            name,
            b"' is missing in '",
            &left,
            b"', but is contained in '",
            &right,
            b"'",
        ]
        .concat()
    };
    EvalError::new(ErrorKind::Assertion, message, Pos::NONE)
}

/// Makes the error for two values, each with the name of its type.
#[cold]
fn differ(m: &Machine, words: [&str; 3], a: Value, b: Value) -> Box<EvalError> {
    let mut message = m.describe(a).into_owned().into_bytes();
    message.extend_from_slice(words[0].as_bytes());
    message.extend_from_slice(&m.print_short(a));
    message.extend_from_slice(words[1].as_bytes());
    message.extend_from_slice(m.describe(b).as_bytes());
    message.extend_from_slice(words[2].as_bytes());
    message.extend_from_slice(&m.print_short(b));
    message.push(b'\'');
    EvalError::new(ErrorKind::Assertion, message, Pos::NONE)
}

/// Makes the error for two values of one type.
#[cold]
fn not_equal(m: &Machine, kind: &str, a: Value, b: Value) -> Box<EvalError> {
    let kind = kind.as_bytes();
    let (left, right) = (m.print_short(a), m.print_short(b));
    let message = [
        kind,
        b" '",
        &left,
        b"' is not equal to ",
        kind,
        b" '",
        &right,
        b"'",
    ]
    .concat();
    EvalError::new(ErrorKind::Assertion, message, Pos::NONE)
}
