//! Builtins on versions; the rules are in `crate::version`.

use super::super::{Stk, suspendable, typed};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::Value;
use crate::version;

/// `parseDrvName s`
#[suspendable]
pub async fn parse_drv_name(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.parseDrvName";
    let text = typed::plain_string(stk, m, args[0], pos, what).await?;
    let (name, version) = version::split_name(&text);
    let (name, version) = (m.string(name), m.string(version));
    let symbol = m.symbols.intern(b"version");
    Ok(m.heap.attrs_from(vec![
        (well_known::NAME, name, Pos::NONE),
        (symbol, version, Pos::NONE),
    ]))
}

/// `compareVersions a b`
#[suspendable]
pub async fn compare_versions(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.compareVersions";
    let first = typed::plain_string(stk, m, args[0], pos, what).await?;
    let what = "while evaluating the second argument passed to builtins.compareVersions";
    let second = typed::plain_string(stk, m, args[1], pos, what).await?;
    let order = version::compare(&first, &second);
    Ok(m.heap.int(order as i64))
}

/// `splitVersion s`
#[suspendable]
pub async fn split_version(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.splitVersion";
    let text = typed::plain_string(stk, m, args[0], pos, what).await?;
    m.check_memory(16 * text.len(), pos)?;
    let components: Vec<Value> = version::components(&text)
        .map(|component| m.string(component))
        .collect();
    Ok(m.heap.list(&components))
}
