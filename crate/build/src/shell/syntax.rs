//! The parsed form of shell scripts.

use std::cell::OnceCell;
use std::rc::Rc;

use bstr::BString;

/// Commands one after another.
pub type List = Vec<AndOr>;

/// Pipelines joined by `&&` and `||`.
#[derive(Debug)]
pub struct AndOr {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
}

/// What joins two pipelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connector {
    And,
    Or,
}

/// Commands that read what the one before writes.
#[derive(Debug)]
pub struct Pipeline {
    pub negated: bool,
    pub commands: Vec<Command>,
}

/// A command with its redirections.
#[derive(Debug)]
pub struct Command {
    /// Line that messages name.
    pub line: u32,
    pub kind: CommandKind,
    pub redirections: Vec<Redirection>,
}

#[derive(Debug)]
pub enum CommandKind {
    Simple {
        assignments: Vec<(BString, Word)>,
        words: Vec<Word>,
    },
    Group(List),
    Subshell(List),
    If {
        branches: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    Loop {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        variable: BString,
        /// `None` without `in`: the positional parameters.
        words: Option<Vec<Word>>,
        body: List,
    },
    Case {
        subject: Word,
        arms: Vec<(Vec<Word>, List)>,
    },
    Function {
        name: BString,
        body: Rc<Command>,
    },
}

/// A redirection of one file descriptor.
#[derive(Debug)]
pub struct Redirection {
    pub descriptor: u8,
    pub kind: RedirectionKind,
}

#[derive(Debug)]
pub enum RedirectionKind {
    /// `<`
    Read(Word),
    /// `>` and `>|`
    Write(Word),
    /// `>>`
    Append(Word),
    /// `<>`
    ReadWrite(Word),
    /// `>&` and `<&`
    Duplicate(Word),
    /// `<<`; the text is read after the line that the operator is in.
    Here(Rc<OnceCell<Word>>),
}

/// A word before expansion.
#[derive(Clone, Debug, Default)]
pub struct Word(pub Vec<Part>);

/// A part of a word. `quoted` parts are neither split nor taken as patterns.
#[derive(Clone, Debug)]
pub enum Part {
    Literal {
        text: BString,
        quoted: bool,
    },
    /// `~` or `~user` at the start of a word.
    Tilde(BString),
    Parameter {
        name: BString,
        operation: Operation,
        quoted: bool,
    },
    /// `${…}` that is none; an error when it is expanded.
    BadSubstitution,
    Substitution {
        script: Rc<List>,
        quoted: bool,
    },
    Arithmetic {
        expression: Word,
        quoted: bool,
    },
}

/// What is done with the value of a parameter.
#[derive(Clone, Debug)]
pub enum Operation {
    Value,
    /// `${#x}`
    Length,
    /// `${x-w}`, with `:` also where the value is empty
    Default {
        word: Word,
        or_empty: bool,
    },
    /// `${x=w}`
    Assign {
        word: Word,
        or_empty: bool,
    },
    /// `${x?w}`
    Require {
        word: Word,
        or_empty: bool,
    },
    /// `${x+w}`
    Alternative {
        word: Word,
        or_empty: bool,
    },
    /// `${x%w}`, `${x%%w}`
    TrimSuffix {
        pattern: Word,
        longest: bool,
    },
    /// `${x#w}`, `${x##w}`
    TrimPrefix {
        pattern: Word,
        longest: bool,
    },
}

impl Word {
    /// Returns the text if the word is nothing else.
    pub fn literal(&self) -> Option<BString> {
        let mut whole = BString::default();
        for part in &self.0 {
            let Part::Literal {
                text,
                quoted: false,
            } = part
            else {
                return None;
            };
            whole.extend_from_slice(text);
        }
        Some(whole)
    }
}
