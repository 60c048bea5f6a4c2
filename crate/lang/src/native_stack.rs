//! Further native stacks, which some hosts have: where one ends, evaluation goes on in the next as fast as before.
//!
//! Not the heap-allocated stack (`eval/heap_stack.rs`), which is slower, takes over behind the last native one, and is everywhere.

use std::fmt;
use std::rc::Rc;

use crate::machine::Machine;

/// The native stacks that a host has besides the one that evaluation begins on.
#[derive(Clone)]
pub struct NativeStacks {
    /// How many can be in use at once.
    pub count: u32,
    /// Calls what it is given on a stack that has room for as many levels as the first, or does not if there is none.
    pub run: Rc<Run>,
}

/// Calls a function on another stack.
pub type Run = dyn Fn(&mut dyn FnMut());

impl fmt::Debug for NativeStacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NativeStacks")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

/// Where on the native stacks the evaluation is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    /// Levels of recursion at which the present stack is used up.
    pub limit: u32,
    /// Stacks in use besides the first.
    taken: u32,
}

impl Position {
    /// Is on the first stack, which has room for this many levels.
    pub fn first(native_levels: u32) -> Self {
        Position {
            limit: native_levels,
            taken: 0,
        }
    }
}

impl Machine {
    /// Tells whether the present native stack has no room for another level.
    #[inline]
    pub(crate) fn is_stack_used_up(&self) -> bool {
        self.levels >= self.stack.limit
    }

    /// Calls a function on another native stack if there is one.
    #[inline(never)]
    pub(crate) fn on_another_stack(&mut self, act: &mut dyn FnMut(&mut Machine)) {
        let before = self.stack;
        let Some(NativeStacks { count, run }) = &self.settings.native_stacks else {
            return;
        };
        if before.taken == *count {
            return;
        }
        let run = Rc::clone(run);
        self.stack = Position {
            limit: self.levels + self.settings.native_levels,
            taken: before.taken + 1,
        };
        run(&mut || act(self));
        self.stack = before;
    }
}
