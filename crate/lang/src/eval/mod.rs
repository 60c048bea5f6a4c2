//! The evaluator. The files in `shared/` are compiled twice; see `ARCHITECTURE.md`.

pub(crate) mod entries;
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

    /// Counts a level of recursion; from a limit on, returns what comes of the same call on another stack.
    macro_rules! descend {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {
            if $m.is_stack_used_up() {
                return ($m.deferred.$module.$function)($m, $($argument),*);
            }
            $m.levels += 1;
        };
    }

    /// Counts a level of recursion of what the other compilation does wherever it is called.
    macro_rules! descend_deferred {
        ($m:ident) => {
            $m.levels += 1;
        };
    }

    /// Returns what the other compilation makes of the same call: what happens rarely is not compiled for the native stack.
    macro_rules! rarely {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {
            const IS_RARE: bool = true;
            if IS_RARE {
                return $crate::eval::entries::within_native_stack($m, |m| {
                    (m.deferred.$module.$function)(m, $($argument),*)
                });
            }
        };
    }

    /// Returns the function of a builtin. Some, or those of a whole module, are called so rarely that they are not compiled for the native
    /// stack. What only these need is marked `#[inline]`, and so is compiled with them: in the module for size.
    macro_rules! function {
        (constants $function:ident $variant:ident) => { function!(@rare $variant) };
        (context $function:ident $variant:ident) => { function!(@rare $variant) };
        (fetch $function:ident $variant:ident) => { function!(@rare $variant) };
        (files find_file $variant:ident) => { function!(@rare $variant) };
        (files read_file_type $variant:ident) => { function!(@rare $variant) };
        (flakes $function:ident $variant:ident) => { function!(@rare $variant) };
        (hash convert_hash $variant:ident) => { function!(@rare $variant) };
        (hash hash_file $variant:ident) => { function!(@rare $variant) };
        (json to_xml $variant:ident) => { function!(@rare $variant) };
        (sources $function:ident $variant:ident) => { function!(@rare $variant) };
        (toml $function:ident $variant:ident) => { function!(@rare $variant) };
        ($module:ident $function:ident $variant:ident) => { builtins::$module::$function };
        (@rare $variant:ident) => {
            |_, m, arguments, pos| {
                (m.deferred.rare_builtin)(m, crate::builtin::Builtin::$variant, arguments, pos)
            }
        };
    }

    /// Calls a builtin by its index. Through a table of pointers, lest all builtins share one large stack frame.
    macro_rules! dispatch {
        ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
            type Function = fn(&mut Stk, &mut crate::machine::Machine, &[crate::value::Value], crate::source::Pos)
                -> crate::error::Result<crate::value::Value>;
            const FUNCTIONS: &[Function] = &[$(function!($module $function $variant)),*];

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

    /// Counts a level of recursion; on a native stack that has room, which rare builtins can be, goes back there.
    macro_rules! descend {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {
            if !$m.is_stack_used_up() {
                return $crate::eval::direct::$module::$function(&mut $crate::eval::direct::Stk, $m, $($argument),*);
            }
            descend_deferred!($m);
        };
    }

    /// Counts a level of recursion of what goes on here wherever it is called.
    macro_rules! descend_deferred {
        ($m:ident) => {
            if $m.levels >= $m.settings.heap_levels {
                let error = $m.too_deep();
                return $crate::machine::Outcome::failure($m, error);
            }
            $m.levels += 1;
        };
    }

    /// Does nothing: the function is compiled for this stack.
    macro_rules! rarely {
        ($m:ident, $module:ident :: $function:ident ($($argument:expr),*)) => {};
    }

    /// Calls a builtin by its index. Through a table, lest one future is as large as the largest of all.
    macro_rules! dispatch {
        ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
            type Function<Site> = for<'a> fn(
                &'a mut Stk<Site>,
                &'a mut crate::machine::Machine,
                &'a [crate::value::Value],
                crate::source::Pos,
            ) -> super::heap_stack::Call<'a, crate::error::Result<crate::value::Value>>;

            struct Table<Site>(std::marker::PhantomData<Site>);

            impl<Site: 'static> Table<Site> {
                const FUNCTIONS: &[Function<Site>] =
                    &[$(|stk, m, arguments, pos| stk.run(move |stk| builtins::$module::$function(stk, m, arguments, pos))),*];
            }

            /// Calls a builtin function with exactly as many arguments as it takes.
            pub(crate) async fn call_builtin<Site: 'static>(
                stk: &mut Stk<Site>,
                m: &mut crate::machine::Machine,
                builtin: crate::builtin::Builtin,
                arguments: &[crate::value::Value],
                pos: crate::source::Pos,
            ) -> crate::error::Result<crate::value::Value> {
                Table::<Site>::FUNCTIONS[builtin.index() as usize](stk, m, arguments, pos).await
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
