//! Calls of imported functions with constant arguments, `import ./set { system = "…"; }`, in files that are being edited.
//!
//! All code of an edited file is new with each edit, so such a call is another one each time. What it evaluated to is kept if it depends
//! on nothing but the other file, and is found again by what is imported and by what the arguments are, whatever their positions. One
//! result is used once in an evaluation: two calls that look the same have results of their own, as functions in them can tell.

use crate::builtin::Builtin;
use crate::ir::{BindingKind, Expr, ExprId, Slice};
use crate::machine::Machine;
use crate::value::Value;

/// Results that are remembered at most.
const MAX_CALLS: usize = 64;

/// Longer arguments are not compared.
const MAX_KEY: usize = 1 << 14;

/// What was called with what, as bytes that are equal for equal calls.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CallKey(Vec<u8>);

/// A call that has been evaluated.
#[derive(Debug)]
pub(crate) struct ConstantCall {
    key: CallKey,
    pub(crate) result: Value,
    pub(crate) is_used: bool,
}

impl Machine {
    /// Describes a call expression if it is one that may be remembered.
    pub(crate) fn constant_call(
        &self,
        expr: ExprId,
        function: Value,
        arguments: Slice,
    ) -> Option<CallKey> {
        let imports = function.as_builtin() == Some(Builtin::Import.index());
        if !imports || arguments.len < 2 || !self.is_in_volatile_file(self.ir.pos(expr)) {
            return None;
        }
        let mut key = Vec::new();
        for index in arguments.range() {
            self.append_constant(self.ir.lists[index], 0, &mut key)?;
        }
        Some(CallKey(key))
    }

    /// Appends a constant expression in a form that tells it from all others.
    fn append_constant(&self, expr: ExprId, depth: u32, key: &mut Vec<u8>) -> Option<()> {
        if key.len() > MAX_KEY || depth > 16 {
            return None;
        }
        match self.ir.expr(expr) {
            Expr::Int(value) => {
                key.push(b'i');
                key.extend_from_slice(&value.to_le_bytes());
            }
            Expr::Float(value) => {
                key.push(b'f');
                key.extend_from_slice(&value.to_bits().to_le_bytes());
            }
            Expr::Str(text) => append_bytes(b's', self.ir.text(text), key),
            Expr::Path(text) => append_bytes(b'p', self.ir.text(text), key),
            Expr::Global { index, .. } => match self.globals[index as usize] {
                Value::TRUE => key.push(b't'),
                Value::FALSE => key.push(b'n'),
                Value::NULL => key.push(b'0'),
                _ => return None,
            },
            Expr::List(elements) => {
                key.push(b'[');
                for index in elements.range() {
                    self.append_constant(self.ir.lists[index], depth + 1, key)?;
                }
                key.push(b']');
            }
            Expr::Attrs(set) => {
                let set = self.ir.attr_set(set);
                if set.recursive || set.dynamic.len > 0 || set.sources.len > 0 {
                    return None;
                }
                key.push(b'{');
                for binding in &self.ir.bindings[set.bindings.range()] {
                    if binding.kind != BindingKind::Plain {
                        return None;
                    }
                    append_bytes(b'=', self.symbols.name(binding.name), key);
                    self.append_constant(binding.value, depth + 1, key)?;
                }
                key.push(b'}');
            }
            _ => return None,
        }
        Some(())
    }

    /// Returns what a call has evaluated to, for its first use in this evaluation.
    pub(crate) fn kept_call(&mut self, key: &CallKey) -> Option<Value> {
        let mut calls = self.incremental.constant_calls.iter_mut();
        let call = calls.find(|call| !call.is_used && call.key == *key)?;
        call.is_used = true;
        Some(call.result)
    }

    /// Remembers what a call has evaluated to.
    pub(crate) fn remember_call(&mut self, key: CallKey, result: Value) {
        self.heap.pin();
        let calls = &mut self.incremental.constant_calls;
        if calls.len() < MAX_CALLS {
            calls.push(ConstantCall {
                key,
                result,
                is_used: true,
            });
        }
    }
}

fn append_bytes(kind: u8, bytes: &[u8], key: &mut Vec<u8>) {
    key.push(kind);
    key.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    key.extend_from_slice(bytes);
}
