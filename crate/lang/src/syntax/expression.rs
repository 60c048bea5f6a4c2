//! Expressions: operands, applications, operators with their precedence, and the keyword constructs.

use super::attr_set::SetKind;
use super::parser::{Done, Frame, Parsed, Parser, PathGoal, PatternHead, State, TextKind};
use super::token::Kind;
use crate::ir::{BinaryOp, Expr, ExprId, Lambda, LambdaId};
use crate::ir::{Slice, TextId};
use crate::symbol::well_known;

/// How an operator groups with others of the same precedence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grouping {
    Left,
    Right,
    None,
}

const NOT: u8 = 7;
const HAS_ATTR: u8 = 11;
const NEGATE: u8 = 12;

/// Returns the precedence and the grouping of an operator.
#[inline]
fn precedence(op: BinaryOp) -> (u8, Grouping) {
    match op {
        BinaryOp::Implies => (1, Grouping::Right),
        BinaryOp::Or => (2, Grouping::Left),
        BinaryOp::And => (3, Grouping::Left),
        BinaryOp::Equal | BinaryOp::NotEqual => (4, Grouping::None),
        BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
            (5, Grouping::None)
        }
        BinaryOp::Update => (6, Grouping::Right),
        BinaryOp::Add | BinaryOp::Sub => (8, Grouping::Left),
        BinaryOp::Mul | BinaryOp::Div => (9, Grouping::Left),
        BinaryOp::Concat => (10, Grouping::Right),
    }
}

/// Returns the binary operator that a token is.
#[inline]
fn binary_operator(kind: Kind) -> Option<BinaryOp> {
    Some(match kind {
        Kind::Implies => BinaryOp::Implies,
        Kind::Or => BinaryOp::Or,
        Kind::And => BinaryOp::And,
        Kind::Equal => BinaryOp::Equal,
        Kind::NotEqual => BinaryOp::NotEqual,
        Kind::Less => BinaryOp::Less,
        Kind::LessOrEqual => BinaryOp::LessOrEqual,
        Kind::Greater => BinaryOp::Greater,
        Kind::GreaterOrEqual => BinaryOp::GreaterOrEqual,
        Kind::Update => BinaryOp::Update,
        Kind::Plus => BinaryOp::Add,
        Kind::Minus => BinaryOp::Sub,
        Kind::Star => BinaryOp::Mul,
        Kind::Slash => BinaryOp::Div,
        Kind::Concat => BinaryOp::Concat,
        _ => return None,
    })
}

impl Parser<'_> {
    /// Reads the beginning of an expression of any kind.
    pub fn function(&mut self) -> Parsed<State> {
        let start = self.token.start;
        match self.token.kind {
            Kind::Id => {
                let token = self.token;
                self.bump()?;
                match self.token.kind {
                    Kind::Colon => {
                        self.bump()?;
                        self.open_lambda(start, Some(token), None);
                        Ok(State::Function)
                    }
                    Kind::At => {
                        self.bump()?;
                        self.expect(Kind::CurlyOpen, &["'{'"])?;
                        let formals = self.formals.len() as u32;
                        self.formal(PatternHead {
                            start,
                            formals,
                            name: Some(token),
                        })
                    }
                    _ => Ok(State::Simple(self.variable(token))),
                }
            }
            Kind::CurlyOpen => self.curly(),
            Kind::Let => {
                self.bump()?;
                if self.token.kind == Kind::CurlyOpen {
                    self.bump()?;
                    return self.open_set(start, SetKind::LetBody);
                }
                self.open_set(start, SetKind::Let)
            }
            Kind::If => {
                self.frames.push(Frame::Condition { start });
                self.bump()?;
                Ok(State::Function)
            }
            Kind::Assert => {
                self.frames.push(Frame::Assert { start });
                self.bump()?;
                Ok(State::Function)
            }
            Kind::With => {
                self.frames.push(Frame::With { start });
                self.bump()?;
                Ok(State::Function)
            }
            _ => self.operator(),
        }
    }

    /// Reads the beginning of the operand of an operator.
    pub fn operator(&mut self) -> Parsed<State> {
        let start = self.token.start;
        let negate = match self.token.kind {
            Kind::Not => false,
            Kind::Minus => true,
            _ => return self.simple(),
        };
        self.frames.push(Frame::Unary { negate, start });
        self.bump()?;
        Ok(State::Operator)
    }

    /// Reads a simple expression.
    pub fn simple(&mut self) -> Parsed<State> {
        let token = self.token;
        let start = token.start;
        match token.kind {
            Kind::Id => {
                self.bump()?;
                Ok(State::Simple(self.variable(token)))
            }
            Kind::Int | Kind::Float => self.literal_number(),
            Kind::Quote => self.quoted(TextKind::Quoted, start, token.end, self.parts.len() as u32),
            Kind::IndentedOpen => self.open_indented(),
            Kind::Path | Kind::HomePath => self.path(),
            Kind::SearchPath => self.search_path(),
            Kind::Uri => {
                let from = self.ir.text_bytes.len();
                self.ir
                    .text_bytes
                    .extend_from_slice(&self.lexer.text[start as usize..token.end as usize]);
                let text = self.take_text(from)?;
                self.bump()?;
                Ok(State::Simple(self.done(Expr::Str(text), start)))
            }
            Kind::ParenOpen => {
                self.frames.push(Frame::Paren { start });
                self.bump()?;
                Ok(State::Function)
            }
            Kind::BracketOpen => {
                self.frames.push(Frame::List {
                    start,
                    parts: self.parts.len() as u32,
                });
                self.bump()?;
                self.list_element()
            }
            Kind::CurlyOpen => {
                self.bump()?;
                self.open_set(start, SetKind::Plain)
            }
            Kind::Rec => {
                self.bump()?;
                self.expect(Kind::CurlyOpen, &["'{'"])?;
                self.open_set(start, SetKind::Recursive)
            }
            Kind::Let => {
                self.bump()?;
                self.expect(Kind::CurlyOpen, &["'{'"])?;
                self.open_set(start, SetKind::LetBody)
            }
            _ => Err(self.unexpected(&[])),
        }
    }

    fn variable(&mut self, token: super::token::Token) -> Done {
        let expr = if self.text_of(token) == b"__curPos" {
            Expr::CurPos
        } else {
            Expr::Var(self.symbol(token))
        };
        Done {
            expr: self.push(expr, token.start, token.end),
            start: token.start,
        }
    }

    /// A literal number as it stands.
    fn literal_number(&mut self) -> Parsed<State> {
        let start = self.token.start;
        let number = self.number()?;
        self.bump()?;
        Ok(State::Simple(self.done(number, start)))
    }

    /// Returns what the current token, a number, is worth.
    ///
    /// # Errors
    /// When the number is too large, or too small.
    pub fn number(&self) -> Parsed<Expr> {
        match self.token.kind {
            Kind::Int => self.integer(),
            _ => self.float(),
        }
    }

    fn integer(&self) -> Parsed<Expr> {
        let digits = self.text_of(self.token);
        let mut value = 0i64;
        for &digit in digits {
            let sum = value
                .checked_mul(10)
                .and_then(|value| value.checked_add(i64::from(digit - b'0')));
            value = match sum {
                Some(sum) => sum,
                None => return Err(self.invalid_number("invalid integer '")),
            };
        }
        Ok(Expr::Int(value))
    }

    fn float(&self) -> Parsed<Expr> {
        let token = self.token;
        let digits = self.text_of(token);
        // The token consists of ASCII digits, `.`, `e` and signs, all of which Rust accepts in the same meaning.
        let value = std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse::<f64>().ok());
        match value {
            Some(value) if value.is_finite() && !underflows(value, digits) => {
                Ok(Expr::Float(value))
            }
            _ => Err(self.invalid_number("invalid float '")),
        }
    }

    #[cold]
    fn invalid_number(&self, message: &str) -> Box<crate::diagnostic::Diagnostic> {
        let mut message = message.as_bytes().to_vec();
        message.extend_from_slice(
            &self.lexer.text[self.token.start as usize..self.token.end as usize],
        );
        message.push(b'\'');
        self.error(message, self.token.start)
    }

    /// Adds `__findFile __nixPath "a/b"`.
    fn search_path(&mut self) -> Parsed<State> {
        let token = self.token;
        let (start, end) = (token.start, token.end);
        let from = self.ir.text_bytes.len();
        self.ir
            .text_bytes
            .extend_from_slice(&self.lexer.text[start as usize + 1..end as usize - 1]);
        let text: TextId = self.take_text(from)?;
        self.bump()?;
        let function = self.push(Expr::Var(well_known::FIND_FILE), start, end);
        let path = self.push(Expr::Var(well_known::NIX_PATH), start, end);
        let name = self.push(Expr::Str(text), start, end);
        let arguments = self.ir.lists.len() as u32;
        self.ir.lists.extend([path, name]);
        Ok(State::Simple(self.done(
            Expr::Call {
                function,
                start: arguments,
                len: 2,
            },
            start,
        )))
    }

    fn list_element(&mut self) -> Parsed<State> {
        if self.token.kind.starts_operand() {
            return Ok(State::Select);
        }
        if self.token.kind != Kind::BracketClose {
            return Err(self.unexpected(&[]));
        }
        self.bump()?;
        let Some(Frame::List { start, parts }) = self.frames.pop() else {
            unreachable!("called with the list on top")
        };
        let elements = self.take_parts(parts);
        Ok(State::Simple(self.done(Expr::List(elements), start)))
    }

    /// Goes on after a simple expression: is something selected from it?
    pub fn after_simple(&mut self, done: Done) -> Parsed<State> {
        match self.token.kind {
            Kind::Dot => {
                self.bump()?;
                self.attr_path(PathGoal::Select(done), self.names.len() as u32)
            }
            Kind::OrKeyword => {
                let token = self.token;
                self.bump()?;
                let argument = self.push(Expr::Var(well_known::OR), done.start, token.end);
                let start = self.ir.lists.len() as u32;
                self.ir.lists.push(argument);
                let call = self.done(
                    Expr::Call {
                        function: done.expr,
                        start,
                        len: 1,
                    },
                    done.start,
                );
                self.old_or = true;
                Ok(State::Selected(call))
            }
            _ => Ok(State::Selected(done)),
        }
    }

    /// Goes on after a selection: is it an argument, an element, a function?
    pub fn after_select(&mut self, done: Done) -> Parsed<State> {
        let old_or = std::mem::take(&mut self.old_or);
        match self.frames.last() {
            Some(Frame::List { .. }) => {
                if old_or {
                    self.warn_about_or(done);
                }
                self.parts.push(done.expr);
                self.list_element()
            }
            Some(&Frame::Apply { function, parts }) => {
                if old_or {
                    self.warn_about_or(done);
                }
                self.parts.push(done.expr);
                if self.token.kind.starts_operand() {
                    return Ok(State::Select);
                }
                self.frames.pop();
                let arguments = self.take_parts(parts);
                let expr = Expr::Call {
                    function: function.expr,
                    start: arguments.start,
                    len: arguments.len,
                };
                let pos = self.joined_call(function.expr).unwrap_or(function.start);
                let expr = self.push(expr, pos, self.previous_end);
                Ok(State::Operand(Done {
                    expr,
                    start: function.start,
                }))
            }
            Some(&Frame::Default { base, path }) => {
                if old_or {
                    self.warn_about_or(done);
                }
                self.frames.pop();
                let expr = Expr::Select {
                    base: base.expr,
                    path,
                    default: done.expr,
                };
                Ok(State::Selected(self.done(expr, base.start)))
            }
            _ if self.token.kind.starts_operand() => {
                self.frames.push(Frame::Apply {
                    function: done,
                    parts: self.parts.len() as u32,
                });
                Ok(State::Select)
            }
            _ => Ok(State::Operand(done)),
        }
    }

    #[cold]
    fn warn_about_or(&mut self, done: Done) {
        let pos = self.pos(done.start);
        let mut message = b"This expression uses `or` as an identifier in a way that will change in a future Nix release.\n\
            Wrap this entire expression in parentheses to preserve its current meaning:\n    ("
            .to_vec();
        message
            .extend_from_slice(&self.lexer.text[done.start as usize..self.previous_end as usize]);
        message.extend_from_slice(b")\nGive feedback at https://github.com/NixOS/nix/pull/11121");
        let mut warning = crate::diagnostic::Diagnostic::error(message, pos);
        warning.severity = crate::diagnostic::Severity::Warning;
        warning.span.end = self.pos(self.previous_end);
        self.warnings.push(warning);
    }

    /// Goes on after the operand of an operator: which operators bind tighter?
    pub fn after_operand(&mut self, mut done: Done) -> Parsed<State> {
        let next = binary_operator(self.token.kind);
        let level = match next {
            Some(op) => precedence(op).0,
            None if self.token.kind == Kind::Question => HAS_ATTR,
            None => 0,
        };
        loop {
            match self.frames.last() {
                Some(&Frame::Binary { op, left, pos }) => {
                    let (of_left, grouping) = precedence(op);
                    if of_left == level && grouping == Grouping::None {
                        return Err(self.unexpected(&[]));
                    }
                    if of_left < level || (of_left == level && grouping == Grouping::Right) {
                        break;
                    }
                    self.frames.pop();
                    if op == BinaryOp::Add {
                        for operand in [left, done] {
                            let start = self.pos(operand.start);
                            self.ir.set_text_start(operand.expr, start);
                        }
                    }
                    let expr = Expr::Binary {
                        op,
                        left: left.expr,
                        right: done.expr,
                        pos: self.pos(pos),
                    };
                    let expr = self.push(expr, pos, self.previous_end);
                    done = Done {
                        expr,
                        start: left.start,
                    };
                }
                Some(&Frame::Unary { negate, start }) => {
                    if (if negate { NEGATE } else { NOT }) < level {
                        break;
                    }
                    self.frames.pop();
                    done = self.done(
                        if negate {
                            Expr::Negate(done.expr)
                        } else {
                            Expr::Not(done.expr)
                        },
                        start,
                    );
                }
                _ => break,
            }
        }
        let pos = self.token.start;
        if let Some(op) = next {
            self.frames.push(Frame::Binary {
                op,
                left: done,
                pos,
            });
            self.bump()?;
            return Ok(State::Operator);
        }
        if level == HAS_ATTR {
            self.bump()?;
            return self.attr_path(PathGoal::Has(done), self.names.len() as u32);
        }
        self.after_operation(done)
    }

    /// Goes on after a whole operation: is it piped?
    fn after_operation(&mut self, mut done: Done) -> Parsed<State> {
        let mut piped_into = false;
        if let Some(&Frame::PipeInto { left, pos }) = self.frames.last() {
            self.frames.pop();
            piped_into = true;
            done = self.pipe(done, left, left.start, pos);
        }
        match self.token.kind {
            Kind::PipeInto if !matches!(self.frames.last(), Some(Frame::PipeFrom { .. })) => {
                self.frames.push(Frame::PipeInto {
                    left: done,
                    pos: self.token.start,
                });
                self.bump()?;
                return Ok(State::Operator);
            }
            Kind::PipeFrom if !piped_into => {
                self.frames.push(Frame::PipeFrom {
                    left: done,
                    pos: self.token.start,
                });
                self.bump()?;
                return Ok(State::Operator);
            }
            _ => {}
        }
        while let Some(&Frame::PipeFrom { left, pos }) = self.frames.last() {
            self.frames.pop();
            done = self.pipe(left, done, left.start, pos);
        }
        Ok(State::Complete(done))
    }

    fn pipe(&mut self, function: Done, argument: Done, start: u32, pos: u32) -> Done {
        let first = self.ir.lists.len() as u32;
        self.ir.lists.push(argument.expr);
        let pos = self.joined_call(function.expr).unwrap_or(pos);
        let call = Expr::Call {
            function: function.expr,
            start: first,
            len: 1,
        };
        Done {
            expr: self.push(call, pos, self.previous_end),
            start,
        }
    }

    /// Returns the position of a call that the reference joins with one of its result, and which then is that of both.
    fn joined_call(&self, function: ExprId) -> Option<u32> {
        use BinaryOp::{Div, Greater, Less, Mul, Sub};
        matches!(
            self.ir.expr(function),
            Expr::Call { .. }
                | Expr::Negate(_)
                | Expr::Binary {
                    op: Sub | Mul | Div | Less | Greater,
                    ..
                }
        )
        .then(|| self.ir.pos(function).0 - self.base.0)
    }

    /// Goes on after a whole expression with what waits for it.
    pub fn after_expression(&mut self, done: Done) -> Parsed<State> {
        let expr = done.expr;
        let Some(frame) = self.frames.pop() else {
            unreachable!("the root frame is the last")
        };
        match frame {
            Frame::Root => {
                if self.token.kind != Kind::End {
                    return Err(self.unexpected(&["end of file"]));
                }
                Ok(State::Finished(expr))
            }
            Frame::Paren { start } => {
                self.expect(Kind::ParenClose, &["')'"])?;
                Ok(State::Simple(Done { expr, start }))
            }
            Frame::Lambda { start, parameters } => self.close_lambda(start, parameters, expr),
            Frame::FormalDefault { head, name } => self.formal_default(head, name, expr),
            Frame::Condition { start } => {
                self.expect(Kind::Then, &["'then'"])?;
                self.frames.push(Frame::Then {
                    start,
                    condition: expr,
                });
                Ok(State::Function)
            }
            Frame::Then { start, condition } => {
                self.expect(Kind::Else, &["'else'"])?;
                self.frames.push(Frame::Else {
                    start,
                    condition,
                    then: expr,
                });
                Ok(State::Function)
            }
            Frame::Else {
                start,
                condition,
                then,
            } => Ok(State::Complete(self.done(
                Expr::If {
                    condition,
                    then,
                    otherwise: expr,
                },
                start,
            ))),
            Frame::Assert { start } => {
                self.expect(Kind::Semicolon, &["';'"])?;
                self.frames.push(Frame::AssertBody {
                    start,
                    condition: expr,
                });
                Ok(State::Function)
            }
            Frame::AssertBody { start, condition } => Ok(State::Complete(self.done(
                Expr::Assert {
                    condition,
                    body: expr,
                },
                start,
            ))),
            Frame::With { start } => {
                self.expect(Kind::Semicolon, &["';'"])?;
                self.frames.push(Frame::WithBody { start, scope: expr });
                Ok(State::Function)
            }
            Frame::WithBody { start, scope } => Ok(State::Complete(self.done(
                Expr::With {
                    scope,
                    body: expr,
                    slot: 0,
                },
                start,
            ))),
            Frame::LetBody { start, set } => {
                if self.ir.attr_set(set).dynamic.len > 0 {
                    return Err(self.error("dynamic attributes not allowed in let", start));
                }
                Ok(State::Complete(
                    self.done(Expr::Let { set, body: expr }, start),
                ))
            }
            Frame::Value { names, pos } => self.close_binding(names, pos, expr),
            Frame::InheritSource => {
                self.expect(Kind::ParenClose, &["')'"])?;
                self.inherit_sources.push(expr);
                let first = self.sets.last().map_or(0, |set| set.sources);
                let source = self.inherit_sources.len() as u32 - 1 - first;
                self.inherit(Some(source))
            }
            Frame::DynamicName { start } => {
                self.expect(Kind::CurlyClose, &["'}'"])?;
                self.name_of_expression(expr, start)
            }
            Frame::Interpolation {
                kind,
                start,
                opened,
                parts,
            } => {
                if self.token.kind != Kind::CurlyClose {
                    return Err(self.unexpected(&["'}'"]));
                }
                let at = self.token.end;
                let opened = self.pos(opened);
                self.ir.set_text_start(expr, opened);
                match kind {
                    TextKind::Quoted | TextKind::QuotedName => {
                        self.parts.push(expr);
                        self.quoted(kind, start, at, parts)
                    }
                    TextKind::Indented => {
                        self.indented
                            .push(super::indented::IndentedPart::Expr(expr));
                        self.indented(start, at, parts)
                    }
                    TextKind::Path => {
                        self.parts.push(expr);
                        self.path_rest(start, at, parts)
                    }
                }
            }
            Frame::List { .. }
            | Frame::Apply { .. }
            | Frame::Default { .. }
            | Frame::Unary { .. }
            | Frame::Binary { .. }
            | Frame::PipeInto { .. }
            | Frame::PipeFrom { .. }
            | Frame::InheritNames { .. }
            | Frame::Path { .. } => unreachable!("these wait for less than a whole expression"),
        }
    }

    /// Names the functions that are the value of a binding (also the inner ones of curried functions).
    pub fn name_lambda(&mut self, mut expr: ExprId, name: crate::symbol::Symbol) {
        while let Expr::Lambda(LambdaId(index)) = self.ir.expr(expr) {
            let lambda: &mut Lambda = &mut self.ir.lambdas[index as usize];
            lambda.name = Some(name);
            expr = lambda.body;
        }
    }

    /// Moves the names of a path into the arena.
    pub fn take_path(&mut self, names: u32) -> u32 {
        let start = self.ir.attr_names.len() as u32;
        for (name, pos) in self.names.drain(names as usize..) {
            self.ir.attr_names.push(name);
            self.ir.attr_name_positions.push(pos);
        }
        let index = self.ir.attr_paths.len() as u32;
        self.ir.attr_paths.push(Slice {
            start,
            len: self.ir.attr_names.len() as u32 - start,
        });
        index
    }
}

/// Tells whether a number is too small for a normal double, which `strtod` reports as a range error.
fn underflows(value: f64, digits: &[u8]) -> bool {
    let mantissa = digits
        .split(|byte| matches!(byte, b'e' | b'E'))
        .next()
        .unwrap_or_default();
    value.abs() < f64::MIN_POSITIVE && mantissa.iter().any(|digit| matches!(digit, b'1'..=b'9'))
}
