//! `derivationStrict`.

use super::super::{Stk, derivation, suspendable};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;

/// `derivationStrict attrs`
#[suspendable]
pub async fn derivation_strict(
    stk: &mut Stk,
    m: &mut Machine,
    args: &[Value],
    pos: Pos,
) -> Result<Value> {
    derivation::derivation_strict(stk, m, args[0], pos).await
}
