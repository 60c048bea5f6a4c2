//! Values as XML: `builtins.toXML`, `--xml`.
//!
//! Source: `libexpr/value-to-xml.cc` of the reference.

use super::equality::is_derivation;
use super::force::{failed_at, force};
use super::{Stk, suspendable};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::{Tag, Value};
use crate::xml_text::XmlText;

/// Writes a document; it is complete also where an error ends it.
#[suspendable]
pub async fn document(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    text: &mut XmlText,
) -> Result<()> {
    rarely!(m, xml::document(value, text));
    text.open("expr", &[]);
    let result = stk.run(|stk| append(stk, m, value, Pos::NONE, text)).await;
    text.close_all();
    result
}

#[suspendable]
async fn append(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    text: &mut XmlText,
) -> Result<()> {
    descend_deferred!(m);
    let result = match m.enter_call(pos) {
        Ok(()) => {
            let result = append_here(stk, m, value, pos, text).await;
            m.call_depth -= 1;
            result
        }
        Err(error) => Err(error),
    };
    m.levels -= 1;
    result
}

#[suspendable]
async fn append_here(
    stk: &mut Stk,
    m: &mut Machine,
    value: Value,
    pos: Pos,
    text: &mut XmlText,
) -> Result<()> {
    m.check_memory(text.bytes.len(), Pos::NONE)?;
    if !text.strict && m.is_delayed(value) {
        text.empty("unevaluated", &[]);
        return Ok(());
    }
    let value = match force(stk, m, value).await {
        Ok(value) => value,
        Err(error) => return Err(failed_at(m, error, value, pos)),
    };
    match value.tag() {
        Tag::List => {
            text.open("list", &[]);
            for index in 0..m.heap.list_len(value.addr()) {
                let element = m.heap.element(value.addr(), index);
                stk.run(|stk| append(stk, m, element, pos, text)).await?;
            }
            text.close();
        }
        Tag::Attrs => {
            if !is_derivation(stk, m, value).await? {
                text.open("attrs", &[]);
                append_members(stk, m, value, text).await?;
                text.close();
                return Ok(());
            }
            let mut paths: Vec<(&str, Vec<u8>)> = Vec::new();
            let mut drv_path = Vec::new();
            for (label, name) in [
                ("drvPath", well_known::DRV_PATH),
                ("outPath", well_known::OUT_PATH),
            ] {
                let Some(path) = m.heap.get_attr(value.addr(), name) else {
                    continue;
                };
                let path = if text.strict {
                    match force(stk, m, path).await {
                        Ok(path) => path,
                        Err(error) => {
                            let pos = m.heap.named_attr_pos(&m.ir, value.addr(), name);
                            return Err(failed_at(m, error, path, pos));
                        }
                    }
                } else {
                    m.heap.look(path)
                };
                if path.tag() == Tag::String {
                    let bytes = m.bytes(path).to_vec();
                    if name == well_known::DRV_PATH {
                        drv_path.clone_from(&bytes);
                    }
                    paths.push((label, bytes));
                }
            }
            text.open("derivation", &paths);
            if !drv_path.is_empty() && text.seen.insert(drv_path) {
                append_members(stk, m, value, text).await?;
            } else {
                text.empty("repeated", &[]);
            }
            text.close();
        }
        _ => m.append_xml_leaf(value, text),
    }
    Ok(())
}

#[suspendable]
async fn append_members(
    stk: &mut Stk,
    m: &mut Machine,
    set: Value,
    text: &mut XmlText,
) -> Result<()> {
    let flat = m.heap.flat(set.addr());
    for (name, member) in m.heap.attributes_by_name(&m.symbols, flat) {
        let pos = m.heap.named_attr_pos(&m.ir, flat, name);
        let mut attributes = if text.positions {
            m.xml_position(pos)
        } else {
            Vec::new()
        };
        attributes.push(("name", m.symbols.name(name).to_vec()));
        text.open("attr", &attributes);
        stk.run(|stk| append(stk, m, member, pos, text)).await?;
        text.close();
    }
    Ok(())
}
