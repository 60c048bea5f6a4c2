//! Loading of files: `import`, `scopedImport`, and what the command line does with a file.

use super::call::call;
use super::coerce::coerce;
use super::force::{force, force_at};
use super::{Stk, suspendable};
use crate::coercion::Coercion;
use crate::context::ContextId;
use crate::error::{EvalError, Result};
use crate::ir::Root;
use crate::machine::{Machine, Message};
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Addr, Tag, Value};
use std::rc::Rc;

/// Evaluates an argument that names a file which is going to be read: a path, or a string with an absolute path.
#[suspendable]
pub async fn path_argument(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
) -> Result<Vec<u8>> {
    let what = "while realising the context of a path";
    let (path, context) = path_value(stk, m, value, pos, what).await?;
    if let Err(error) = m.check_built(&path, context) {
        return Err(error.while_realising(&path, pos));
    }
    Ok(path)
}

/// Evaluates a value that must be a path or a string with an absolute path, to the path and what the string refers to.
#[suspendable]
pub async fn path_value(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<(Vec<u8>, ContextId)> {
    let depth = m.call_depth;
    let said = said_by_set(stk, m, value, pos, what).await;
    m.call_depth = depth;
    let said = said?;
    if m.is_path(said) {
        return Ok((m.heap.path_bytes(said.addr()).to_vec(), ContextId::EMPTY));
    }
    // The place of a list tells which one it is.
    let is_value = m.heap.look(value) == said;
    let value = if is_value { value } else { said };
    let how = Coercion {
        numbers: false,
        copy_paths: false,
    };
    let (bytes, context) = coerce(stk, m, value, how, pos, what).await?;
    if bytes.first() != Some(&b'/') {
        let message = [
            b"string '".as_slice(),
            &bytes,
            b"' doesn't represent an absolute path",
        ]
        .concat();
        return Err(EvalError::other(message, Pos::NONE).traced(what, pos));
    }
    Ok((crate::files::canonical(&bytes), context))
}

/// Evaluates a value; if it is a set with `__toString`, to what that returns, which may be a path.
#[suspendable]
async fn said_by_set(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    what: &'static str,
) -> Result<Value> {
    let mut value = value;
    loop {
        value = match force_at(stk, m, value, pos).await {
            Ok(value) => value,
            Err(error) => return Err(error.traced(what, pos)),
        };
        if value.tag() != Tag::Attrs {
            return Ok(value);
        }
        let Some(function) = m.heap.get_attr(value.addr(), well_known::TO_STRING) else {
            return Ok(value);
        };
        m.enter_call(pos)?;
        value = call(stk, m, function, &[value], pos).await?;
    }
}

/// Evaluates a file once; importing it again gives the same value.
#[suspendable]
pub async fn import_file(stk: &mut Stk, m: &mut Machine, path: &[u8], pos: Pos) -> Result<Value> {
    let path: Rc<[u8]> = m.resolve_import(path, pos)?.into();
    if let Some(&imported) = m.imported.get(&path) {
        m.give_back_taint(imported.is_tainted);
        return force(stk, m, imported.value).await;
    }
    let outside = m.take_taint();
    let result = import_anew(stk, m, path, pos).await;
    m.give_back_taint(outside);
    result
}

#[suspendable]
async fn import_anew(stk: &mut Stk, m: &mut Machine, path: Rc<[u8]>, pos: Pos) -> Result<Value> {
    if m.settings.names_files {
        m.say(Message::File((*path).into()))?;
    }
    let root = match m.parse_file(&path, pos) {
        Ok(root) => root,
        Err(error) => return Err(m.not_parsed(path, error)),
    };
    let frame = m.heap.frame(Addr(0), root.frame_slots);
    // A thunk, so that a file that needs itself is recognised.
    let value = m.heap.delay(root.expr, frame);
    m.note_import(path.clone(), value);
    match force(stk, m, value).await {
        Ok(value) => {
            m.note_import(path, value);
            Ok(value)
        }
        Err(error) => {
            let message = [b"while evaluating the file '".as_slice(), &path, b"':"].concat();
            Err(error.traced(message, Pos::NONE))
        }
    }
}

/// Evaluates a file with additional variables in scope.
#[suspendable]
pub async fn import_scoped(
    stk: &mut Stk,
    m: &mut Machine,
    path: &[u8],
    scope: Addr,
    pos: Pos,
) -> Result<Value> {
    let path: Rc<[u8]> = m.resolve_import(path, pos)?.into();
    let flat = m.heap.flat(scope);
    let attributes = m.heap.attributes(&m.ir, flat);
    let names: Vec<_> = attributes.iter().map(|&(name, ..)| name).collect();
    let text = m.read_file(&path, pos)?;
    let root: Root = m.parse_text(
        crate::source::Origin::File(path.clone()),
        text,
        crate::files::parent(&path),
        Some(&names),
    )?;
    let outer = m.heap.frame(Addr(0), names.len() as u32);
    for (slot, &(_, value, _)) in attributes.iter().enumerate() {
        m.heap.set_slot(outer, slot as u32, value);
    }
    let frame = m.heap.frame(outer, root.frame_slots);
    stk.run(|stk| super::expr::eval(stk, m, root.expr, frame))
        .await
}
