//! The table of builtin functions: names, arities, where they are implemented.
//!
//! A builtin of no arguments is a constant that is evaluated when somebody asks. Adding one takes a line here and
//! a function in `eval/shared/builtins/`.

/// Calls a macro with the table. Scope `global` means that the name is a global variable, `prefixed` that `__name` is.
macro_rules! for_each_builtin {
    ($callback:ident) => {
        $callback! {
            DerivationStrict "derivationStrict" 1 global derivation::derivation_strict;
            Import "import" 1 global files::import;
            ScopedImport "scopedImport" 2 global files::scoped_import;
        }
    };
}
pub(crate) use for_each_builtin;

macro_rules! define {
    ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
        /// A builtin function.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub enum Builtin {
            $(#[doc = concat!("`builtins.", $name, "`")] $variant),*
        }

        const TABLE: &[(Builtin, &str, usize, bool)] =
            &[$((Builtin::$variant, $name, $arity, define!(@$scope))),*];
    };
    (@global) => { true };
    (@prefixed) => { false };
}

for_each_builtin!(define);

impl Builtin {
    /// Returns all builtins.
    pub fn all() -> impl Iterator<Item = Builtin> {
        TABLE.iter().map(|&(builtin, ..)| builtin)
    }

    /// Returns its index in the table.
    pub fn index(self) -> u32 {
        self as u32
    }

    /// Returns the builtin at an index of the table.
    pub fn from_index(index: u32) -> Builtin {
        TABLE[index as usize].0
    }

    /// Returns its name in the set `builtins`.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// Counts its arguments.
    #[inline]
    pub fn arity(self) -> usize {
        TABLE[self as usize].2
    }

    /// Returns the name of the global variable that holds it.
    pub fn global_name(self) -> String {
        if TABLE[self as usize].3 { self.name().to_owned() } else { format!("__{}", self.name()) }
    }
}

/// What builtins remember between calls.
#[derive(Default)]
pub struct Caches {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_positions_in_the_table() {
        for (position, builtin) in Builtin::all().enumerate() {
            assert_eq!(builtin.index() as usize, position);
            assert_eq!(Builtin::from_index(builtin.index()), builtin);
        }
    }
}
