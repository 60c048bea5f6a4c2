//! Functions and their patterns.

use super::parser::{Frame, OpenParameter, Parsed, Parser, PatternHead, State};
use super::token::{Kind, Token};
use crate::ir::{Expr, ExprId, Formal, Lambda, LambdaId, Parameter, Pattern, Slice};
use crate::source::Pos;
use drvlab_store::order;

impl Parser<'_> {
    /// Starts the body of a function whose colon has been read; joins it with the function directly around it.
    pub fn open_lambda(&mut self, start: u32, name: Option<Token>, pattern: Option<Pattern>) {
        let joins = matches!(self.frames.last(), Some(Frame::Lambda { .. }))
            && self
                .parameters
                .last()
                .is_some_and(|parameter| parameter.pattern.is_none());
        if !joins {
            self.frames.push(Frame::Lambda {
                start,
                parameters: self.parameters.len() as u32,
            });
        }
        let pos = self.pos(start);
        self.parameters.push(OpenParameter { name, pattern, pos });
    }

    /// Goes on after the body of a function.
    pub fn close_lambda(&mut self, start: u32, parameters: u32, body: ExprId) -> Parsed<State> {
        let first = self.ir.parameters.len() as u32;
        // The innermost function ends first.
        for index in (parameters as usize..self.parameters.len()).rev() {
            let OpenParameter { name, pattern, pos } = self.parameters[index];
            let name = name.map(|token| self.symbol(token));
            self.ir.parameters.push(Parameter { name, pattern, pos });
        }
        self.parameters.truncate(parameters as usize);
        self.ir.parameters[first as usize..].reverse();
        if let Some(&parameter) = self.ir.parameters.last() {
            self.check_formals(parameter)?;
        }
        let id = LambdaId(self.ir.lambdas.len() as u32);
        let parameters = Slice {
            start: first,
            len: self.ir.parameters.len() as u32 - first,
        };
        let has_pattern = self
            .ir
            .parameters
            .last()
            .is_some_and(|last| last.pattern.is_some());
        self.ir.lambdas.push(Lambda {
            parameters,
            body,
            has_pattern,
            name: None,
            frame_slots: 0,
        });
        Ok(State::Complete(self.done(Expr::Lambda(id), start)))
    }

    /// Refuses duplicate names of a pattern; the reference does so only after the function's body.
    fn check_formals(&self, parameter: Parameter) -> Parsed<()> {
        let Some(pattern) = parameter.pattern else {
            return Ok(());
        };
        let formals = &self.ir.formals[pattern.formals.range()];
        let twice = formals.windows(2).find(|pair| pair[0].name == pair[1].name);
        let duplicate = twice.map(|pair| (pair[1].name, pair[1].pos)).or_else(|| {
            let name = parameter.name?;
            formals
                .binary_search_by_key(&name, |formal| formal.name)
                .ok()?;
            Some((name, parameter.pos))
        });
        let Some((name, pos)) = duplicate else {
            return Ok(());
        };
        let mut message = b"duplicate formal function argument '".to_vec();
        message.extend_from_slice(self.symbols.name(name));
        message.push(b'\'');
        Err(self.error(message, pos.0 - self.base.0))
    }

    /// Reads what follows the `{` or a `,` of a pattern.
    pub fn formal(&mut self, head: PatternHead) -> Parsed<State> {
        let token = self.token;
        match token.kind {
            Kind::Id => {
                self.bump()?;
                self.after_formal_name(head, token)
            }
            Kind::Ellipsis => {
                self.bump()?;
                self.expect(Kind::CurlyClose, &["'}'"])?;
                self.close_pattern(head, true)
            }
            Kind::CurlyClose => {
                self.bump()?;
                self.close_pattern(head, false)
            }
            _ => Err(self.unexpected(&["identifier", "'...'", "'}'"])),
        }
    }

    /// Goes on after the name of a formal: is there a default?
    pub fn after_formal_name(&mut self, head: PatternHead, token: Token) -> Parsed<State> {
        if self.token.kind == Kind::Question {
            self.bump()?;
            self.frames.push(Frame::FormalDefault { head, name: token });
            return Ok(State::Function);
        }
        self.formal_default(head, token, ExprId::NONE)
    }

    /// Goes on after a formal and its default, whose names come before its own in the order of symbols.
    pub fn formal_default(
        &mut self,
        head: PatternHead,
        name: Token,
        default: ExprId,
    ) -> Parsed<State> {
        let pos: Pos = self.pos(name.start);
        let name = self.symbol(name);
        self.formals.push(Formal { name, pos, default });
        match self.token.kind {
            Kind::Comma => {
                self.bump()?;
                self.formal(head)
            }
            Kind::CurlyClose => {
                self.bump()?;
                self.close_pattern(head, false)
            }
            _ => Err(self.unexpected(&["'}'", "','"])),
        }
    }

    /// Goes on after the `}` of a pattern up to the colon.
    pub fn close_pattern(&mut self, head: PatternHead, ellipsis: bool) -> Parsed<State> {
        let start = self.ir.formals.len() as u32;
        let formals = &mut self.formals[head.formals as usize..];
        order::sort_by_number(formals, |formal| formal.name.0);
        self.ir.formals.extend_from_slice(formals);
        self.formals.truncate(head.formals as usize);
        let formals = Slice {
            start,
            len: self.ir.formals.len() as u32 - start,
        };
        let mut name = head.name;
        if name.is_some() {
            self.expect(Kind::Colon, &["':'"])?;
        } else if self.token.kind == Kind::At {
            self.bump()?;
            let token = self.token;
            self.expect(Kind::Id, &["identifier"])?;
            name = Some(token);
            self.expect(Kind::Colon, &["':'"])?;
        } else {
            self.expect(Kind::Colon, &["':'", "'@'"])?;
        }
        self.open_lambda(head.start, name, Some(Pattern { formals, ellipsis }));
        Ok(State::Function)
    }
}
