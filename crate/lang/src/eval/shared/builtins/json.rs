//! Builtins that read and write JSON, and write XML.

use super::super::{Stk, json, suspendable, typed, xml};
use crate::error::{EvalError, Result};
use crate::json_text::JsonText;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;
use crate::xml_text::XmlText;

/// `toJSON e`
#[suspendable]
pub async fn to_json(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let mut text = JsonText::default();
    json::append(stk, m, args[0], true, Pos::NONE, &mut text).await?;
    if let Some((reason, _)) = text.invalid {
        return Err(EvalError::other(
            format!("JSON serialization error: {reason}"),
            pos,
        ));
    }
    m.check_memory(text.bytes.len(), pos)?;
    let context = m.contexts.unite(&text.context);
    Ok(m.heap.string(&text.bytes, context))
}

/// `fromJSON s`
#[suspendable]
pub async fn from_json(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.fromJSON";
    let text = typed::plain_string(stk, m, args[0], pos, what).await?;
    m.read_json(&text, pos)
}

/// `toXML e`
#[suspendable]
pub async fn to_xml(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let mut text = XmlText::new(true, false);
    xml::document(stk, m, args[0], &mut text).await?;
    m.check_memory(text.bytes.len(), pos)?;
    let context = m.contexts.unite(&text.context);
    Ok(m.heap.string(&text.bytes, context))
}
