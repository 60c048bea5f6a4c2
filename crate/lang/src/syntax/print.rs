//! Prints expressions as `nix-instantiate --parse` does: fully parenthesised, names sorted, sugar replaced.
//!
//! Works from a list of tasks instead of recursing.

use crate::ir::{
    AttrName, AttrSetId, BinaryOp, BindingKind, Expr, ExprId, Ir, LambdaId, Parameter, Slice,
};
use crate::symbol::{Symbol, Symbols};
use drvlab_store::OrderedMap;
use drvlab_store::order;
use std::cmp::Ordering;

/// What remains to be printed.
#[derive(Clone, Copy)]
enum Task {
    Expr(ExprId),
    /// A call whose parentheses are already there: only the function and the arguments.
    Callee(ExprId),
    Text(&'static str),
    Name(Symbol),
    Variable(Symbol),
    Parameters {
        lambda: LambdaId,
        next: u32,
    },
    Int(i64),
}

/// Returns an expression as text.
pub fn print(ir: &Ir, symbols: &Symbols, expr: ExprId) -> Vec<u8> {
    let mut out = Vec::new();
    Printer {
        ir,
        symbols,
        out: &mut out,
        tasks: vec![Task::Expr(expr)],
    }
    .run();
    out
}

/// Appends an attribute path as the reference shows it.
pub fn attr_path(ir: &Ir, symbols: &Symbols, path: &[AttrName], out: &mut Vec<u8>) {
    let mut printer = Printer {
        ir,
        symbols,
        out,
        tasks: Vec::new(),
    };
    printer.later_path(path);
    printer.run();
}

struct Printer<'a> {
    ir: &'a Ir,
    symbols: &'a Symbols,
    out: &'a mut Vec<u8>,
    tasks: Vec<Task>,
}

impl Printer<'_> {
    fn by_name(&self, a: Symbol, b: Symbol) -> Ordering {
        self.symbols.name(a).cmp(self.symbols.name(b))
    }

    fn run(&mut self) {
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Expr(id) => self.expr(id),
                Task::Callee(id) => self.callee(id),
                Task::Text(text) => self.out.extend_from_slice(text.as_bytes()),
                Task::Name(name) => attr_name(self.symbols.name(name), self.out),
                Task::Variable(name) => self.out.extend_from_slice(self.symbols.name(name)),
                Task::Parameters { lambda, next } => self.parameters(lambda, next),
                Task::Int(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            }
        }
    }

    /// Adds tasks to be done in the order in which they are given, before all others.
    fn later(&mut self, tasks: &[Task]) {
        self.tasks.extend(tasks.iter().rev());
    }

    fn later_path(&mut self, path: &[AttrName]) {
        for (index, &name) in path.iter().enumerate().rev() {
            match name {
                AttrName::Static(name) => self.tasks.push(Task::Name(name)),
                AttrName::Dynamic(expr) => {
                    self.later(&[Task::Text("\"${"), Task::Expr(expr), Task::Text("}\"")])
                }
            }
            if index > 0 {
                self.tasks.push(Task::Text("."));
            }
        }
    }

    /// Adds the elements of a list, each with a text before and after it.
    fn later_list(
        &mut self,
        list: Slice,
        before: &'static str,
        between: &'static str,
        after: &'static str,
    ) {
        let elements = &self.ir.lists[list.range()];
        for (index, &element) in elements.iter().enumerate().rev() {
            let before = if index == 0 { before } else { between };
            self.tasks
                .extend([Task::Text(after), Task::Expr(element), Task::Text(before)]);
        }
    }

    fn expr(&mut self, id: ExprId) {
        match self.ir.expr(id) {
            Expr::Int(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            Expr::Float(value) => float(value, self.out),
            Expr::Str(text) => string(self.ir.text(text), self.out),
            Expr::Path(text) => self.out.extend_from_slice(self.ir.text(text)),
            Expr::Var(name)
            | Expr::Local { name, .. }
            | Expr::Outer { name, .. }
            | Expr::Global { name, .. }
            | Expr::WithVar { name, .. } => self.out.extend_from_slice(self.symbols.name(name)),
            Expr::CurPos => self.out.extend_from_slice(b"__curPos"),
            Expr::Select {
                base,
                path,
                default,
            } => {
                if default.is_some() {
                    self.later(&[Task::Text(" or ("), Task::Expr(default), Task::Text(")")]);
                }
                self.later_path(&self.ir.attr_names[self.ir.attr_paths[path as usize].range()]);
                self.later(&[Task::Text("("), Task::Expr(base), Task::Text(").")]);
            }
            Expr::HasAttr { base, path } => {
                self.tasks.push(Task::Text(")"));
                self.later_path(&self.ir.attr_names[self.ir.attr_paths[path as usize].range()]);
                self.later(&[Task::Text("(("), Task::Expr(base), Task::Text(") ? ")]);
            }
            Expr::Lambda(lambda) => self.parameters(lambda, 0),
            Expr::Call { .. } | Expr::Negate(_) => {
                self.later(&[Task::Text("("), Task::Callee(id), Task::Text(")")])
            }
            Expr::Let { set, body } => {
                self.later(&[Task::Text("in "), Task::Expr(body), Task::Text(")")]);
                self.out.extend_from_slice(b"(let ");
                self.bindings(set);
            }
            Expr::Attrs(set) => {
                self.tasks.push(Task::Text("}"));
                if self.ir.attr_set(set).recursive {
                    self.out.extend_from_slice(b"rec ");
                }
                self.out.extend_from_slice(b"{ ");
                self.bindings(set);
            }
            Expr::List(elements) => {
                self.out.extend_from_slice(b"[ ");
                self.tasks.push(Task::Text("]"));
                self.later_list(elements, "(", "(", ") ");
            }
            Expr::With { scope, body, .. } => self.later(&[
                Task::Text("(with "),
                Task::Expr(scope),
                Task::Text("; "),
                Task::Expr(body),
                Task::Text(")"),
            ]),
            Expr::If {
                condition,
                then,
                otherwise,
            } => self.later(&[
                Task::Text("(if "),
                Task::Expr(condition),
                Task::Text(" then "),
                Task::Expr(then),
                Task::Text(" else "),
                Task::Expr(otherwise),
                Task::Text(")"),
            ]),
            Expr::Assert { condition, body } => {
                self.later(&[
                    Task::Text("assert "),
                    Task::Expr(condition),
                    Task::Text("; "),
                    Task::Expr(body),
                ]);
            }
            Expr::Not(operand) => {
                self.later(&[Task::Text("(! "), Task::Expr(operand), Task::Text(")")])
            }
            Expr::Binary {
                op, left, right, ..
            } => self.binary(id, op, left, right),
            Expr::Interpolation(parts) | Expr::PathInterpolation(parts) => {
                self.tasks.push(Task::Text(")"));
                self.later_list(parts, "(", " + ", "");
            }
            // Printed with the set that inherits.
            Expr::InheritSource { .. } => {}
        }
    }

    fn binary(&mut self, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) {
        let infix = match op {
            BinaryOp::Add => " + ",
            BinaryOp::Equal => " == ",
            BinaryOp::NotEqual => " != ",
            BinaryOp::And => " && ",
            BinaryOp::Or => " || ",
            BinaryOp::Implies => " -> ",
            BinaryOp::Update => " // ",
            BinaryOp::Concat => " ++ ",
            BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Less | BinaryOp::Greater => {
                return self.later(&[Task::Text("("), Task::Callee(id), Task::Text(")")]);
            }
            BinaryOp::LessOrEqual => {
                return self.later(&[
                    Task::Text("(! (__lessThan "),
                    Task::Expr(right),
                    Task::Text(" "),
                    Task::Expr(left),
                    Task::Text("))"),
                ]);
            }
            BinaryOp::GreaterOrEqual => {
                return self.later(&[
                    Task::Text("(! (__lessThan "),
                    Task::Expr(left),
                    Task::Text(" "),
                    Task::Expr(right),
                    Task::Text("))"),
                ]);
            }
        };
        self.later(&[
            Task::Text("("),
            Task::Expr(left),
            Task::Text(infix),
            Task::Expr(right),
            Task::Text(")"),
        ]);
    }

    /// Prints a call without parentheses: the reference joins calls of calls, those that operators stand for included.
    fn callee(&mut self, id: ExprId) {
        let two = |function, left, right| {
            [
                Task::Text(function),
                Task::Expr(left),
                Task::Text(" "),
                Task::Expr(right),
            ]
        };
        match self.ir.expr(id) {
            Expr::Call {
                function,
                start,
                len,
            } => {
                self.later_list(Slice { start, len }, " ", " ", "");
                self.tasks.push(Task::Callee(function));
            }
            Expr::Negate(operand) => {
                self.later(&[
                    Task::Text("__sub "),
                    Task::Int(0),
                    Task::Text(" "),
                    Task::Expr(operand),
                ]);
            }
            Expr::Binary {
                op: BinaryOp::Sub,
                left,
                right,
                ..
            } => self.later(&two("__sub ", left, right)),
            Expr::Binary {
                op: BinaryOp::Mul,
                left,
                right,
                ..
            } => self.later(&two("__mul ", left, right)),
            Expr::Binary {
                op: BinaryOp::Div,
                left,
                right,
                ..
            } => self.later(&two("__div ", left, right)),
            Expr::Binary {
                op: BinaryOp::Less,
                left,
                right,
                ..
            } => self.later(&two("__lessThan ", left, right)),
            Expr::Binary {
                op: BinaryOp::Greater,
                left,
                right,
                ..
            } => self.later(&two("__lessThan ", right, left)),
            _ => self.expr(id),
        }
    }

    fn parameters(&mut self, id: LambdaId, next: u32) {
        let lambda = self.ir.lambda(id);
        let Parameter { name, pattern, .. } =
            self.ir.parameters[(lambda.parameters.start + next) as usize];
        self.tasks.push(Task::Text(")"));
        if next + 1 < lambda.parameters.len {
            self.tasks.push(Task::Parameters {
                lambda: id,
                next: next + 1,
            });
        } else {
            self.tasks.push(Task::Expr(lambda.body));
        }
        self.tasks.push(Task::Text(": "));
        if let Some(name) = name {
            self.tasks.push(Task::Variable(name));
        }
        self.out.push(b'(');
        let Some(pattern) = pattern else { return };
        if name.is_some() {
            self.tasks.push(Task::Text(" @ "));
        }
        self.tasks.push(Task::Text(" }"));
        if pattern.ellipsis {
            self.tasks.push(Task::Text(if pattern.formals.len > 0 {
                ", ..."
            } else {
                "..."
            }));
        }
        let mut formals = self.ir.formals[pattern.formals.range()].to_vec();
        order::sort_by(&mut formals, |a, b| self.by_name(a.name, b.name));
        for (index, formal) in formals.iter().enumerate().rev() {
            if formal.default.is_some() {
                self.later(&[Task::Text(" ? "), Task::Expr(formal.default)]);
            }
            self.tasks.push(Task::Variable(formal.name));
            if index > 0 {
                self.tasks.push(Task::Text(", "));
            }
        }
        self.out.extend_from_slice(b"{ ");
    }

    /// Adds the bindings of a set: `inherit`s first, then static ones by name, then dynamic ones.
    fn bindings(&mut self, id: AttrSetId) {
        let set = *self.ir.attr_set(id);
        for binding in self.ir.dynamic_bindings[set.dynamic.range()].iter().rev() {
            self.later(&[
                Task::Text("\"${"),
                Task::Expr(binding.name),
                Task::Text("}\" = "),
                Task::Expr(binding.value),
                Task::Text("; "),
            ]);
        }
        let mut bindings = self.ir.bindings[set.bindings.range()].to_vec();
        order::sort_by(&mut bindings, |a, b| self.by_name(a.name, b.name));
        for binding in bindings
            .iter()
            .rev()
            .filter(|binding| binding.kind == BindingKind::Plain)
        {
            self.later(&[
                Task::Name(binding.name),
                Task::Text(" = "),
                Task::Expr(binding.value),
                Task::Text("; "),
            ]);
        }
        let mut sources: OrderedMap<u32, Vec<Symbol>> = OrderedMap::new();
        for binding in &bindings {
            if let BindingKind::InheritedFrom(index) = binding.kind {
                sources.entry(index).or_default().push(binding.name);
            }
        }
        for (index, names) in sources.iter().rev() {
            self.tasks.push(Task::Text("; "));
            self.later_names(names.iter().rev().copied());
            let source = self.ir.lists[(set.sources.start + index) as usize];
            self.later(&[Task::Text("inherit ("), Task::Expr(source), Task::Text(")")]);
        }
        let inherited = |binding: &&crate::ir::Binding| binding.kind == BindingKind::Inherited;
        if bindings.iter().any(|binding| inherited(&binding)) {
            self.tasks.push(Task::Text("; "));
            self.later_names(
                bindings
                    .iter()
                    .rev()
                    .filter(inherited)
                    .map(|binding| binding.name),
            );
            self.tasks.push(Task::Text("inherit"));
        }
    }

    /// Adds names, given from the last to the first, each after a blank.
    fn later_names(&mut self, names: impl Iterator<Item = Symbol>) {
        for name in names {
            self.tasks.extend([Task::Name(name), Task::Text(" ")]);
        }
    }
}

/// Appends a string literal.
pub fn string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'$' if text.get(index + 1) == Some(&b'{') => out.extend_from_slice(b"\\$"),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Appends an attribute name, in quotes where it is no identifier.
pub fn attr_name(name: &[u8], out: &mut Vec<u8>) {
    use super::bytes::{ID, ID_START, is, run};
    use super::token::{Kind, keyword};
    let identifier =
        name.first().is_some_and(|&first| is(first, ID_START)) && run(name, 1, ID) == name.len();
    let reserved = !matches!(keyword(name), Kind::Id | Kind::OrKeyword);
    if identifier && !reserved {
        out.extend_from_slice(name);
    } else {
        string(name, out);
    }
}

/// Appends a number with at most 6 significant digits, as C++ streams print it (`%g`).
pub fn float(value: f64, out: &mut Vec<u8>) {
    if value == 0.0 {
        out.push(b'0');
        return;
    }
    let scientific = format!("{value:.5e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trimmed = |digits: &str| match digits.find('.') {
        Some(_) => digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned(),
        None => digits.to_owned(),
    };
    let text = if (-4..6).contains(&exponent) {
        trimmed(&format!("{value:.*}", (5 - exponent).max(0) as usize))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs())
    };
    out.extend_from_slice(text.as_bytes());
}
