//! Builtins that steer evaluation: errors, order, messages.

use super::super::force::force;
use super::super::{Stk, coerce, deep, suspendable, typed};
use crate::coercion::Coercion;
use crate::diagnostic::{FrameKind, Shown};
use crate::error::{ErrorKind, EvalError, Result};
use crate::machine::{Machine, Message};
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};

/// How the messages of `throw` and `abort` become strings.
const MESSAGE: Coercion = Coercion {
    numbers: false,
    copy_paths: true,
};

/// `abort message`
#[suspendable]
pub async fn abort(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the error message passed to builtins.abort";
    let (message, _) = coerce::coerce(stk, m, args[0], MESSAGE, pos, what).await?;
    let message = [
        b"evaluation aborted with the following error message: '".as_slice(),
        &message,
        b"'",
    ]
    .concat();
    Err(EvalError::new(ErrorKind::Abort, message, pos))
}

/// `throw message`
#[suspendable]
pub async fn throw(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the error message passed to builtin.throw";
    let (message, _) = coerce::coerce(stk, m, args[0], MESSAGE, pos, what).await?;
    let message = crate::report::without_end(&message);
    Err(EvalError::new(ErrorKind::Thrown, message, pos))
}

/// `tryEval e`
#[suspendable]
pub async fn try_eval(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    m.begin_try();
    let result = force(stk, m, args[0]).await;
    m.end_try();
    let (success, value) = match result {
        Ok(value) => (Value::TRUE, value),
        Err(error) if error.is_catchable() => {
            m.caught(error)?;
            (Value::FALSE, Value::FALSE)
        }
        Err(error) => return Err(error),
    };
    let name = m.symbols.intern(b"success");
    Ok(m.heap.attrs_from(vec![
        (name, success, Pos::NONE),
        (well_known::VALUE, value, Pos::NONE),
    ]))
}

/// `seq first second`
#[suspendable]
pub async fn seq(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    force(stk, m, args[0]).await?;
    force(stk, m, args[1]).await
}

/// `deepSeq first second`
#[suspendable]
pub async fn deep_seq(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    deep::force_deep(stk, m, args[0], true).await?;
    force(stk, m, args[1]).await
}

/// `trace message e`; what is no string is printed as far as it has been evaluated.
#[suspendable]
pub async fn trace(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let message = force(stk, m, args[0]).await?;
    let text = match message.tag() {
        Tag::String => m.bytes(message).to_vec(),
        _ => m.print_traced(args[0]),
    };
    m.say(Message::Trace(text.into()))?;
    force(stk, m, args[1]).await
}

/// `traceVerbose message e`: silent unless the host wants to hear it.
#[suspendable]
pub async fn trace_verbose(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    if m.settings.trace_verbose {
        return trace(stk, m, args, pos).await;
    }
    force(stk, m, args[1]).await
}

/// `warn message e`
#[suspendable]
pub async fn warn(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument; the message passed to builtins.warn";
    let message = typed::string(stk, m, args[0], pos, what).await?;
    let text = m.bytes(message).to_vec();
    m.say(Message::Warning(text.into()))?;
    if m.settings.abort_on_warn {
        let message = "aborting to reveal stack trace of warning, as abort-on-warn is set";
        return Err(EvalError::other(message, Pos::NONE));
    }
    force(stk, m, args[1]).await
}

/// `break e`: `e` as it is, as in the reference without a debugger. When that is a thunk, whoever wants a value of some type complains.
/// It is a copy, so that a value that needs itself through `break` does not come to stand for itself.
#[suspendable]
pub async fn break_(stk: &mut Stk, m: &mut Machine, args: &[Value], _: Pos) -> Result<Value> {
    let value = m.heap.look(args[0]);
    if value.is_thunk() {
        return Ok(m.heap.copy_thunk(value.addr()));
    }
    force(stk, m, args[0]).await
}

/// `addErrorContext message e`; the message is evaluated only if there is an error.
#[suspendable]
pub async fn add_error_context(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    m.begin_context();
    let result = force(stk, m, args[1]).await;
    m.end_context();
    let error = match result {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    // The text may ask for what has failed.
    if m.heap.look(args[0]).is_thunk() {
        m.caught(error.clone())?;
    }
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    let what = "while evaluating the error message passed to builtins.addErrorContext";
    let (message, _) = coerce::coerce(stk, m, args[0], how, pos, what).await?;
    Err(error.framed(Shown::Always, message, Pos::NONE, FrameKind::Step))
}
