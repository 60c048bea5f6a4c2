//! The builtin that reads TOML.

use super::super::{Stk, suspendable, typed};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;

/// `fromTOML s`
#[suspendable]
pub async fn from_toml(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let what = "while evaluating the argument passed to builtins.fromTOML";
    let text = typed::plain_string(stk, m, args[0], pos, what).await?;
    m.read_toml(&text, pos)
}
