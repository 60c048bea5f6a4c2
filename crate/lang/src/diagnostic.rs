//! What went wrong, as data: the one type for errors of the parser and the evaluator, and for warnings.

use crate::source::{Pos, Span};
use bstr::BString;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// There is no result.
    Error,
    /// There is a result.
    Warning,
}

/// When a frame of the trace is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shown {
    /// As long as the trace is short.
    #[default]
    WhileShort,
    /// Always: the program asked for it with `addErrorContext`.
    Always,
    /// Only in full traces (`--show-trace`): calls of the program's own functions.
    InFull,
}

/// One line of the trace: what the evaluator was doing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TraceFrame {
    /// For example `while calling the 'map' builtin`.
    pub message: BString,
    /// Where.
    pub pos: Pos,
    /// When it is shown.
    pub shown: Shown,
    /// What kind of line it is.
    pub kind: FrameKind,
}

/// What a frame of the trace is for, as far as it decides about its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FrameKind {
    /// A step of the evaluation.
    #[default]
    Step,
    /// A call whose place is that of the call, as for builtins and functors; of lambdas the place is where they are written, and a line of
    /// its own says where they are called.
    Call,
    /// An element of a list that is evaluated completely. The reference gives it no place at all, and takes it for another line than one whose
    /// place is nowhere.
    Element,
}

/// An error or a warning. Messages are those of the reference, without the `error: ` in front; text that comes from
/// programs can be any bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong.
    pub message: BString,
    /// Where; `span.start` is [`Pos::NONE`] if there is no place. An end equal to the start stands for "the token that starts here".
    pub span: Span,
    /// The innermost expression of a file that was being evaluated, for hosts that need a place even where the reference
    /// names none; it is not part of the text.
    pub near: Pos,
    /// What to do about it, for example `Did you mean 'lib'?`
    pub hints: Vec<BString>,
    /// What the evaluator was doing, innermost first.
    pub trace: Vec<TraceFrame>,
}

impl Diagnostic {
    /// Makes an error at a position.
    pub fn error(message: impl Into<BString>, pos: Pos) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            span: Span {
                start: pos,
                end: pos,
            },
            near: pos,
            hints: Vec::new(),
            trace: Vec::new(),
        }
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<BString>) -> Self {
        self.hints.push(hint.into());
        self
    }
}
