//! The expressions of all loaded files in one arena: written by the parser, resolved in place, matched on by the evaluator.
//!
//! Lambdas and applications are fused: `x: y: e` is one [`Lambda`] with two parameters, `f a b` one [`Expr::Call`] with two arguments.
//! Every lambda has *one* frame that holds its arguments and the variables of each `let`, `rec { }`, `with` and `inherit (…)` source
//! inside it (but not inside inner lambdas): within one call each of these is entered at most once, because all that is delayed is a thunk.

use crate::source::{Pos, Span};
use crate::symbol::Symbol;
use drvlab_store::HashedMap;

/// The index of an expression in [`Ir::exprs`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct ExprId(pub u32);

/// The index of a lambda in [`Ir::lambdas`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct LambdaId(pub u32);

/// The index of an attribute set literal or `let` in [`Ir::attr_sets`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct AttrSetId(pub u32);

/// The index of a text in [`Ir::texts`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct TextId(pub u32);

/// A range of one of the arena's side tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Slice {
    /// Index of the first element.
    pub start: u32,
    /// Number of elements.
    pub len: u32,
}

impl Slice {
    /// The indices of the range.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.start + self.len) as usize
    }
}

/// Binary operators that the evaluator performs itself; first those that are simple on integers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum BinaryOp {
    /// `a + b`
    Add,
    /// `a - b`, sugar for `__sub a b`
    Sub,
    /// `a * b`, sugar for `__mul a b`
    Mul,
    /// `a / b`, sugar for `__div a b`
    Div,
    /// `a < b`, sugar for `__lessThan a b`
    Less,
    /// `a <= b`, sugar for `!(__lessThan b a)`
    LessOrEqual,
    /// `a > b`, sugar for `__lessThan b a`
    Greater,
    /// `a >= b`, sugar for `!(__lessThan a b)`
    GreaterOrEqual,
    /// `a == b`
    Equal,
    /// `a != b`
    NotEqual,
    /// `a && b`
    And,
    /// `a || b`
    Or,
    /// `a -> b`
    Implies,
    /// `a // b`
    Update,
    /// `a ++ b`
    Concat,
}

impl BinaryOp {
    /// Tells whether the right operand is evaluated first.
    #[inline(always)]
    pub fn is_swapped(self) -> bool {
        matches!(self, BinaryOp::Greater | BinaryOp::LessOrEqual)
    }
}

/// An expression. At most 16 bytes; positions are in [`Ir::spans`].
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    /// An integer literal.
    Int(i64),
    /// A floating point literal.
    Float(f64),
    /// A string literal without interpolation (escapes processed, indentation stripped).
    Str(TextId),
    /// A path literal, made absolute.
    Path(TextId),
    /// A variable before resolution; not found in resolved code.
    Var(Symbol),
    /// A variable in the current frame.
    Local {
        /// Index into the frame.
        slot: u32,
        /// The name, for messages and printing.
        name: Symbol,
    },
    /// A variable in an outer frame.
    Outer {
        /// How many frames outwards (≥ 1).
        depth: u16,
        /// Index into that frame.
        slot: u32,
        /// The name.
        name: Symbol,
    },
    /// A variable of the global scope (`map`, `builtins`, `true`, …).
    Global {
        /// Index into the table of globals.
        index: u32,
        /// The name.
        name: Symbol,
    },
    /// A variable that only a `with` can provide: the scopes to try are in [`Ir::with_scopes`], innermost first.
    WithVar {
        /// The name.
        name: Symbol,
        /// First of the scopes.
        start: u32,
        /// Number of scopes (≥ 1).
        len: u16,
        /// Where the name was found in the innermost scope last time, or would have stood; written by the evaluator.
        hint: u32,
    },
    /// `__curPos`
    CurPos,
    /// `base.path` or `base.path or default`
    Select {
        /// What is selected from.
        base: ExprId,
        /// Index into [`Ir::attr_paths`].
        path: u32,
        /// The `or` part; [`ExprId::NONE`] where there is none.
        default: ExprId,
    },
    /// `base ? path`
    HasAttr {
        /// What is asked.
        base: ExprId,
        /// Index into [`Ir::attr_paths`].
        path: u32,
    },
    /// A function.
    Lambda(LambdaId),
    /// A function applied to one or more arguments ([`Ir::lists`]).
    Call {
        /// The function.
        function: ExprId,
        /// First argument.
        start: u32,
        /// Number of arguments (≥ 1).
        len: u32,
    },
    /// `let … in body`
    Let {
        /// The bindings.
        set: AttrSetId,
        /// What follows `in`.
        body: ExprId,
    },
    /// `{ … }` or `rec { … }`
    Attrs(AttrSetId),
    /// `[ … ]` ([`Ir::lists`])
    List(Slice),
    /// `with scope; body`
    With {
        /// The attribute set.
        scope: ExprId,
        /// What follows the semicolon.
        body: ExprId,
        /// The frame slot that holds the scope; written by the resolver.
        slot: u32,
    },
    /// `if … then … else …`
    If {
        /// The condition.
        condition: ExprId,
        /// Evaluated when it is true.
        then: ExprId,
        /// Evaluated when it is false.
        otherwise: ExprId,
    },
    /// `assert condition; body`
    Assert {
        /// The condition.
        condition: ExprId,
        /// What follows the semicolon.
        body: ExprId,
    },
    /// `!e`
    Not(ExprId),
    /// `-e`, sugar for `__sub 0 e`
    Negate(ExprId),
    /// A binary operator.
    Binary {
        /// Which.
        op: BinaryOp,
        /// Left operand.
        left: ExprId,
        /// Right operand.
        right: ExprId,
        /// Position of the operator.
        pos: Pos,
    },
    /// A string with interpolation: the parts ([`Ir::lists`]) are string literals and expressions. The result is a string.
    Interpolation(Slice),
    /// A path with interpolation: the first part is an [`Expr::Path`]. The result is a path.
    PathInterpolation(Slice),
    /// The `index`-th source of `inherit (source) …` in a set, as used by its bindings; resolved to `Local` or `Outer`.
    InheritSource {
        /// The set that inherits.
        set: AttrSetId,
        /// Which source.
        index: u32,
    },
}

impl Expr {
    /// Tells whether this is a variable with a place of its own.
    #[inline(always)]
    pub(crate) fn is_variable(&self) -> bool {
        matches!(
            self,
            Expr::Local { .. } | Expr::Outer { .. } | Expr::Global { .. }
        )
    }

    /// Tells whether this is of a kind that can be evaluated without a step of recursion; see [`crate::quick`].
    #[inline(always)]
    pub(crate) fn may_be_quick(&self) -> bool {
        matches!(
            self,
            Expr::Local { .. }
                | Expr::Outer { .. }
                | Expr::Int(_)
                | Expr::Binary { .. }
                | Expr::Select { .. }
                | Expr::Str(_)
                | Expr::Global { .. }
                | Expr::Lambda(_)
                | Expr::WithVar { .. }
                | Expr::HasAttr { .. }
                | Expr::Not(_)
        )
    }
}

impl ExprId {
    /// Stands for "no expression".
    pub const NONE: ExprId = ExprId(u32::MAX);

    /// Tells whether there is an expression.
    #[inline]
    pub fn is_some(self) -> bool {
        self != ExprId::NONE
    }
}

/// One name of an attribute path.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum AttrName {
    /// An identifier or a string literal.
    Static(Symbol),
    /// `${e}` or a string with interpolation.
    Dynamic(ExprId),
}

/// How a binding's value came about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BindingKind {
    /// `name = value;`
    Plain,
    /// `inherit name;` — the value is a variable of the scope *around* the set.
    Inherited,
    /// `inherit (source) name;` — the value is a [`Expr::Select`] from [`Expr::InheritSource`].
    InheritedFrom(u32),
}

/// One static binding of an attribute set or `let`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Binding {
    /// The attribute's name.
    pub name: Symbol,
    /// Position of the name.
    pub pos: Pos,
    /// Its value.
    pub value: ExprId,
    /// How it is written.
    pub kind: BindingKind,
}

/// One dynamic binding, `${name} = value;`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DynamicBinding {
    /// Evaluates to the name, or null for "leave it out".
    pub name: ExprId,
    /// Its value.
    pub value: ExprId,
    /// Position of the name.
    pub pos: Pos,
}

/// An attribute set literal or the bindings of a `let`.
#[derive(Clone, Copy, Debug)]
pub struct AttrSet {
    /// `rec`, or a `let`: the bindings see each other.
    pub recursive: bool,
    /// Static bindings in [`Ir::bindings`], sorted by symbol, names distinct.
    pub bindings: Slice,
    /// Dynamic bindings in [`Ir::dynamic_bindings`], in source order.
    pub dynamic: Slice,
    /// The sources of `inherit (source) …` in [`Ir::lists`].
    pub sources: Slice,
    /// If recursive, binding `i` lives in frame slot `first_slot + i`. Written by the resolver.
    pub first_slot: u32,
    /// Source `i` lives in frame slot `first_source_slot + i`. Written by the resolver.
    pub first_source_slot: u32,
    /// Position of the opening token.
    pub pos: Pos,
}

/// One name of a pattern.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Formal {
    /// The name.
    pub name: Symbol,
    /// Position of the name.
    pub pos: Pos,
    /// The default, [`ExprId::NONE`] where there is none.
    pub default: ExprId,
}

/// The pattern of a parameter, `{ a, b ? 1, ... }`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Pattern {
    /// The names in [`Ir::formals`], sorted by symbol, distinct.
    pub formals: Slice,
    /// Ends in `...`.
    pub ellipsis: bool,
}

/// One parameter of a lambda.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Parameter {
    /// `x` or the name beside `@`.
    pub name: Option<Symbol>,
    /// The pattern, if it is one. Only the last parameter of a fused lambda may have one.
    pub pattern: Option<Pattern>,
    /// Position where the lambda with this parameter starts.
    pub pos: Pos,
}

/// A function with one or more parameters.
///
/// Frame: each parameter takes one slot for its whole value (in order, also when it has no name), then the formals of the last one in the
/// order of [`Pattern::formals`], then everything else.
#[derive(Clone, Copy, Debug)]
pub struct Lambda {
    /// The parameters in [`Ir::parameters`] (≥ 1).
    pub parameters: Slice,
    /// The body.
    pub body: ExprId,
    /// Whether the last parameter has a pattern.
    pub has_pattern: bool,
    /// The name of the binding that it is the value of, for messages.
    pub name: Option<Symbol>,
    /// Size of the frame in slots. Written by the resolver.
    pub frame_slots: u32,
}

/// Where a `with` scope is found from the variable that asks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WithScope {
    /// How many frames outwards (0 = the current one).
    pub depth: u32,
    /// The slot in that frame.
    pub slot: u32,
    /// Position of the `with`.
    pub pos: Pos,
}

/// A parsed and resolved file or expression.
#[derive(Clone, Copy, Debug)]
pub struct Root {
    /// Its expression.
    pub expr: ExprId,
    /// Size of its frame in slots.
    pub frame_slots: u32,
}

/// The arena.
#[derive(Debug, Default)]
pub struct Ir {
    /// Expressions.
    pub exprs: Vec<Expr>,
    /// The span of each expression, parallel to `exprs`. `start` is the position that the reference reports for it.
    pub spans: Vec<Span>,
    /// Elements of lists, arguments of calls, parts of interpolations, sources of inherits.
    pub lists: Vec<ExprId>,
    /// Attribute paths: ranges of `attr_names`.
    pub attr_paths: Vec<Slice>,
    /// Names of attribute paths.
    pub attr_names: Vec<AttrName>,
    /// Position of each name, parallel to `attr_names`.
    pub attr_name_positions: Vec<Pos>,
    /// Attribute sets.
    pub attr_sets: Vec<AttrSet>,
    /// Static bindings.
    pub bindings: Vec<Binding>,
    /// Dynamic bindings.
    pub dynamic_bindings: Vec<DynamicBinding>,
    /// Lambdas.
    pub lambdas: Vec<Lambda>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Formals.
    pub formals: Vec<Formal>,
    /// Scopes of [`Expr::WithVar`].
    pub with_scopes: Vec<WithScope>,
    /// Where the text of an operand of `+` or of an interpolated expression starts, with its parentheses or `${`, if that is not its position.
    pub text_starts: HashedMap<ExprId, Pos>,
    /// Ranges of `text_bytes`.
    pub texts: Vec<Slice>,
    /// The bytes of string and path literals.
    pub text_bytes: Vec<u8>,
    /// A table of the resolver, kept for the next file.
    pub(crate) innermost_variables: Vec<u32>,
}

/// How much every table of an [`Ir`] holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    exprs: usize,
    lists: usize,
    attr_paths: usize,
    attr_names: usize,
    attr_sets: usize,
    bindings: usize,
    dynamic_bindings: usize,
    lambdas: usize,
    parameters: usize,
    formals: usize,
    with_scopes: usize,
    texts: usize,
    text_bytes: usize,
}

impl Ir {
    /// Returns how much there is.
    pub(crate) fn lengths(&self) -> Lengths {
        Lengths {
            exprs: self.exprs.len(),
            lists: self.lists.len(),
            attr_paths: self.attr_paths.len(),
            attr_names: self.attr_names.len(),
            attr_sets: self.attr_sets.len(),
            bindings: self.bindings.len(),
            dynamic_bindings: self.dynamic_bindings.len(),
            lambdas: self.lambdas.len(),
            parameters: self.parameters.len(),
            formals: self.formals.len(),
            with_scopes: self.with_scopes.len(),
            texts: self.texts.len(),
            text_bytes: self.text_bytes.len(),
        }
    }

    /// Forgets what has been added since there was that much.
    #[inline]
    pub(crate) fn truncate(&mut self, to: &Lengths) {
        for id in to.exprs..self.exprs.len() {
            self.text_starts.remove(&ExprId(id as u32));
        }
        self.exprs.truncate(to.exprs);
        self.spans.truncate(to.exprs);
        self.lists.truncate(to.lists);
        self.attr_paths.truncate(to.attr_paths);
        self.attr_names.truncate(to.attr_names);
        self.attr_name_positions.truncate(to.attr_names);
        self.attr_sets.truncate(to.attr_sets);
        self.bindings.truncate(to.bindings);
        self.dynamic_bindings.truncate(to.dynamic_bindings);
        self.lambdas.truncate(to.lambdas);
        self.parameters.truncate(to.parameters);
        self.formals.truncate(to.formals);
        self.with_scopes.truncate(to.with_scopes);
        self.texts.truncate(to.texts);
        self.text_bytes.truncate(to.text_bytes);
    }

    /// Returns an expression.
    #[inline]
    pub fn expr(&self, id: ExprId) -> Expr {
        self.exprs[id.0 as usize]
    }

    /// Returns the span of an expression.
    #[inline]
    pub fn span(&self, id: ExprId) -> Span {
        self.spans[id.0 as usize]
    }

    /// Returns the position of an expression.
    #[inline]
    pub fn pos(&self, id: ExprId) -> Pos {
        self.spans[id.0 as usize].start
    }

    /// Says where the text of an expression starts, with its parentheses or `${`.
    pub fn set_text_start(&mut self, id: ExprId, start: Pos) {
        if start != self.pos(id) {
            self.text_starts.insert(id, start);
        }
    }

    /// Returns where the text of an operand of `+` or of an interpolated expression starts.
    pub fn text_start(&self, id: ExprId) -> Pos {
        self.text_starts.get(&id).copied().unwrap_or(self.pos(id))
    }

    /// Returns the position that the reference has for an expression when it tells where a value of the wrong type comes from (`getPos`):
    /// operators have theirs, literals and `let` have none.
    pub fn reported_pos(&self, id: ExprId) -> Pos {
        let mut id = id;
        loop {
            match self.expr(id) {
                Expr::Int(_) | Expr::Float(_) | Expr::Str(_) | Expr::Path(_) | Expr::Let { .. } => {
                    return Pos::NONE;
                }
                Expr::Binary {
                    op: BinaryOp::Equal | BinaryOp::NotEqual,
                    ..
                } => return Pos::NONE,
                Expr::Binary { pos, .. } => return pos,
                Expr::List(elements) if elements.len == 0 => return Pos::NONE,
                Expr::List(elements) => id = self.lists[elements.start as usize],
                Expr::HasAttr { base, .. } => id = base,
                Expr::Not(inner) => id = inner,
                Expr::Interpolation(parts) => {
                    // The reference's text starts behind one quote.
                    let (start, first) = (self.pos(id), self.lists[parts.start as usize]);
                    let behind = Pos(start.0 + 1);
                    return if self.text_start(first) == behind {
                        behind
                    } else {
                        start
                    };
                }
                _ => return self.pos(id),
            }
        }
    }

    /// Returns the bytes of a literal.
    pub fn text(&self, id: TextId) -> &[u8] {
        &self.text_bytes[self.texts[id.0 as usize].range()]
    }

    /// Returns the bytes that the arena takes.
    pub fn size(&self) -> usize {
        size_of_val(&*self.exprs)
            + size_of_val(&*self.spans)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.attr_names)
            + size_of_val(&*self.bindings)
            + size_of_val(&*self.lambdas)
            + size_of_val(&*self.formals)
            + self.text_starts.len() * size_of::<(ExprId, Pos)>()
            + self.text_bytes.len()
    }

    /// Returns a lambda.
    #[inline]
    pub fn lambda(&self, id: LambdaId) -> &Lambda {
        &self.lambdas[id.0 as usize]
    }

    /// Returns an attribute set literal.
    #[inline]
    pub fn attr_set(&self, id: AttrSetId) -> &AttrSet {
        &self.attr_sets[id.0 as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Expr;

    #[test]
    fn an_expression_fits_in_16_bytes() {
        assert_eq!(size_of::<Expr>(), 16);
    }
}
