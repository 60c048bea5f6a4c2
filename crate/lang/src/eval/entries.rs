//! Where evaluation goes on when a native stack is used up, on another one or on one on the heap: a table of the functions that count levels of
//! recursion.
//!
//! Through pointers, so that the native compilation does not refer to the deferred one by name. What a crate makes a machine with
//! instantiates the deferred functions in that crate: the WASM module has them compiled for size, native programs for speed.
//!
//! Builtins that are called rarely, XML and the comparison behind a failed assertion exist only deferred; what they evaluate is back on the
//! native stack as long as that has room. What else is rare and large is found here too, to be compiled in the same crate.

use super::{deferred, direct, heap_stack};
use crate::builtin::Builtin;
use crate::coercion::Coercion;
use crate::context::{ContextId, GatheredContext};
use crate::derivation::Recipe;
use crate::error::{EvalError, Result};
use crate::ir::ExprId;
use crate::json_text::JsonText;
use crate::machine::Machine;
use crate::print::Style;
use crate::regex::{PatternError, Regex};
use crate::source::Pos;
use crate::value::{Addr, Value};
use crate::xml_text::XmlText;

/// What a stack within the native one takes of it, in levels.
const STACK_LEVELS: u32 = 4;

/// Does something on a heap-allocated stack although the native one has room.
#[inline]
pub(crate) fn within_native_stack<R>(m: &mut Machine, act: impl FnOnce(&mut Machine) -> R) -> R {
    m.levels += STACK_LEVELS;
    let result = act(m);
    m.levels -= STACK_LEVELS;
    result
}

macro_rules! entries {
    ($($module:ident { $($function:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {
        /// The entries.
        pub(crate) struct Entries {
            $(pub $module: $module::Functions,)*
            /// Calls a builtin that only the deferred compilation has, with exactly as many arguments as it takes.
            pub rare_builtin: fn(&mut Machine, Builtin, &[Value], Pos) -> Result<Value>,
            /// Compiles a regular expression.
            pub compile_pattern: fn(&[u8]) -> std::result::Result<Regex, PatternError>,
            /// Prints a value.
            pub print: fn(&Machine, Value, Style) -> Vec<u8>,
            /// Adds "did you mean" to an error.
            pub with_suggestions:
                fn(&Machine, Box<EvalError>, &[u8], &[Vec<u8>]) -> Box<EvalError>,
            /// Makes a derivation.
            pub instantiate: fn(&mut Machine, Recipe, ContextId, Pos) -> Result<Value>,
            /// Makes the set of a derivation out of its file.
            pub import_derivation: fn(&mut Machine, &[u8]) -> Result<Option<Value>>,
            /// Copies a file or directory to the store.
            pub copy_to_store: fn(&mut Machine, &[u8], Pos) -> Result<Value>,
        }

        $(
            /// The entries into one module of the evaluator.
            pub(crate) mod $module {
                use super::*;

                pub(crate) struct Functions {
                    $(pub $function: fn(&mut Machine, $($type),*) -> $result),*
                }
            }
        )*

        impl Entries {
            /// Returns the entries into the deferred compilation for a site.
            pub(crate) fn of<Site: 'static>() -> &'static Self {
                const {
                    &Self {
                        $($module: $module::Functions {
                            $($function: |m, $($argument),*| {
                                if m.is_stack_used_up() {
                                    let mut result = None;
                                    m.on_another_stack(&mut |m| {
                                        result = Some(direct::$module::$function(&mut direct::Stk, m, $($argument),*));
                                    });
                                    if let Some(result) = result {
                                        return result;
                                    }
                                }
                                heap_stack::run_to_end::<Site, _, _>(|stk| {
                                    deferred::$module::$function(stk, m, $($argument),*)
                                })
                            }),*
                        },)*
                        rare_builtin: |m, builtin, arguments, pos| {
                            within_native_stack(m, |m| {
                                heap_stack::run_to_end::<Site, _, _>(|stk| {
                                    deferred::call_builtin(stk, m, builtin, arguments, pos)
                                })
                            })
                        },
                        compile_pattern: |pattern| Regex::new(pattern),
                        print: |m, value, style| m.printed(value, style),
                        with_suggestions: |m, error, name, candidates| {
                            m.suggesting(error, name, candidates)
                        },
                        instantiate: |m, recipe, context, pos| m.instantiate(recipe, context, pos),
                        import_derivation: |m, path| m.import_derivation(path),
                        copy_to_store: |m, path, pos| m.copy_to_store(path, pos),
                    }
                }
            }
        }
    };
}

entries! {
    assertion {
        failed(expr: ExprId, test: ExprId, frame: Addr) -> Result<Value>;
    }
    call {
        call_functor(functor: Value, arguments: &[Value], pos: Pos) -> Result<Value>;
    }
    coerce {
        append_other(
            value: Value,
            how: Coercion,
            pos: Pos,
            what: &'static str,
            bytes: &mut Vec<u8>,
            context: &mut GatheredContext
        ) -> Result<()>;
    }
    equality {
        equal(a: Value, b: Value) -> Result<bool>;
        less_than(a: Value, b: Value, what: &'static str) -> Result<bool>;
    }
    expr {
        eval_raw(expr: ExprId, frame: Addr) -> Value;
    }
    force {
        force_marked(marker: u32, addr: Addr) -> Value;
    }
    json {
        append(value: Value, copy_paths: bool, pos: Pos, text: &mut JsonText) -> Result<()>;
    }
    xml {
        document(value: Value, text: &mut XmlText) -> Result<()>;
    }
}
