//! Attribute paths, bindings and `inherit`.

use super::attr_set::{Entry, SetKind};
use super::parser::{Frame, Parsed, Parser, PathGoal, PatternHead, State, TextKind};
use super::token::Kind;
use crate::ir::{AttrName, BindingKind, Expr, ExprId};
use crate::source::Pos;
use crate::symbol::well_known;

const NAME_STARTS: &[&str] = &["identifier", "'or'", "'${'", "'\"'"];

impl Parser<'_> {
    /// Reads the names of an attribute path up to its end or to the first one that is an expression.
    ///
    /// The names before it are on the stack of names from `names` on.
    pub fn attr_path(&mut self, goal: PathGoal, names: u32) -> Parsed<State> {
        loop {
            match self.token.kind {
                Kind::Id | Kind::OrKeyword => {
                    let token = self.token;
                    let name = AttrName::Static(self.symbol(token));
                    self.names.push((name, self.pos(token.start)));
                    self.bump()?;
                }
                Kind::Quote => {
                    self.frames.push(Frame::Path { goal, names });
                    let (start, end) = (self.token.start, self.token.end);
                    return self.quoted(TextKind::QuotedName, start, end, self.parts.len() as u32);
                }
                Kind::DollarCurly => {
                    self.frames.push(Frame::Path { goal, names });
                    self.frames.push(Frame::DynamicName {
                        start: self.token.start,
                    });
                    self.bump()?;
                    return Ok(State::Function);
                }
                _ => return Err(self.unexpected(NAME_STARTS)),
            }
            if self.token.kind != Kind::Dot {
                return self.close_path(goal, names);
            }
            self.bump()?;
        }
    }

    fn after_name(&mut self, goal: PathGoal, names: u32) -> Parsed<State> {
        if self.token.kind == Kind::Dot {
            self.bump()?;
            return self.attr_path(goal, names);
        }
        self.close_path(goal, names)
    }

    fn close_path(&mut self, goal: PathGoal, names: u32) -> Parsed<State> {
        match goal {
            PathGoal::Select(base) => {
                let path = self.take_path(names);
                if self.token.kind == Kind::OrKeyword {
                    self.frames.push(Frame::Default { base, path });
                    self.bump()?;
                    return Ok(State::Select);
                }
                let expr = Expr::Select {
                    base: base.expr,
                    path,
                    default: ExprId::NONE,
                };
                Ok(State::Selected(self.done(expr, base.start)))
            }
            PathGoal::Has(base) => {
                let path = self.take_path(names);
                Ok(State::Operand(self.done(
                    Expr::HasAttr {
                        base: base.expr,
                        path,
                    },
                    base.start,
                )))
            }
            PathGoal::Binding(pos) => {
                self.expect(Kind::Assign, &["'.'", "'='"])?;
                self.frames.push(Frame::Value { names, pos });
                Ok(State::Function)
            }
        }
    }

    /// Goes on after `${…}` as a name: a string literal inside makes it a static name.
    pub fn name_of_expression(&mut self, expr: ExprId, start: u32) -> Parsed<State> {
        let name = match self.ir.expr(expr) {
            Expr::Str(text) => AttrName::Static(self.symbols.intern(self.ir.text(text))),
            _ => AttrName::Dynamic(expr),
        };
        self.name(name, start)
    }

    /// Goes on after a name that is a string or an expression, with what waits for it.
    pub fn name(&mut self, name: AttrName, start: u32) -> Parsed<State> {
        match self.frames.last().copied() {
            Some(Frame::Path { goal, names }) => {
                self.frames.pop();
                self.names.push((name, self.pos(start)));
                self.after_name(goal, names)
            }
            Some(Frame::InheritNames { source, .. }) => {
                if matches!(name, AttrName::Dynamic(_)) {
                    return Err(self.error("dynamic attributes not allowed in inherit", start));
                }
                self.inherit_name(name, start, source);
                self.inherit_names(source)
            }
            _ => unreachable!("a name is read for a path or an inherit"),
        }
    }

    /// Reads `{` and tells a set from a pattern.
    pub fn curly(&mut self) -> Parsed<State> {
        let start = self.token.start;
        let head = PatternHead {
            start,
            formals: self.formals.len() as u32,
            name: None,
        };
        self.bump()?;
        match self.token.kind {
            Kind::Ellipsis => self.formal(head),
            Kind::CurlyClose => {
                self.bump()?;
                if matches!(self.token.kind, Kind::Colon | Kind::At) {
                    return self.close_pattern(head, false);
                }
                self.open(start, SetKind::Plain);
                self.close_set()
            }
            Kind::Id => {
                let token = self.token;
                self.bump()?;
                if matches!(
                    self.token.kind,
                    Kind::Question | Kind::Comma | Kind::CurlyClose
                ) {
                    return self.after_formal_name(head, token);
                }
                self.open(start, SetKind::Plain);
                let names = self.names.len() as u32;
                let name = AttrName::Static(self.symbol(token));
                self.names.push((name, self.pos(token.start)));
                self.after_name(PathGoal::Binding(token.start), names)
            }
            _ => self.open_set(start, SetKind::Plain),
        }
    }

    /// Starts the bindings of a set whose opening token has been read.
    pub fn open_set(&mut self, start: u32, kind: SetKind) -> Parsed<State> {
        self.open(start, kind);
        self.bindings()
    }

    /// Reads up to the next value or the end of the bindings.
    fn bindings(&mut self) -> Parsed<State> {
        let Some(&set) = self.sets.last() else {
            unreachable!("bindings belong to an open set")
        };
        match self.token.kind {
            Kind::Id | Kind::OrKeyword | Kind::Quote | Kind::DollarCurly => {
                self.attr_path(PathGoal::Binding(self.token.start), self.names.len() as u32)
            }
            Kind::Inherit => {
                self.bump()?;
                if self.token.kind == Kind::ParenOpen {
                    self.frames.push(Frame::InheritSource);
                    self.bump()?;
                    return Ok(State::Function);
                }
                self.inherit(None)
            }
            Kind::CurlyClose if set.kind != SetKind::Let => {
                self.bump()?;
                self.close_set()
            }
            Kind::In if set.kind == SetKind::Let => {
                self.bump()?;
                self.close_set()
            }
            _ => Err(self.unexpected(match set.kind {
                SetKind::Plain => &["'inherit'"],
                SetKind::Let => &["'in'", "'inherit'"],
                SetKind::Recursive | SetKind::LetBody => &["'inherit'", "'}'"],
            })),
        }
    }

    fn close_set(&mut self) -> Parsed<State> {
        let Some(set) = self.sets.last().copied() else {
            unreachable!("bindings belong to an open set")
        };
        let expr = if set.kind == SetKind::Let {
            None
        } else {
            Some(self.done(Expr::Attrs(set.id), set.start))
        };
        self.build_set()?;
        match (set.kind, expr) {
            (SetKind::LetBody, Some(done)) => {
                let names = self.names.len() as u32;
                self.names
                    .push((AttrName::Static(well_known::BODY), self.pos(set.start)));
                let path = self.take_path(names);
                let expr = Expr::Select {
                    base: done.expr,
                    path,
                    default: ExprId::NONE,
                };
                let done = self.done(expr, set.start);
                // The reference has no position for this selection.
                self.ir.spans[done.expr.0 as usize].start = Pos::NONE;
                Ok(State::Simple(done))
            }
            (_, Some(done)) => Ok(State::Simple(done)),
            (_, None) => {
                self.frames.push(Frame::LetBody {
                    start: set.start,
                    set: set.id,
                });
                Ok(State::Function)
            }
        }
    }

    /// Goes on after the value of a binding.
    pub fn close_binding(&mut self, names: u32, pos: u32, value: ExprId) -> Parsed<State> {
        self.expect(Kind::Semicolon, &["';'"])?;
        if let Some(&(AttrName::Static(name), _)) = self.names.last() {
            self.name_lambda(value, name);
        }
        let len = self.names.len() as u32 - names;
        self.entries.push(Entry {
            names,
            len,
            value,
            pos: self.pos(pos),
            kind: BindingKind::Plain,
        });
        self.bindings()
    }

    /// Starts the names of an `inherit`, which come from the source with this number or, without one, from around the set.
    pub fn inherit(&mut self, source: Option<u32>) -> Parsed<State> {
        let first = self.entries.len() as u32;
        self.frames.push(Frame::InheritNames { source, first });
        self.inherit_names(source)
    }

    /// Reads the names of the innermost `inherit` up to its end or the first one that is an expression.
    fn inherit_names(&mut self, source: Option<u32>) -> Parsed<State> {
        loop {
            let token = self.token;
            match token.kind {
                Kind::Id | Kind::OrKeyword => {
                    let name = AttrName::Static(self.symbol(token));
                    self.bump()?;
                    self.inherit_name(name, token.start, source);
                }
                Kind::Quote => {
                    return self.quoted(
                        TextKind::QuotedName,
                        token.start,
                        token.end,
                        self.parts.len() as u32,
                    );
                }
                Kind::DollarCurly => {
                    self.frames.push(Frame::DynamicName { start: token.start });
                    self.bump()?;
                    return Ok(State::Function);
                }
                Kind::Semicolon => {
                    self.frames.pop();
                    self.bump()?;
                    return self.bindings();
                }
                _ => return Err(self.unexpected(&[])),
            }
        }
    }

    fn inherit_name(&mut self, name: AttrName, start: u32, source: Option<u32>) {
        let end = self.previous_end;
        let (AttrName::Static(symbol), Some(set)) = (name, self.sets.last().copied()) else {
            unreachable!("dynamic names are refused before, and inherit belongs to an open set")
        };
        let names = self.names.len() as u32;
        self.names.push((name, self.pos(start)));
        let (value, kind) = match source {
            None => (
                self.push(Expr::Var(symbol), start, end),
                BindingKind::Inherited,
            ),
            Some(index) => {
                let base = self.push(Expr::InheritSource { set: set.id, index }, start, end);
                // A source that needs itself is reported where it is written.
                let source = self.inherit_sources[(set.sources + index) as usize];
                self.ir.spans[base.0 as usize] = self.ir.span(source);
                self.names.push((name, self.pos(start)));
                let path = self.take_path(names + 1);
                let value = self.push(
                    Expr::Select {
                        base,
                        path,
                        default: ExprId::NONE,
                    },
                    start,
                    end,
                );
                (value, BindingKind::InheritedFrom(index))
            }
        };
        self.entries.push(Entry {
            names,
            len: 1,
            value,
            pos: self.pos(start),
            kind,
        });
    }
}
