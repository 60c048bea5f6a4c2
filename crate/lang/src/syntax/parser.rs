//! The parser's state and main loop.
//!
//! The parser keeps its own stack of [`Frame`]s instead of recursing, so that no depth of nesting can overflow the native stack.
//! Each frame is a construct that waits for an expression; [`State`] says what has just been read or must come next.
//! The grammar is that of the reference's `parser.y`; what an LALR parser with default reductions reports as expected is kept.

use super::ParseContext;
use super::attr_set::{Entry, SetBuilder};
use super::indented::IndentedPart;
use super::lexer::Lexer;
use super::token::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::ir::{AttrName, BinaryOp, Expr, ExprId, Formal, Ir, Pattern, Slice, TextId};
use crate::source::{Pos, SourceMap, Span};
use crate::symbol::{Symbol, Symbols};

pub type Parsed<T> = Result<T, Box<Diagnostic>>;

/// What the main loop does next.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// Read an expression of any kind (`expr_function`).
    Function,
    /// Read the operand of an operator (`expr_op`).
    Operator,
    /// Read an argument or list element (`expr_select`).
    Select,
    /// A simple expression has been read.
    Simple(Done),
    /// A selection has been read.
    Selected(Done),
    /// An application or an operation has been read.
    Operand(Done),
    /// A whole expression has been read.
    Complete(Done),
    /// Everything has been read.
    Finished(ExprId),
}

/// An expression that has been read.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// The expression.
    pub expr: ExprId,
    /// Where its text starts (with parentheses).
    pub start: u32,
}

/// What an attribute path belongs to.
#[derive(Clone, Copy, Debug)]
pub enum PathGoal {
    /// `base.path`
    Select(Done),
    /// `base ? path`, with the position of the operator
    Has(Done),
    /// `path = value;`, with the position of the path
    Binding(u32),
}

/// Which text an interpolation is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextKind {
    /// `"…"`
    Quoted,
    /// `"…"` as an attribute name
    QuotedName,
    /// `''…''`
    Indented,
    /// a path
    Path,
}

/// A pattern whose formals are being read.
#[derive(Clone, Copy, Debug)]
pub struct PatternHead {
    /// Where the function starts.
    pub start: u32,
    /// First of its formals on the stack of formals.
    pub formals: u32,
    /// The name in front of `@`.
    pub name: Option<Token>,
}

/// A parameter of a function whose body is being read. Its name is interned after the body, as in the reference: the order of symbols
/// can be seen.
#[derive(Clone, Copy, Debug)]
pub struct OpenParameter {
    /// The name of the whole argument.
    pub name: Option<Token>,
    /// The pattern.
    pub pattern: Option<Pattern>,
    /// Where the function starts.
    pub pos: Pos,
}

/// A construct that waits for an expression or an attribute name.
#[derive(Clone, Copy, Debug)]
pub enum Frame {
    /// The whole text.
    Root,
    /// `( … )`
    Paren { start: u32 },
    /// `[ … ]`; the elements are on the stack of parts.
    List { start: u32, parts: u32 },
    /// `f x …`; the arguments are on the stack of parts.
    Apply { function: Done, parts: u32 },
    /// `a.b or …`
    Default { base: Done, path: u32 },
    /// `!…` or `-…`
    Unary { negate: bool, start: u32 },
    /// `left op …`
    Binary { op: BinaryOp, left: Done, pos: u32 },
    /// `left |> …`
    PipeInto { left: Done, pos: u32 },
    /// `left <| …`
    PipeFrom { left: Done, pos: u32 },
    /// `x: …`; the parameters are on the stack of parameters.
    Lambda { start: u32, parameters: u32 },
    /// `{ a ? …`
    FormalDefault { head: PatternHead, name: Token },
    /// `if …`
    Condition { start: u32 },
    /// `if c then …`
    Then { start: u32, condition: ExprId },
    /// `if c then a else …`
    Else {
        start: u32,
        condition: ExprId,
        then: ExprId,
    },
    /// `assert …`
    Assert { start: u32 },
    /// `assert c; …`
    AssertBody { start: u32, condition: ExprId },
    /// `with …`
    With { start: u32 },
    /// `with s; …`
    WithBody { start: u32, scope: ExprId },
    /// `let … in …`
    LetBody {
        start: u32,
        set: crate::ir::AttrSetId,
    },
    /// `path = …`; the names are on the stack of names.
    Value { names: u32, pos: u32 },
    /// `inherit (…`
    InheritSource,
    /// `inherit …`, up to its `;`; the names read so far are on the stack of entries from the first on.
    InheritNames { source: Option<u32>, first: u32 },
    /// The `.`-separated names of an attribute path, which are on the stack of names.
    Path { goal: PathGoal, names: u32 },
    /// `${…}` as attribute name
    DynamicName { start: u32 },
    /// `${…}` in a string or path
    Interpolation {
        kind: TextKind,
        start: u32,
        /// Offset of the `${`.
        opened: u32,
        parts: u32,
    },
}

/// The state of parsing one text.
pub struct Parser<'a> {
    pub ir: &'a mut Ir,
    pub symbols: &'a mut Symbols,
    pub sources: &'a SourceMap,
    pub warnings: &'a mut Vec<Diagnostic>,
    pub lexer: Lexer<'a>,
    pub base: Pos,
    pub base_dir: &'a [u8],
    pub home: Option<&'a [u8]>,
    pub pipe_operators: bool,
    /// The token to be looked at.
    pub token: Token,
    /// Where the last token before it ended.
    pub previous_end: u32,
    pub frames: Vec<Frame>,
    /// List elements, arguments and parts of strings.
    pub parts: Vec<ExprId>,
    pub names: Vec<(AttrName, Pos)>,
    pub sets: Vec<SetBuilder>,
    pub entries: Vec<Entry>,
    pub inherit_sources: Vec<ExprId>,
    pub parameters: Vec<OpenParameter>,
    pub formals: Vec<Formal>,
    pub indented: Vec<IndentedPart>,
    /// Whether the selection just read is a variable followed by `or` in its old meaning.
    pub old_or: bool,
}

impl<'a> Parser<'a> {
    /// Prepares the parsing of a text.
    pub fn new(context: ParseContext<'a>, text: &'a [u8]) -> Self {
        Self {
            ir: context.ir,
            symbols: context.symbols,
            sources: context.sources,
            warnings: context.warnings,
            lexer: Lexer::new(text),
            base: context.base,
            base_dir: context.base_dir,
            home: context.home,
            pipe_operators: context.pipe_operators,
            token: Token {
                kind: Kind::End,
                start: 0,
                end: 0,
            },
            previous_end: 0,
            frames: vec![Frame::Root],
            parts: Vec::new(),
            names: Vec::new(),
            sets: Vec::new(),
            entries: Vec::new(),
            inherit_sources: Vec::new(),
            parameters: Vec::new(),
            formals: Vec::new(),
            indented: Vec::new(),
            old_or: false,
        }
    }

    /// Parses the text.
    ///
    /// # Errors
    /// The first error in it, in the order in which the reference finds them.
    pub fn parse(&mut self) -> Parsed<ExprId> {
        let result = self.run();
        // Duplicate attributes are looked for when a set is closed; those in the part before the error come first.
        match result {
            Err(error) => Err(self.duplicate_in_open_sets().unwrap_or(error)),
            ok => ok,
        }
    }

    fn run(&mut self) -> Parsed<ExprId> {
        self.resume(0)?;
        let mut state = State::Function;
        loop {
            state = match state {
                State::Function => self.function()?,
                State::Operator => self.operator()?,
                State::Select => self.simple()?,
                State::Simple(done) => self.after_simple(done)?,
                State::Selected(done) => self.after_select(done)?,
                State::Operand(done) => self.after_operand(done)?,
                State::Complete(done) => self.after_expression(done)?,
                State::Finished(expr) => return Ok(expr),
            };
        }
    }

    /// Goes on to the next token.
    #[inline]
    pub fn bump(&mut self) -> Parsed<()> {
        self.resume(self.token.end)
    }

    /// Reads the next token from an offset.
    #[inline]
    pub fn resume(&mut self, at: u32) -> Parsed<()> {
        self.previous_end = at;
        self.token = self.lexer.token(at);
        if matches!(self.token.kind, Kind::PipeFrom | Kind::PipeInto) && !self.pipe_operators {
            return Err(self.pipes_disabled());
        }
        Ok(())
    }

    #[cold]
    fn pipes_disabled(&self) -> Box<Diagnostic> {
        let message = "experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it";
        self.error(message, self.token.start)
    }

    /// Returns the position of an offset.
    #[inline]
    pub fn pos(&self, offset: u32) -> Pos {
        Pos(self.base.0 + offset)
    }

    /// Adds an expression that was written at the offsets.
    #[inline]
    pub fn push(&mut self, expr: Expr, start: u32, end: u32) -> ExprId {
        let id = ExprId(self.ir.exprs.len() as u32);
        self.ir.exprs.push(expr);
        self.ir.spans.push(Span {
            start: self.pos(start),
            end: self.pos(end),
        });
        id
    }

    /// Adds an expression that starts at an offset and ends before the current token.
    #[inline]
    pub fn done(&mut self, expr: Expr, start: u32) -> Done {
        let expr = self.push(expr, start, self.previous_end);
        Done { expr, start }
    }

    /// Moves the parts from an index on into the arena's lists.
    #[inline]
    pub fn take_parts(&mut self, from: u32) -> Slice {
        let start = self.ir.lists.len() as u32;
        self.ir.lists.extend(self.parts.drain(from as usize..));
        Slice {
            start,
            len: self.ir.lists.len() as u32 - start,
        }
    }

    /// Makes a literal of the arena's last bytes.
    pub fn take_text(&mut self, from: usize) -> Parsed<TextId> {
        let end = self.ir.text_bytes.len();
        if u32::try_from(end).is_err() {
            return Err(self.error(
                "the texts of all literals together exceed 4 GiB",
                self.token.start,
            ));
        }
        let id = TextId(self.ir.texts.len() as u32);
        self.ir.texts.push(Slice {
            start: from as u32,
            len: (end - from) as u32,
        });
        Ok(id)
    }

    /// Returns the text of a token.
    #[inline]
    pub fn text_of(&self, token: Token) -> &[u8] {
        &self.lexer.text[token.start as usize..token.end as usize]
    }

    /// Interns the text of a token.
    #[inline]
    pub fn symbol(&mut self, token: Token) -> Symbol {
        self.symbols
            .intern(&self.lexer.text[token.start as usize..token.end as usize])
    }

    /// Makes an error at an offset.
    #[cold]
    pub fn error(&self, message: impl Into<bstr::BString>, offset: u32) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(message, self.pos(offset)))
    }

    /// Makes the error for the current token.
    #[cold]
    pub fn unexpected(&self, expected: &[&str]) -> Box<Diagnostic> {
        let token = self.token;
        // The reference's lexer computes numbers, so that one that is too large is found before the parser minds it.
        if matches!(token.kind, Kind::Int | Kind::Float)
            && let Err(error) = self.number()
        {
            return error;
        }
        let mut error = self.unexpected_token(token.kind.name(), token.start, expected);
        error.span.end = self.pos(token.end);
        error
    }

    /// Makes the error for a token that the lexer does not know by itself.
    #[cold]
    pub fn unexpected_token(&self, name: &str, offset: u32, expected: &[&str]) -> Box<Diagnostic> {
        let mut message = format!("syntax error, unexpected {name}");
        for (index, name) in expected.iter().enumerate() {
            message.push_str(if index == 0 { ", expecting " } else { " or " });
            message.push_str(name);
        }
        self.error(message, offset)
    }

    /// Skips a token that must come next.
    #[inline]
    pub fn expect(&mut self, kind: Kind, expected: &[&str]) -> Parsed<()> {
        if self.token.kind != kind {
            return Err(self.unexpected(expected));
        }
        self.bump()
    }
}
