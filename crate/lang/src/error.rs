//! Errors of the evaluator: a diagnostic and whether `tryEval` may catch it.

use crate::diagnostic::{Diagnostic, FrameKind, Shown, TraceFrame};
use crate::source::{Pos, Span};
use crate::value::Addr;
use bstr::BString;

/// What kind of error it is, as far as the language can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErrorKind {
    /// `throw`; caught by `tryEval`.
    Thrown,
    /// A failed `assert`; caught by `tryEval`.
    Assertion,
    /// `abort`
    Abort,
    /// A value that needs itself.
    InfiniteRecursion,
    /// A limit of the host: memory, time, depth, cancellation.
    Limit,
    /// A value where a derivation, or a set or list of such, was wanted.
    NoDerivation,
    /// Something that was fetched has another hash than was said.
    HashMismatch,
    /// An error of a library of the reference, to which nobody adds what the evaluator was doing.
    Foreign,
    /// Everything else.
    Other,
}

/// An error of the evaluator.
#[derive(Clone, Debug)]
pub struct EvalError {
    /// The kind.
    pub kind: ErrorKind,
    /// What to show.
    pub diagnostic: Diagnostic,
    /// The index of what is known of it as a failure that thunks are kept with.
    pub(crate) failure: Option<u32>,
    /// The thunk that failed last with it, and what its first two words were before.
    pub(crate) failed_call: Option<(Addr, [u32; 2])>,
}

/// The result of an evaluation step. The error is boxed to keep the good case small.
pub type Result<T> = std::result::Result<T, Box<EvalError>>;

impl EvalError {
    /// Makes an error of a kind.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<BString>, pos: Pos) -> Box<Self> {
        Self::of(kind, Diagnostic::error(message, pos))
    }

    /// Makes an error of a diagnostic.
    #[cold]
    pub(crate) fn of(kind: ErrorKind, diagnostic: Diagnostic) -> Box<Self> {
        Box::new(EvalError {
            kind,
            diagnostic,
            failure: None,
            failed_call: None,
        })
    }

    /// Makes an error that `tryEval` does not catch.
    #[cold]
    pub fn other(message: impl Into<BString>, pos: Pos) -> Box<Self> {
        Self::new(ErrorKind::Other, message, pos)
    }

    /// Tells whether `tryEval` catches it.
    pub fn is_catchable(&self) -> bool {
        matches!(self.kind, ErrorKind::Thrown | ErrorKind::Assertion)
    }

    /// Adds what the evaluator was doing; called on the way out, so the innermost comes first.
    #[cold]
    pub fn traced(self: Box<Self>, message: impl Into<BString>, pos: Pos) -> Box<Self> {
        self.framed(Shown::WhileShort, message, pos, FrameKind::Step)
    }

    /// Adds that the files a path needs could not be had.
    #[cold]
    pub(crate) fn while_realising(self: Box<Self>, path: &[u8], pos: Pos) -> Box<Self> {
        let what = [b"while realising the context of path '", path, b"'"].concat();
        self.traced(what, pos)
    }

    /// Adds what the evaluator was doing, says when to show it, and what kind of line it is.
    #[cold]
    pub(crate) fn framed(
        mut self: Box<Self>,
        shown: Shown,
        message: impl Into<BString>,
        pos: Pos,
        kind: FrameKind,
    ) -> Box<Self> {
        if self.kind == ErrorKind::Foreign {
            return self;
        }
        let trace = &mut self.diagnostic.trace;
        if trace.len() >= MOST_FRAMES {
            // Data can be a million levels deep. What is lost is the middle, of which nobody reads more than the number of frames.
            trace.drain(INNERMOST_FRAMES..INNERMOST_FRAMES + (MOST_FRAMES - INNERMOST_FRAMES) / 2);
        }
        trace.push(TraceFrame {
            message: message.into(),
            pos,
            shown,
            kind,
        });
        self
    }

    /// Adds a hint.
    #[cold]
    pub fn hint(mut self: Box<Self>, hint: impl Into<BString>) -> Box<Self> {
        self.diagnostic.hints.push(hint.into());
        self
    }

    /// Gives the error a place if it has none.
    #[cold]
    pub fn or_at(mut self: Box<Self>, pos: Pos) -> Box<Self> {
        if !self.diagnostic.span.start.is_some() {
            self.diagnostic.span = Span {
                start: pos,
                end: pos,
            };
        }
        self
    }
}

/// A trace has at most this many frames.
const MOST_FRAMES: usize = 40_000;

/// This many frames on the inside are always kept.
const INNERMOST_FRAMES: usize = 10_000;
