//! Builtins that tell what the host decided: the system, the store, the environment.

use super::super::{Stk, suspendable, typed};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::well_known;
use crate::value::Value;

/// The version of the reference whose language this is.
const NIX_VERSION: &str = "2.34.8";

/// The version of the language, which programs compare with.
const LANGUAGE_VERSION: i64 = 6;

/// `currentSystem`
#[suspendable]
pub async fn current_system(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    let settings = &m.settings;
    let system = if settings.eval_system.is_empty() {
        settings.system.clone()
    } else {
        settings.eval_system.clone()
    };
    Ok(m.string(&system))
}

/// `currentTime`
#[suspendable]
pub async fn current_time(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    // The host may set another time between two evaluations.
    m.taint();
    Ok(m.heap.int(m.settings.current_time))
}

/// `langVersion`
#[suspendable]
pub async fn lang_version(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    Ok(m.heap.int(LANGUAGE_VERSION))
}

/// `nixVersion`
#[suspendable]
pub async fn nix_version(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    Ok(m.string(NIX_VERSION.as_bytes()))
}

/// `storeDir`
#[suspendable]
pub async fn store_dir(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    let dir = m.store.dir.as_str().to_owned();
    Ok(m.string(dir.as_bytes()))
}

/// `nixPath`
#[suspendable]
pub async fn nix_path(_: &mut Stk, m: &mut Machine, _: &[Value], _: Pos) -> Result<Value> {
    let mut entries = m.settings.search_path.clone();
    if m.settings.pure_eval {
        entries.clear();
    }
    let list = m.heap.alloc_list(entries.len());
    for (index, (prefix, path)) in entries.iter().enumerate() {
        let prefix = m.string(prefix);
        let path = m.string(path);
        let entry = m.heap.attrs_from(vec![
            (well_known::PREFIX, prefix, Pos::NONE),
            (well_known::PATH, path, Pos::NONE),
        ]);
        m.heap.set_element(list, index, entry);
    }
    Ok(Value::object(crate::value::Tag::List, list))
}

/// `getEnv name`; the empty string for what is not set.
#[suspendable]
pub async fn get_env(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the first argument passed to builtins.getEnv";
    let name = typed::plain_string(stk, m, args[0], pos, what).await?;
    if m.is_restricted() {
        return Ok(m.string(b""));
    }
    let found = m
        .settings
        .environment
        .iter()
        .find(|(variable, _)| *variable == name);
    let value = found.map(|(_, value)| value.clone()).unwrap_or_default();
    Ok(m.string(&value))
}
