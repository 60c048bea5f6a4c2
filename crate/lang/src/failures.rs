//! Failures that `tryEval` has caught, or `addErrorContext` on their way out.
//!
//! A thunk whose evaluation has failed is not evaluated anew when somebody asks again: it fails with a copy of the error as it was caught, with
//! the trace of the first time. Only after `tryEval`, and from the text of `addErrorContext`, can anybody ask again.

use crate::error::{EvalError, Result};
use crate::heap::thunk;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Addr, Value};
use std::rc::Rc;

/// The errors of the thunks that have failed within a `tryEval`.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    /// How many `tryEval` are under way.
    tries: u32,
    /// How many `addErrorContext` are under way; they see every error.
    contexts: u32,
    errors: Vec<Failure>,
    /// Roughly what the errors take.
    bytes: usize,
}

/// An error that thunks have failed with.
#[derive(Debug)]
struct Failure {
    /// Without a trace, for whoever asks while the error itself is on its way out.
    bare: EvalError,
    /// The error, once it has been caught.
    caught: Option<Box<EvalError>>,
}

/// Bytes that are counted for an error, and for each frame of its trace, besides their texts.
const SIZE: usize = 512;
const SIZE_OF_FRAME: usize = 64;

impl Machine {
    /// Begins a `tryEval`.
    pub(crate) fn begin_try(&mut self) {
        self.failures.tries += 1;
    }

    /// Ends a `tryEval`.
    pub(crate) fn end_try(&mut self) {
        self.failures.tries -= 1;
    }

    /// Begins an `addErrorContext`.
    pub(crate) fn begin_context(&mut self) {
        self.failures.contexts += 1;
    }

    /// Ends an `addErrorContext`.
    pub(crate) fn end_context(&mut self) {
        self.failures.contexts -= 1;
    }

    /// Keeps an error that has been caught for the thunks that failed with it; all that are kept count as memory.
    ///
    /// # Errors
    /// When that is too much.
    #[cold]
    pub(crate) fn caught(&mut self, mut error: Box<EvalError>) -> Result<()> {
        error.failed_call = None;
        let index = error.failure.take();
        let Some(failure) = index.and_then(|index| self.failures.errors.get_mut(index as usize))
        else {
            return Ok(());
        };
        self.failures.bytes += error.diagnostic.trace.len() * SIZE_OF_FRAME;
        failure.caught = Some(error);
        self.check_memory(self.failures.bytes, Pos::NONE)
    }

    /// Notes that a thunk has failed, which was this before. Where nobody can ask again it becomes that again.
    #[cold]
    #[inline(never)]
    pub(crate) fn thunk_failed(&mut self, addr: Addr, before: [u32; 2]) {
        self.heap.set_word(addr, 0, before[0]);
        self.heap.set_word(addr, 1, before[1]);
        let Some(error) = &mut self.failure else {
            return;
        };
        let is_kept = self.failures.contexts > 0 || self.failures.tries > 0 && error.is_catchable();
        if before[0] == thunk::FAILED {
            return;
        }
        if !is_kept {
            error.failed_call = None;
            return;
        }
        let errors = &mut self.failures.errors;
        let index = *error.failure.get_or_insert(errors.len() as u32);
        if index as usize == errors.len() {
            let trace = std::mem::take(&mut error.diagnostic.trace);
            let mut bare = EvalError::clone(error);
            bare.failure = None;
            error.diagnostic.trace = trace;
            self.failures.bytes += SIZE + bare.diagnostic.message.len();
            errors.push(Failure { bare, caught: None });
        }
        error.failed_call = Some((addr, before));
        self.heap.fail_for_now(addr, before, index);
    }

    /// Lets a file that cannot be parsed fail with the same error when the text of an `addErrorContext` imports it again.
    #[cold]
    pub(crate) fn not_parsed(&mut self, path: Rc<[u8]>, error: Box<EvalError>) -> Box<EvalError> {
        // That nothing is at the path itself is found out anew, before the file is looked for in a directory.
        let is_looked_for = path.ends_with(b"/default.nix") || self.path_exists(&path, true);
        if self.failures.contexts == 0 || !is_looked_for {
            return error;
        }
        let before = [thunk::DONE, Value::NULL.bits()];
        let failed = self.heap.thunk(before[0], before[1]);
        self.failure = Some(error);
        self.thunk_failed(failed.addr(), before);
        // Nothing of it holds for another evaluation.
        self.taint();
        self.note_import(path, failed);
        self.take_failure()
    }

    /// Fails with the error that a thunk has failed with before.
    #[cold]
    pub(crate) fn fail_again(&mut self, addr: Addr) -> Value {
        self.taint();
        let failure = &self.failures.errors[self.heap.word(addr, 1) as usize];
        let error = failure.caught.as_deref().unwrap_or(&failure.bare);
        self.fail(Box::new(error.clone()))
    }

    /// Returns the first two words of a thunk as they were before it failed with an error.
    pub(crate) fn words_before(&self, error: &EvalError, addr: Addr) -> [u32; 2] {
        match error.failed_call {
            Some((failed, before)) if failed == addr => before,
            _ => [self.heap.word(addr, 0), self.heap.word(addr, 1)],
        }
    }
}
