//! The evaluator. The files in `shared/` are compiled twice; see `ARCHITECTURE.md`.

pub mod heap_stack;

/// The evaluator on the native stack.
#[path = "shared"]
pub mod direct {
    pub(crate) use drvlab_suspend::direct as suspendable;

    /// Stands where the other compilation has its heap-allocated stack.
    #[derive(Debug)]
    pub struct Stk;

    impl Stk {
        /// Runs a recursive call: here on the native stack.
        #[inline(always)]
        pub fn run<R>(&mut self, call: impl FnOnce(&mut Stk) -> R) -> R {
            call(self)
        }
    }

    /// Counts a level of recursion; from a limit on, returns what the other compilation makes of the same call.
    macro_rules! descend {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {
            if $m.levels >= $m.settings.native_levels {
                return $crate::eval::heap_stack::run_to_end(|stk| {
                    $crate::eval::deferred::$module::$function(stk, $m, $($argument),*)
                });
            }
            $m.levels += 1;
        };
    }

    /// Calls a builtin by its index. Through a table of pointers, lest all builtins share one large stack frame.
    macro_rules! dispatch {
        ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
            type Function = fn(&mut Stk, &mut crate::machine::Machine, &[crate::value::Value], crate::source::Pos)
                -> crate::error::Result<crate::value::Value>;
            const FUNCTIONS: &[Function] = &[$(builtins::$module::$function),*];

            /// Calls a builtin function with exactly as many arguments as it takes.
            #[inline]
            pub(crate) fn call_builtin(
                stk: &mut Stk,
                m: &mut crate::machine::Machine,
                builtin: crate::builtin::Builtin,
                arguments: &[crate::value::Value],
                pos: crate::source::Pos,
            ) -> crate::error::Result<crate::value::Value> {
                FUNCTIONS[builtin.index() as usize](stk, m, arguments, pos)
            }
        };
    }

    pub mod assertion;
    pub mod builtins;
    pub mod call;
    pub mod coerce;
    pub mod deep;
    pub mod derivation;
    pub mod equality;
    pub mod expr;
    pub mod force;
    pub mod import;
    pub mod json;
    pub mod operators;
    pub mod select;
    pub mod typed;
    pub mod xml;

    crate::builtin::for_each_builtin!(dispatch);
}

/// The evaluator on a heap-allocated stack, without a limit of depth but memory.
#[path = "shared"]
#[expect(clippy::duplicate_mod, reason = "the same source, compiled twice")]
pub mod deferred {
    pub use super::heap_stack::Stk;
    pub(crate) use drvlab_suspend::deferred as suspendable;

    /// Counts a level of recursion.
    macro_rules! descend {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {
            if $m.levels >= $m.settings.heap_levels {
                let error = $m.too_deep();
                return $crate::machine::Outcome::failure($m, error);
            }
            $m.levels += 1;
        };
    }

    /// Calls a builtin by its index. Through a table, lest one future is as large as the largest of all.
    macro_rules! dispatch {
        ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
            type Function = for<'a> fn(
                &'a mut Stk,
                &'a mut crate::machine::Machine,
                &'a [crate::value::Value],
                crate::source::Pos,
            ) -> super::heap_stack::Call<'a, crate::error::Result<crate::value::Value>>;
            const FUNCTIONS: &[Function] =
                &[$(|stk, m, arguments, pos| stk.run(move |stk| builtins::$module::$function(stk, m, arguments, pos))),*];

            /// Calls a builtin function with exactly as many arguments as it takes.
            pub(crate) async fn call_builtin(
                stk: &mut Stk,
                m: &mut crate::machine::Machine,
                builtin: crate::builtin::Builtin,
                arguments: &[crate::value::Value],
                pos: crate::source::Pos,
            ) -> crate::error::Result<crate::value::Value> {
                FUNCTIONS[builtin.index() as usize](stk, m, arguments, pos).await
            }
        };
    }

    pub mod assertion;
    pub mod builtins;
    pub mod call;
    pub mod coerce;
    pub mod deep;
    pub mod derivation;
    pub mod equality;
    pub mod expr;
    pub mod force;
    pub mod import;
    pub mod json;
    pub mod operators;
    pub mod select;
    pub mod typed;
    pub mod xml;

    crate::builtin::for_each_builtin!(dispatch);
}
