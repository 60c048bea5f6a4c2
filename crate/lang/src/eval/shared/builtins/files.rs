//! Builtins that read the file tree.

use super::super::force::force;
use super::super::{Stk, import, suspendable};
use crate::error::Result;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Tag, Value};

/// `import path`
#[suspendable]
pub async fn import(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let path = import::path_argument(stk, m, args[0], pos).await?;
    import::import_file(stk, m, &path, pos).await
}

/// `scopedImport scope path`
#[suspendable]
pub async fn scoped_import(stk: &mut Stk, m: &mut Machine, args: &[Value], pos: Pos) -> Result<Value> {
    let scope = force(stk, m, args[0]).await?;
    if scope.tag() != Tag::Attrs {
        let what = "while evaluating the first argument passed to builtins.scopedImport";
        return Err(m.expected("a set", scope, pos).traced(what, pos));
    }
    let path = import::path_argument(stk, m, args[1], pos).await?;
    import::import_scoped(stk, m, &path, scope.addr(), pos).await
}
