//! Turns names into frame slots, in place, with the frame layout that [`crate::ir::Lambda`] documents.
//!
//! Works from a list of tasks instead of recursing. Expressions are visited in the order in which the reference binds variables
//! (`bindVars`), so that of several undefined variables the same one is reported.

use super::Globals;
use super::parser::Parsed;
use crate::diagnostic::Diagnostic;
use crate::ir::{
    AttrName, AttrSet, AttrSetId, BinaryOp, BindingKind, Expr, ExprId, Ir, LambdaId, Root, Slice,
    WithScope,
};
use crate::source::{Pos, Span};
use crate::symbol::{Symbol, Symbols, well_known};

/// The limit on [`Ir::with_scopes`]: reached only by thousands of nested `with`s.
const MAX_WITH_SCOPES: usize = 1 << 24;

/// What remains to be done.
#[derive(Clone, Copy)]
enum Task {
    /// Resolve an expression.
    Visit(ExprId),
    /// Report a variable that an `inherit` could not find.
    Undefined(ExprId),
    /// Forget names until so many are left.
    LeaveScope(u32),
    /// The body of a `with` begins.
    EnterWith(ExprId),
    /// It ends.
    LeaveWith,
    /// A function ends.
    LeaveLambda(LambdaId),
}

/// A name that is in scope.
struct Variable {
    name: Symbol,
    frame: u32,
    slot: u32,
    /// What the name meant before, as index + 1 into the variables.
    shadowed: u32,
}

struct With {
    frame: u32,
    slot: u32,
    pos: Pos,
    /// The list of scopes that a variable in a frame sees, once one has asked.
    seen: Option<(u32, Slice)>,
}

struct Resolver<'a> {
    ir: &'a mut Ir,
    symbols: &'a Symbols,
    globals: &'a dyn Globals,
    tasks: Vec<Task>,
    variables: Vec<Variable>,
    /// For each symbol its innermost variable, as index + 1; 0 where there is none.
    current: Vec<u32>,
    /// The next free slot of each frame.
    frames: Vec<u32>,
    withs: Vec<With>,
}

/// Resolves the names in a parsed expression.
///
/// # Errors
/// When a variable is undefined; when functions or `with`s are nested beyond what the IR can express.
pub fn resolve(
    ir: &mut Ir,
    symbols: &Symbols,
    globals: &dyn Globals,
    scope: Option<&[Symbol]>,
    expr: ExprId,
) -> Parsed<Root> {
    // All zero whenever nothing is being resolved, so that it need not be cleared for each file.
    let mut current = std::mem::take(&mut ir.innermost_variables);
    current.resize(symbols.len(), 0);
    let mut resolver = Resolver {
        ir,
        symbols,
        globals,
        tasks: vec![Task::Visit(expr)],
        variables: Vec::new(),
        current,
        frames: Vec::new(),
        withs: Vec::new(),
    };
    if let Some(names) = scope {
        resolver.frames.push(names.len() as u32);
        for (slot, &name) in names.iter().enumerate() {
            resolver.declare(name, slot as u32);
        }
    }
    resolver.frames.push(0);
    while let Some(task) = resolver.tasks.pop() {
        resolver.perform(task)?;
    }
    let frame_slots = resolver.frames.pop().unwrap_or(0);
    resolver.leave_scope(0);
    resolver.ir.innermost_variables = resolver.current;
    Ok(Root { expr, frame_slots })
}

impl Resolver<'_> {
    fn perform(&mut self, task: Task) -> Parsed<()> {
        match task {
            Task::Visit(id) => return self.visit(id),
            Task::Undefined(id) => return Err(self.undefined(id)),
            Task::LeaveScope(count) => self.leave_scope(count),
            Task::EnterWith(id) => {
                let slot_of_scope = self.allocate(1);
                if let Expr::With { slot, .. } = &mut self.ir.exprs[id.0 as usize] {
                    *slot = slot_of_scope;
                }
                self.withs.push(With {
                    frame: self.frame(),
                    slot: slot_of_scope,
                    pos: self.ir.pos(id),
                    seen: None,
                });
            }
            Task::LeaveWith => {
                self.withs.pop();
            }
            Task::LeaveLambda(id) => {
                let slots = self.frames.pop().unwrap_or(0);
                self.ir.lambdas[id.0 as usize].frame_slots = slots;
            }
        }
        Ok(())
    }

    fn frame(&self) -> u32 {
        self.frames.len() as u32 - 1
    }

    fn allocate(&mut self, count: u32) -> u32 {
        let Some(next) = self.frames.last_mut() else {
            unreachable!("the root frame is always there")
        };
        let slot = *next;
        *next += count;
        slot
    }

    #[inline]
    fn declare(&mut self, name: Symbol, slot: u32) {
        let frame = self.frame();
        let current = &mut self.current[name.0 as usize];
        self.variables.push(Variable {
            name,
            frame,
            slot,
            shadowed: *current,
        });
        *current = self.variables.len() as u32;
    }

    fn leave_scope(&mut self, count: u32) {
        for variable in self.variables.drain(count as usize..).rev() {
            self.current[variable.name.0 as usize] = variable.shadowed;
        }
    }

    fn later(&mut self, expr: ExprId) {
        self.tasks.push(Task::Visit(expr));
    }

    fn later_list(&mut self, start: u32, len: u32) {
        let list = &self.ir.lists[Slice { start, len }.range()];
        self.tasks
            .extend(list.iter().rev().map(|&expr| Task::Visit(expr)));
    }

    fn later_names(&mut self, path: u32) {
        let names = &self.ir.attr_names[self.ir.attr_paths[path as usize].range()];
        for name in names.iter().rev() {
            if let AttrName::Dynamic(expr) = *name {
                self.tasks.push(Task::Visit(expr));
            }
        }
    }

    /// Resolves a name; `None` where it is undefined.
    #[inline]
    fn lookup(&mut self, name: Symbol, id: ExprId) -> Parsed<Option<Expr>> {
        let current = self.current[name.0 as usize];
        if current != 0 {
            let variable = &self.variables[current as usize - 1];
            let slot = variable.slot;
            let depth = self.frame() - variable.frame;
            if depth == 0 {
                return Ok(Some(Expr::Local { slot, name }));
            }
            let depth = u16::try_from(depth)
                .map_err(|_| self.too_deep("functions are nested too deeply", id))?;
            return Ok(Some(Expr::Outer { depth, slot, name }));
        }
        if let Some(index) = self.globals.index(name) {
            return Ok(Some(Expr::Global { index, name }));
        }
        if self.withs.is_empty() {
            return Ok(None);
        }
        let scopes = self.with_scopes(id)?;
        Ok(Some(Expr::WithVar {
            name,
            start: scopes.start,
            len: scopes.len as u16,
            hint: 0,
        }))
    }

    fn with_scopes(&mut self, id: ExprId) -> Parsed<Slice> {
        let frame = self.frame();
        let Some(innermost) = self.withs.last_mut() else {
            unreachable!("there is a with")
        };
        if let Some((seen_by, scopes)) = innermost.seen
            && seen_by == frame
        {
            return Ok(scopes);
        }
        let (start, len) = (self.ir.with_scopes.len(), self.withs.len());
        if len > usize::from(u16::MAX) || start + len > MAX_WITH_SCOPES {
            return Err(self.too_deep("'with' is nested too deeply", id));
        }
        let scopes = self.withs.iter().rev().map(|with| WithScope {
            depth: frame - with.frame,
            slot: with.slot,
            pos: with.pos,
        });
        self.ir.with_scopes.extend(scopes);
        let scopes = Slice {
            start: start as u32,
            len: len as u32,
        };
        if let Some(innermost) = self.withs.last_mut() {
            innermost.seen = Some((frame, scopes));
        }
        Ok(scopes)
    }

    #[cold]
    fn too_deep(&self, message: &str, id: ExprId) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(message, self.ir.pos(id)))
    }

    #[cold]
    fn undefined(&self, id: ExprId) -> Box<Diagnostic> {
        let mut message = b"undefined variable '".to_vec();
        if let Expr::Var(name) = self.ir.expr(id) {
            crate::syntax::print_attr_name(self.symbols.name(name), &mut message);
        }
        message.push(b'\'');
        let mut error = Diagnostic::error(message, self.ir.pos(id));
        error.span = self.ir.span(id);
        Box::new(error)
    }

    fn visit(&mut self, id: ExprId) -> Parsed<()> {
        match self.ir.expr(id) {
            Expr::Var(name) => match self.lookup(name, id)? {
                Some(expr) => self.ir.exprs[id.0 as usize] = expr,
                None => return Err(self.undefined(id)),
            },
            Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::CurPos => {}
            Expr::Local { .. }
            | Expr::Outer { .. }
            | Expr::Global { .. }
            | Expr::WithVar { .. } => {}
            Expr::InheritSource { set, index } => {
                let slot = self.ir.attr_set(set).first_source_slot + index;
                self.ir.exprs[id.0 as usize] = Expr::Local {
                    slot,
                    name: well_known::EMPTY,
                };
            }
            Expr::Select {
                base,
                path,
                default,
            } => {
                self.later_names(path);
                if default.is_some() {
                    self.later(default);
                }
                self.later(base);
            }
            Expr::HasAttr { base, path } => {
                self.later_names(path);
                self.later(base);
            }
            Expr::Lambda(lambda) => self.enter_lambda(lambda),
            Expr::Call {
                function,
                start,
                len,
            } => {
                self.later_list(start, len);
                self.later(function);
            }
            Expr::List(Slice { start, len })
            | Expr::Interpolation(Slice { start, len })
            | Expr::PathInterpolation(Slice { start, len }) => self.later_list(start, len),
            Expr::Attrs(set) => self.enter_set(set, None)?,
            Expr::Let { set, body } => self.enter_set(set, Some(body))?,
            Expr::With { scope, body, .. } => {
                self.tasks.push(Task::LeaveWith);
                self.later(body);
                self.tasks.push(Task::EnterWith(id));
                self.later(scope);
            }
            Expr::If {
                condition,
                then,
                otherwise,
            } => {
                self.later(otherwise);
                self.later(then);
                self.later(condition);
            }
            Expr::Assert { condition, body } => {
                self.later(body);
                self.later(condition);
            }
            Expr::Not(operand) => self.later(operand),
            Expr::Negate(operand) => {
                if self.is_shadowed(well_known::SUB) {
                    let zero = self.add(Expr::Int(0), id);
                    let call = self.operator_call(well_known::SUB, zero, operand, id);
                    self.ir.exprs[id.0 as usize] = call;
                    return self.visit(id);
                }
                self.later(operand);
            }
            Expr::Binary {
                op, left, right, ..
            } => self.binary(id, op, left, right)?,
        }
        Ok(())
    }

    fn is_shadowed(&self, name: Symbol) -> bool {
        self.current[name.0 as usize] != 0
    }

    fn add(&mut self, expr: Expr, at: ExprId) -> ExprId {
        let span: Span = self.ir.span(at);
        self.ir.exprs.push(expr);
        self.ir.spans.push(span);
        ExprId(self.ir.exprs.len() as u32 - 1)
    }

    fn operator_call(&mut self, function: Symbol, left: ExprId, right: ExprId, at: ExprId) -> Expr {
        let function = self.add(Expr::Var(function), at);
        let start = self.ir.lists.len() as u32;
        self.ir.lists.extend([left, right]);
        Expr::Call {
            function,
            start,
            len: 2,
        }
    }

    /// Visits the operands of an operator. Where the function that it is sugar for has been redefined, it becomes a call.
    fn binary(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Parsed<()> {
        let (function, swapped, negated) = match op {
            BinaryOp::Sub => (well_known::SUB, false, false),
            BinaryOp::Mul => (well_known::MUL, false, false),
            BinaryOp::Div => (well_known::DIV, false, false),
            BinaryOp::Less => (well_known::LESS_THAN, false, false),
            BinaryOp::LessOrEqual => (well_known::LESS_THAN, true, true),
            BinaryOp::Greater => (well_known::LESS_THAN, true, false),
            BinaryOp::GreaterOrEqual => (well_known::LESS_THAN, false, true),
            BinaryOp::Add
            | BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Implies
            | BinaryOp::Update
            | BinaryOp::Concat => {
                self.later(right);
                self.later(left);
                return Ok(());
            }
        };
        let (first, second) = if swapped {
            (right, left)
        } else {
            (left, right)
        };
        if self.is_shadowed(function) {
            let call = self.operator_call(function, first, second, id);
            let expr = if negated {
                Expr::Not(self.add(call, id))
            } else {
                call
            };
            self.ir.exprs[id.0 as usize] = expr;
            return self.visit(id);
        }
        self.later(second);
        self.later(first);
        Ok(())
    }

    fn enter_lambda(&mut self, id: LambdaId) {
        let lambda = *self.ir.lambda(id);
        self.tasks.push(Task::LeaveLambda(id));
        self.tasks
            .push(Task::LeaveScope(self.variables.len() as u32));
        self.tasks.push(Task::Visit(lambda.body));
        self.frames.push(lambda.parameters.len);
        for (slot, index) in lambda.parameters.range().enumerate() {
            if let Some(name) = self.ir.parameters[index].name {
                self.declare(name, slot as u32);
            }
        }
        let pattern = lambda
            .parameters
            .range()
            .last()
            .and_then(|index| self.ir.parameters[index].pattern);
        if let Some(pattern) = pattern {
            let first = self.allocate(pattern.formals.len);
            for (offset, index) in pattern.formals.range().enumerate() {
                self.declare(self.ir.formals[index].name, first + offset as u32);
            }
            for formal in self.ir.formals[pattern.formals.range()].iter().rev() {
                if formal.default.is_some() {
                    self.tasks.push(Task::Visit(formal.default));
                }
            }
        }
    }

    /// Visits the bindings of a set or `let` (and its body), the sources of its `inherit`s first.
    fn enter_set(&mut self, id: AttrSetId, body: Option<ExprId>) -> Parsed<()> {
        let first_source_slot = {
            let sources = self.ir.attr_set(id).sources.len;
            self.allocate(sources)
        };
        self.ir.attr_sets[id.0 as usize].first_source_slot = first_source_slot;
        let set: AttrSet = *self.ir.attr_set(id);
        if set.recursive {
            // `inherit x;` means the x around the set, so it is looked up before the set's own names are declared.
            for index in set.bindings.range() {
                let binding = self.ir.bindings[index];
                if let (BindingKind::Inherited, Expr::Var(name)) =
                    (binding.kind, self.ir.expr(binding.value))
                    && let Some(expr) = self.lookup(name, binding.value)?
                {
                    self.ir.exprs[binding.value.0 as usize] = expr;
                }
            }
            self.tasks
                .push(Task::LeaveScope(self.variables.len() as u32));
            let first = self.allocate(set.bindings.len);
            self.ir.attr_sets[id.0 as usize].first_slot = first;
            for (offset, index) in set.bindings.range().enumerate() {
                self.declare(self.ir.bindings[index].name, first + offset as u32);
            }
        }
        if let Some(body) = body {
            self.later(body);
        }
        for binding in self.ir.dynamic_bindings[set.dynamic.range()].iter().rev() {
            self.tasks.push(Task::Visit(binding.value));
            self.tasks.push(Task::Visit(binding.name));
        }
        for binding in self.ir.bindings[set.bindings.range()].iter().rev() {
            let inherited = set.recursive && binding.kind == BindingKind::Inherited;
            match self.ir.expr(binding.value) {
                Expr::Var(_) if inherited => self.tasks.push(Task::Undefined(binding.value)),
                _ if inherited => {}
                _ => self.tasks.push(Task::Visit(binding.value)),
            }
        }
        self.later_list(set.sources.start, set.sources.len);
        Ok(())
    }
}
