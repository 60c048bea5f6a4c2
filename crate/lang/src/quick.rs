//! What can be evaluated at once: no step of recursion, no error, no effect but that a value which was there already counts as evaluated.
//!
//! The evaluator asks here first. Whatever is not so simple, it evaluates itself.

use crate::attrs::AttrSlot;
use crate::builtin::Builtin;
use crate::heap::thunk;
use crate::ir::{AttrName, BinaryOp, Expr, ExprId, LambdaId, Slice, TextId};
use crate::machine::Machine;
use crate::symbol::Symbol;
use crate::value::{Addr, Boxed, Tag, Value};

/// How far the depth of calls must be from its limit for an operator that counts as a call to be computed ahead of time: when the
/// value is needed, the depth may be another.
const CALLS_AHEAD: u32 = 256;

/// So many operators inside each other are computed at once: what turns out not to be simple has been tried in vain.
const LEVELS: u32 = 2;

/// A name of an attribute path in the code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    /// The name, or [`Site::DYNAMIC`].
    name: Symbol,
    /// The index where it was found last time, or where it would have stood.
    hint: u32,
}

impl Site {
    /// Stands for a name that has to be evaluated. No symbol is as large.
    const DYNAMIC: Symbol = Symbol(u32::MAX);
}

impl Machine {
    /// Returns the frame that is `depth` frames outwards.
    #[inline(always)]
    pub(crate) fn outer_frame(&self, mut frame: Addr, depth: u32) -> Addr {
        for _ in 0..depth {
            frame = self.heap.outer(frame);
        }
        frame
    }

    /// Evaluates an expression if that takes no step.
    #[inline(always)]
    pub(crate) fn quick(&mut self, expr: ExprId, frame: Addr) -> Option<Value> {
        // What is never quick is not worth a call.
        if !self.ir.exprs[expr.0 as usize].may_be_quick() {
            return None;
        }
        let value = self.quick_or_unset(expr, frame);
        (value != Value::UNSET).then_some(value)
    }

    /// [`Machine::quick`] with the result in one register: [`Value::UNSET`] says that it takes a step.
    ///
    /// Variables are here, everything else is in functions of its own, so that this one saves no registers.
    #[inline(never)]
    fn quick_or_unset(&mut self, expr: ExprId, frame: Addr) -> Value {
        match self.ir.expr(expr) {
            Expr::Local { slot, .. } => self.evaluated(self.heap.slot(frame, slot)),
            Expr::Outer { depth, slot, .. } => {
                let frame = self.outer_frame(frame, u32::from(depth));
                self.evaluated(self.heap.slot(frame, slot))
            }
            Expr::Int(value) => Value::small_int(value).unwrap_or(Value::UNSET),
            Expr::Binary {
                op, left, right, ..
            } => self.quick_binary(op, left, right, frame, LEVELS),
            Expr::Select {
                base,
                path,
                default,
            } if self.ir.exprs[base.0 as usize].is_variable() => {
                self.quick_select(base, path, default, frame)
            }
            Expr::HasAttr { base, path } => self.quick_has_attr(base, path, frame),
            Expr::Not(inner) => self.quick_not(inner, frame),
            Expr::Str(text) => self.quick_text(text),
            Expr::Global { index, .. } => self.evaluated(self.globals[index as usize]),
            Expr::Lambda(lambda) => self.quick_lambda(lambda, frame),
            Expr::WithVar {
                name, start, len, ..
            } => {
                let len = u32::from(len);
                self.quick_with_variable(expr, name, Slice { start, len }, frame)
            }
            _ => Value::UNSET,
        }
    }

    #[inline(never)]
    fn quick_text(&mut self, text: TextId) -> Value {
        self.text_value(text)
    }

    #[inline(never)]
    fn quick_lambda(&mut self, lambda: LambdaId, frame: Addr) -> Value {
        self.heap.lambda(lambda, frame)
    }

    /// Returns a value that needs no evaluation any more, or [`Value::UNSET`].
    #[inline(always)]
    fn evaluated(&mut self, value: Value) -> Value {
        if !value.is_thunk() {
            return value;
        }
        let value = self.heap.settled(value);
        if value.is_thunk() {
            Value::UNSET
        } else {
            value
        }
    }

    /// Evaluates an operand of an operator: a variable, a literal, a selection, or another operator if there are levels left.
    #[inline(always)]
    fn leaf(&mut self, expr: ExprId, frame: Addr, levels: u32) -> Value {
        match self.ir.expr(expr) {
            Expr::Binary {
                op, left, right, ..
            } if levels > 0 => {
                // As if the operator around it counted as a call.
                self.call_depth += 1;
                let value = self.quick_binary(op, left, right, frame, levels - 1);
                self.call_depth -= 1;
                value
            }
            Expr::Local { slot, .. } => self.evaluated(self.heap.slot(frame, slot)),
            Expr::Int(value) => Value::small_int(value).unwrap_or(Value::UNSET),
            Expr::Outer { depth, slot, .. } => {
                let frame = self.outer_frame(frame, u32::from(depth));
                self.evaluated(self.heap.slot(frame, slot))
            }
            Expr::Global { .. } | Expr::HasAttr { .. } | Expr::Select { .. } | Expr::Str(_) => {
                self.quick_or_unset(expr, frame)
            }
            _ => Value::UNSET,
        }
    }

    /// Calls builtins that look at an argument which is there, and can't fail.
    #[inline(never)]
    pub(crate) fn quick_builtin(
        &mut self,
        builtin: Builtin,
        arguments: Slice,
        frame: Addr,
    ) -> Option<Value> {
        if !self.may_call() {
            return None;
        }
        let value = self.quick(self.ir.lists[arguments.start as usize], frame)?;
        Some(match builtin {
            Builtin::IsAttrs => Value::bool(value.tag() == Tag::Attrs),
            Builtin::IsFunction => Value::bool(self.is_function(value)),
            Builtin::IsList => Value::bool(value.tag() == Tag::List),
            Builtin::IsString => Value::bool(value.tag() == Tag::String),
            Builtin::Length if value.tag() == Tag::List => {
                let len = self.heap.list_len(value.addr());
                self.heap.int(len as i64)
            }
            Builtin::Head if value.tag() == Tag::List && self.heap.list_len(value.addr()) > 0 => {
                let first = self.heap.element(value.addr(), 0);
                let first = self.heap.settled(first);
                return (!first.is_thunk()).then_some(first);
            }
            _ => return None,
        })
    }

    /// Operators whose operands are simple.
    #[inline(never)]
    fn quick_binary(
        &mut self,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        frame: Addr,
        levels: u32,
    ) -> Value {
        // Some count as calls in the reference.
        if op > BinaryOp::NotEqual || !self.may_call() {
            return Value::UNSET;
        }
        // In the order of evaluation: the second operand must not count as evaluated if the first one fails.
        let (first, second) = if op.is_swapped() {
            (right, left)
        } else {
            (left, right)
        };
        let a = self.leaf(first, frame, levels);
        if a == Value::UNSET {
            return Value::UNSET;
        }
        let b = self.leaf(second, frame, levels);
        if b == Value::UNSET {
            return Value::UNSET;
        }
        match (self.integer(a), self.integer(b)) {
            (Some(a), Some(b)) => self.integer_operation(op, a, b),
            _ if matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) => {
                match self.simple_equality(a, b) {
                    Some(same) => Value::bool(same == (op == BinaryOp::Equal)),
                    None => Value::UNSET,
                }
            }
            _ => Value::UNSET,
        }
    }

    /// Returns the integer that a value is.
    #[inline(always)]
    pub(crate) fn integer(&self, value: Value) -> Option<i64> {
        match value.tag() {
            Tag::SmallInt => value.as_small_int(),
            Tag::Boxed if self.heap.boxed_kind(value.addr()) == Boxed::Int => {
                Some(self.heap.boxed_bits(value.addr()) as i64)
            }
            _ => None,
        }
    }

    /// Performs an operator on integers, given in the order of evaluation; what overflows takes another way.
    #[inline(always)]
    fn integer_operation(&mut self, op: BinaryOp, a: i64, b: i64) -> Value {
        let result = match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Sub => a.checked_sub(b),
            BinaryOp::Mul => a.checked_mul(b),
            BinaryOp::Div => a.checked_div(b),
            BinaryOp::Less | BinaryOp::Greater => return Value::bool(a < b),
            BinaryOp::LessOrEqual | BinaryOp::GreaterOrEqual => return Value::bool(a >= b),
            BinaryOp::Equal => return Value::bool(a == b),
            BinaryOp::NotEqual => return Value::bool(a != b),
            _ => None,
        };
        match result {
            Some(result) => self.heap.int(result),
            None => Value::UNSET,
        }
    }

    /// Compares evaluated values if nothing inside them must be looked at.
    #[inline]
    pub(crate) fn simple_equality(&self, a: Value, b: Value) -> Option<bool> {
        match (a.tag(), b.tag()) {
            (Tag::String, Tag::String) => Some(a == b || self.bytes(a) == self.bytes(b)),
            (Tag::SmallInt, Tag::SmallInt) => Some(a == b),
            (Tag::Constant, Tag::Constant)
                if a.as_builtin().is_none() && b.as_builtin().is_none() =>
            {
                Some(a == b)
            }
            // An integer can be equal to a number that is boxed; and `break` returns thunks.
            (Tag::Boxed | Tag::Thunk, _) | (_, Tag::Boxed | Tag::Thunk) => None,
            (one, other) => (one != other).then_some(false),
        }
    }

    /// Returns the index of the first attribute from `start` on in which two flat sets of the same size are not equal, as far as that can be told
    /// without evaluating anything or looking inside; their size if there is none.
    #[inline(never)]
    pub(crate) fn unequal_from(&self, x: Addr, y: Addr, start: usize) -> usize {
        // Comparing counts as a call in the reference.
        if !self.may_call() {
            return start;
        }
        let rest = 2 * (self.heap.attrs_len(x) - start);
        let first = 2 + 2 * start as u32;
        let (one, other) = (
            self.heap.slice(x, first, rest),
            self.heap.slice(y, first, rest),
        );
        let pairs = one.chunks_exact(2).zip(other.chunks_exact(2));
        let equal = pairs.take_while(|(left, right)| {
            let (one, other) = (Value::from_bits(left[1]), Value::from_bits(right[1]));
            let (a, b) = (self.heap.peek(one), self.heap.peek(other));
            left[0] == right[0]
                && match a.tag() {
                    Tag::SmallInt if a == b => true,
                    // What two places hold of one set is a copy in one of them, and the reference looks into it.
                    Tag::Attrs | Tag::List if one == other => true,
                    _ => self.simple_equality(a, b) == Some(true),
                }
        });
        start + equal.count()
    }

    /// Compares two parts of sets or lists if both are evaluated and nothing inside them must be looked at.
    #[inline]
    pub(crate) fn evaluated_equality(&mut self, one: Value, other: Value) -> Option<bool> {
        let (a, b) = (self.heap.peek(one), self.heap.peek(other));
        // Comparing counts as a call in the reference.
        if !self.may_call() {
            return None;
        }
        match a.tag() {
            Tag::Attrs | Tag::List if one == other => Some(true),
            _ => self.simple_equality(a, b),
        }
    }

    /// Selections from variables, of attributes that are evaluated, or of none where the default is simple.
    #[inline(never)]
    fn quick_select(&mut self, base: ExprId, path: u32, default: ExprId, frame: Addr) -> Value {
        let names = self.ir.attr_paths[path as usize];
        // Nearly always it is one name, that is where it was last time. The other function has the same arguments, so that it is jumped to.
        if names.len == 1
            && let value = self.variable(base, frame)
            && value.tag() == Tag::Attrs
            && let Some(site) = self.sites.get(names.start as usize)
            && let Some(slot) = self.heap.find_attr_at(value.addr(), site.name, site.hint)
        {
            return self.evaluated(self.heap.attr_value(slot));
        }
        self.quick_select_path(base, path, default, frame)
    }

    #[inline(never)]
    fn quick_select_path(
        &mut self,
        base: ExprId,
        path: u32,
        default: ExprId,
        frame: Addr,
    ) -> Value {
        let mut value = self.variable(base, frame);
        let path = self.ir.attr_paths[path as usize];
        for site in path.range() {
            let site = self.site(site);
            if value.tag() != Tag::Attrs {
                return Value::UNSET;
            }
            let Some(name) = self.quick_name(site, frame) else {
                return Value::UNSET;
            };
            let Some(slot) = self.find_hinted(value.addr(), name, site) else {
                return if default.is_some() {
                    self.quick_default(default, frame)
                } else {
                    Value::UNSET
                };
            };
            value = self.evaluated(self.heap.attr_value(slot));
        }
        value
    }

    /// Returns the name at a place in the code, if it is written there or a variable that has been used as a name.
    #[inline(always)]
    fn quick_name(&mut self, site: usize, frame: Addr) -> Option<Symbol> {
        let name = self.sites[site].name;
        if name != Site::DYNAMIC {
            return Some(name);
        }
        let AttrName::Dynamic(name) = self.ir.attr_names[site] else {
            return None;
        };
        let name = self.variable(name, frame);
        if name.tag() == Tag::String {
            self.heap.string_symbol(name.addr())
        } else {
            None
        }
    }

    /// `or` with a variable or a literal.
    #[inline(never)]
    fn quick_default(&mut self, default: ExprId, frame: Addr) -> Value {
        match self.ir.expr(default) {
            Expr::Int(value) => Value::small_int(value).unwrap_or(Value::UNSET),
            Expr::Str(text) => self.text_value(text),
            _ => self.variable(default, frame),
        }
    }

    /// Asks a variable for attributes.
    #[inline(never)]
    fn quick_has_attr(&mut self, base: ExprId, path: u32, frame: Addr) -> Value {
        let mut value = self.variable(base, frame);
        let path = self.ir.attr_paths[path as usize].range();
        for site in path.clone() {
            let site = self.site(site);
            if value == Value::UNSET {
                return Value::UNSET;
            }
            let Some(name) = self.quick_name(site, frame) else {
                return Value::UNSET;
            };
            if value.tag() != Tag::Attrs {
                return Value::FALSE;
            }
            let Some(slot) = self.find_hinted(value.addr(), name, site) else {
                return Value::FALSE;
            };
            value = self.heap.attr_value(slot);
            // The last one need not be evaluated.
            if site + 1 < path.end {
                value = self.evaluated(value);
            }
        }
        Value::TRUE
    }

    /// `!` of what is simple.
    #[inline(never)]
    fn quick_not(&mut self, inner: ExprId, frame: Addr) -> Value {
        match self.leaf(inner, frame, LEVELS) {
            Value::TRUE => Value::FALSE,
            Value::FALSE => Value::TRUE,
            _ => Value::UNSET,
        }
    }

    /// Evaluates a variable that has been evaluated.
    #[inline(always)]
    fn variable(&mut self, expr: ExprId, frame: Addr) -> Value {
        match self.ir.expr(expr) {
            Expr::Local { slot, .. } => self.evaluated(self.heap.slot(frame, slot)),
            Expr::Outer { depth, slot, .. } => {
                let frame = self.outer_frame(frame, u32::from(depth));
                self.evaluated(self.heap.slot(frame, slot))
            }
            Expr::Global { index, .. } => self.evaluated(self.globals[index as usize]),
            _ => Value::UNSET,
        }
    }

    /// Variables of a `with` whose scopes are evaluated, as far as they must be.
    #[inline(never)]
    fn quick_with_variable(
        &mut self,
        variable: ExprId,
        name: Symbol,
        scopes: Slice,
        frame: Addr,
    ) -> Value {
        for index in scopes.range() {
            let scope = self.ir.with_scopes[index];
            let holder = self.outer_frame(frame, scope.depth);
            let set = self.evaluated(self.heap.slot(holder, scope.slot));
            if set.tag() != Tag::Attrs {
                return Value::UNSET;
            }
            let found = if index == scopes.start as usize {
                self.find_in_innermost(set.addr(), name, variable)
            } else {
                self.heap.find_attr(set.addr(), name)
            };
            if let Some(slot) = found {
                return self.evaluated(self.heap.attr_value(slot));
            }
        }
        Value::UNSET
    }

    /// Finds an attribute of the innermost scope of a variable of `with`, remembering where for the next time.
    #[inline(always)]
    fn find_in_innermost(&mut self, set: Addr, name: Symbol, variable: ExprId) -> Option<AttrSlot> {
        match &mut self.ir.exprs[variable.0 as usize] {
            Expr::WithVar { hint, .. } => self.heap.find_attr_hinted(set, name, hint),
            _ => self.heap.find_attr(set, name),
        }
    }

    /// Finds an attribute, remembering where for the next time the same name of the code asks.
    #[inline(always)]
    pub(crate) fn find_hinted(&mut self, set: Addr, name: Symbol, site: usize) -> Option<AttrSlot> {
        let site = self.site(site);
        let hint = &mut self.sites[site].hint;
        self.heap.find_attr_hinted(set, name, hint)
    }

    /// Makes sure that there is a [`Site`] for a name of the code, and returns it.
    #[inline(always)]
    fn site(&mut self, site: usize) -> usize {
        if site >= self.sites.len() {
            self.make_sites();
        }
        site
    }

    #[cold]
    #[inline(never)]
    fn make_sites(&mut self) {
        let new = &self.ir.attr_names[self.sites.len()..];
        self.sites.extend(new.iter().map(|&name| Site {
            name: match name {
                AttrName::Static(name) => name,
                AttrName::Dynamic(_) => Site::DYNAMIC,
            },
            hint: 0,
        }));
    }

    /// Delays an expression: makes a thunk unless the value is there already or is a literal, as the reference does.
    ///
    /// What the reference would delay but is simple to compute is computed now, and counts as delayed.
    /// What makes an object is in functions of its own here, too.
    #[inline(never)]
    pub(crate) fn delay(&mut self, expr: ExprId, frame: Addr) -> Value {
        let value = match self.ir.expr(expr) {
            Expr::Local { slot, .. } => self.heap.slot(frame, slot),
            Expr::Outer { depth, slot, .. } => {
                let frame = self.outer_frame(frame, u32::from(depth));
                self.heap.slot(frame, slot)
            }
            Expr::Global { index, .. } => self.globals[index as usize],
            Expr::Str(text) => return self.quick_text(text),
            Expr::Binary {
                op, left, right, ..
            } => return self.delay_binary(expr, op, left, right, frame),
            Expr::Lambda(lambda) => return self.delay_lambda(lambda, frame),
            Expr::Int(_) | Expr::Float(_) | Expr::Path(_) | Expr::List(_) => {
                return self.delay_constant(expr, frame);
            }
            _ => Value::UNSET,
        };
        // A variable of the same `let` may not have been entered yet.
        if value == Value::UNSET {
            self.delay_always(expr, frame)
        } else {
            value
        }
    }

    #[inline(never)]
    fn delay_always(&mut self, expr: ExprId, frame: Addr) -> Value {
        self.heap.delay(expr, frame)
    }

    #[inline(never)]
    fn delay_lambda(&mut self, lambda: LambdaId, frame: Addr) -> Value {
        let function = self.heap.lambda(lambda, frame);
        self.heap.thunk(thunk::READY, function.bits())
    }

    #[inline(never)]
    fn delay_constant(&mut self, expr: ExprId, frame: Addr) -> Value {
        match self.ir.expr(expr) {
            Expr::Int(value) => self.heap.int(value),
            Expr::Float(value) => self.heap.float(value),
            Expr::Path(text) => self.heap.path(self.ir.text(text)),
            Expr::List(elements) if elements.len == 0 => self.heap.list(&[]),
            _ => self.heap.delay(expr, frame),
        }
    }

    /// Delays an operator: computes what is an operation on small integers that are evaluated already.
    #[inline(never)]
    fn delay_binary(
        &mut self,
        expr: ExprId,
        op: BinaryOp,
        left: ExprId,
        right: ExprId,
        frame: Addr,
    ) -> Value {
        if op < BinaryOp::Equal
            && self.call_depth + CALLS_AHEAD < self.settings.call_depth_limit
            && let Some(a) = self.integer(self.evaluated_leaf(left, frame))
            && let Some(b) = self.integer(self.evaluated_leaf(right, frame))
        {
            let (a, b) = if op.is_swapped() { (b, a) } else { (a, b) };
            let value = self.integer_operation(op, a, b);
            if value != Value::UNSET {
                return self.heap.thunk(thunk::READY, value.bits());
            }
        }
        self.heap.delay(expr, frame)
    }

    /// Returns what an operand has been evaluated to, or [`Value::UNSET`], and changes nothing.
    #[inline(always)]
    fn evaluated_leaf(&self, expr: ExprId, frame: Addr) -> Value {
        match self.ir.expr(expr) {
            Expr::Local { slot, .. } => self.heap.peek(self.heap.slot(frame, slot)),
            Expr::Int(value) => Value::small_int(value).unwrap_or(Value::UNSET),
            Expr::Outer { depth, slot, .. } => {
                let frame = self.outer_frame(frame, u32::from(depth));
                self.heap.peek(self.heap.slot(frame, slot))
            }
            _ => Value::UNSET,
        }
    }
}
