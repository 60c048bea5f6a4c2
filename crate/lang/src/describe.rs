//! Words for values in messages, and small conversions that builtins and operators share.

use crate::builtin::Builtin;
use crate::context::ContextId;
use crate::error::{EvalError, Result};
use crate::files::canonical;
use crate::ir::LambdaId;
use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Boxed, Tag, Value};
use bstr::{BString, ByteSlice};
use std::borrow::Cow;

impl Machine {
    /// Returns the lambda that a function is, and which of its parameters comes next: it may have got some arguments.
    #[inline]
    pub(crate) fn lambda_of(&self, value: Value) -> Option<(LambdaId, usize)> {
        match value.tag() {
            Tag::Lambda => Some((self.heap.lambda_parts(value.addr()).0, 0)),
            Tag::Boxed if self.heap.boxed_kind(value.addr()) == Boxed::Partial => {
                let function = self.heap.partial_function(value.addr());
                let given = self.heap.partial_len(value.addr());
                (function.tag() == Tag::Lambda)
                    .then(|| (self.heap.lambda_parts(function.addr()).0, given))
            }
            _ => None,
        }
    }

    /// Returns the name of a value's type with an article, as error messages use it (`showType` of the reference).
    pub fn describe(&self, value: Value) -> Cow<'static, str> {
        let value = self.heap.look(value);
        Cow::Borrowed(match value.tag() {
            Tag::Thunk if self.heap.is_under_evaluation(value) => "a black hole",
            Tag::Thunk if self.heap.is_delayed_call(value.addr()) => "a function application",
            Tag::Thunk => "a thunk",
            Tag::Attrs => "a set",
            Tag::List => "a list",
            Tag::String if !self.context(value).is_empty() => "a string with context",
            Tag::String => "a string",
            Tag::Lambda => "a function",
            Tag::SmallInt => "an integer",
            Tag::Constant if value == Value::NULL => "null",
            Tag::Constant => match value.as_builtin() {
                Some(index) => {
                    return Cow::Owned(format!(
                        "the built-in function '{}'",
                        Builtin::from_index(index).name()
                    ));
                }
                None => "a Boolean",
            },
            Tag::Boxed => match self.heap.boxed_kind(value.addr()) {
                Boxed::Int => "an integer",
                Boxed::Float => "a float",
                Boxed::Path => "a path",
                Boxed::Partial => match self.heap.partial_function(value.addr()).as_builtin() {
                    Some(index) => {
                        let name = Builtin::from_index(index).name();
                        return Cow::Owned(format!(
                            "the partially applied built-in function '{name}'"
                        ));
                    }
                    None => "a function",
                },
            },
        })
    }

    /// Returns the name of a value's type as `builtins.typeOf` does.
    pub fn type_name(&self, value: Value) -> &'static str {
        match value.tag() {
            Tag::Thunk => "thunk",
            Tag::Attrs => "set",
            Tag::List => "list",
            Tag::String => "string",
            Tag::Lambda => "lambda",
            Tag::SmallInt => "int",
            Tag::Constant if value == Value::NULL => "null",
            Tag::Constant if value.as_builtin().is_some() => "lambda",
            Tag::Constant => "bool",
            Tag::Boxed => match self.heap.boxed_kind(value.addr()) {
                Boxed::Int => "int",
                Boxed::Float => "float",
                Boxed::Path => "path",
                Boxed::Partial => "lambda",
            },
        }
    }

    /// Returns a name as messages show it: in quotes if it could not be written without.
    pub(crate) fn shown_name(&self, name: Symbol) -> Vec<u8> {
        let mut shown = Vec::new();
        crate::syntax::print_attr_name(self.symbols.name(name), &mut shown);
        shown
    }

    /// Makes the error for an evaluated value of the wrong type: the thunk where there is one, for that is the place of a list.
    #[cold]
    pub(crate) fn expected(&mut self, wanted: &str, found: Value, pos: Pos) -> Box<EvalError> {
        let description = self.describe(self.heap.look(found));
        let printed = self.print_short(found);
        let message = [
            b"expected ",
            wanted.as_bytes(),
            b" but found ",
            description.as_bytes(),
            b": ",
            &printed,
        ]
        .concat();
        EvalError::other(message, pos)
    }

    /// Tells whether an evaluated value is a path.
    pub(crate) fn is_path(&self, value: Value) -> bool {
        value.tag() == Tag::Boxed && self.heap.boxed_kind(value.addr()) == Boxed::Path
    }

    /// Tells whether an evaluated value is a function (sets with `__functor` do not count).
    pub(crate) fn is_function(&self, value: Value) -> bool {
        match value.tag() {
            Tag::Lambda => true,
            Tag::Constant => value.as_builtin().is_some(),
            Tag::Boxed => self.heap.boxed_kind(value.addr()) == Boxed::Partial,
            _ => false,
        }
    }

    /// Returns where the lambda or the set starts that a function is; builtins have no place.
    pub(crate) fn function_pos(&self, function: Value) -> Pos {
        if function.tag() == Tag::Attrs {
            let literal = self.heap.literal(function.addr());
            return literal.map_or(Pos::NONE, |id| self.ir.attr_set(id).pos);
        }
        self.lambda_of(function).map_or(Pos::NONE, |(id, given)| {
            let parameters = self.ir.lambda(id).parameters.range();
            self.ir.parameters[parameters.start + given].pos
        })
    }

    /// Returns the bytes of an evaluated value that must be a string without context, for example an attribute name.
    pub(crate) fn string_without_context(
        &mut self,
        value: Value,
        pos: Pos,
        what: &'static str,
    ) -> Result<Vec<u8>> {
        if value.tag() != Tag::String {
            return Err(self.expected("a string", value, pos).traced(what, pos));
        }
        if self.context(value).is_empty() {
            return Ok(self.bytes(value).to_vec());
        }
        if let Some(element) = self
            .contexts
            .elements(self.context(value))
            .into_iter()
            .next()
        {
            let mut message = b"the string '".to_vec();
            message.extend_from_slice(self.bytes(value));
            message.extend_from_slice(b"' is not allowed to refer to a store path (such as '");
            message.extend_from_slice(&self.display_context_element(&element));
            message.extend_from_slice(b"')");
            let error = EvalError::other(message, Pos::NONE);
            return Err(if what.is_empty() {
                error
            } else {
                error.traced(what, pos)
            });
        }
        Ok(self.bytes(value).to_vec())
    }

    /// Writes a context element as the reference does inside: `path`, `=path` or `!output!path`, without the store directory.
    pub(crate) fn render_context_element(
        &self,
        element: &crate::context::ContextElement,
    ) -> Vec<u8> {
        use crate::context::ContextElement::{Built, DrvDeep, Dynamic, Opaque};
        match element {
            Opaque(path) => path.to_string().into_bytes(),
            DrvDeep(path) => format!("={path}").into_bytes(),
            Built { drv, output } => {
                [b"!", output.as_ref(), b"!", drv.to_string().as_bytes()].concat()
            }
            Dynamic { drv, outputs } => {
                let mut text = Vec::new();
                for output in outputs.iter().rev() {
                    text.push(b'!');
                    text.extend_from_slice(output);
                }
                text.push(b'!');
                text.extend_from_slice(drv.to_string().as_bytes());
                text
            }
        }
    }

    /// Writes a context element for people: `path`, `path^output` or `path (deep)`.
    pub(crate) fn display_context_element(
        &self,
        element: &crate::context::ContextElement,
    ) -> Vec<u8> {
        use crate::context::ContextElement::{Built, DrvDeep, Dynamic, Opaque};
        match element {
            Opaque(path) => self.store.dir.display(path).into_bytes(),
            DrvDeep(path) => format!("{} (deep)", self.store.dir.display(path)).into_bytes(),
            Built { drv, output } => [
                self.store.dir.display(drv).as_bytes(),
                b"^",
                output.as_ref(),
            ]
            .concat(),
            Dynamic { drv, outputs } => {
                let mut text = self.store.dir.display(drv).into_bytes();
                for output in outputs.iter() {
                    text.push(b'^');
                    text.extend_from_slice(output);
                }
                text
            }
        }
    }

    /// Makes a path of a path's text and what was appended to it.
    pub(crate) fn path_of_appended(
        &mut self,
        bytes: Vec<u8>,
        context: ContextId,
        pos: Pos,
    ) -> Result<Value> {
        if !context.is_empty() {
            let message = "a string that refers to a store path cannot be appended to a path";
            return Err(EvalError::other(message, pos));
        }
        if bytes.contains(&0) {
            let shown = bytes.replace(b"\0", "␀");
            let message = [
                b"input string '".as_slice(),
                &shown,
                b"' cannot be represented as Nix string because it contains null bytes",
            ];
            return Err(EvalError::other(message.concat(), pos));
        }
        Ok(self.heap.path(&canonical(&bytes)))
    }

    /// Concatenates two evaluated strings.
    pub(crate) fn concat_strings(&mut self, a: Value, b: Value, pos: Pos) -> Result<Value> {
        let (x, y) = (a.addr(), b.addr());
        let context = self
            .contexts
            .union(self.heap.string_context(x), self.heap.string_context(y));
        let len = self.heap.strings_len(&[a, b]);
        self.check_memory(len, pos)?;
        Ok(self.heap.concat_strings(&[a, b], len, context))
    }

    /// Concatenates evaluated lists.
    pub(crate) fn concat_lists(&mut self, lists: &[Value], pos: Pos) -> Result<Value> {
        let mut non_empty = lists
            .iter()
            .filter(|list| self.heap.list_len(list.addr()) > 0);
        if let (Some(&only), None) = (non_empty.next(), non_empty.next()) {
            return Ok(only);
        }
        let total: usize = lists
            .iter()
            .map(|list| self.heap.list_len(list.addr()))
            .sum();
        self.check_memory(4 * total, pos)?;
        let result = self.heap.alloc_list(total);
        let mut at = 0u32;
        for list in lists {
            let len = self.heap.list_len(list.addr());
            self.heap.copy(list.addr(), 2, result, 2 + at, len);
            at += len as u32;
        }
        Ok(Value::object(Tag::List, result))
    }

    /// Tells whether two values are what one place holds, before either is evaluated: elsewhere is a copy, as in the reference.
    pub(crate) fn are_same_object(&self, a: Value, b: Value) -> bool {
        let object = self.heap.look(a);
        match object.tag() {
            _ if a == b && a.is_thunk() => true,
            Tag::Constant | Tag::SmallInt => false,
            _ if a == b => true,
            Tag::Lambda | Tag::Boxed => {
                // Whether a variable refers to the thunk of another or has one of its own depends on the order of symbols.
                if object == self.heap.look(b) {
                    self.chosen_by_symbol();
                }
                false
            }
            _ => false,
        }
    }

    /// Makes `{ file, line, column }` of a position, or null.
    pub(crate) fn position_value(&mut self, pos: Pos) -> Value {
        self.note_position(pos);
        let Some(location) = self.sources.locate(pos) else {
            return Value::NULL;
        };
        let Origin::File(file) = location.origin else {
            return Value::NULL;
        };
        let file = self.string(crate::internal::path_text(&file));
        // The reference counts lines when somebody wants to know, which printing without evaluating shows.
        let [line, column] = [location.line, location.column].map(|number| {
            let number = self.heap.int(i64::from(number));
            self.heap.delay_call(number, [])
        });
        self.heap.attrs_from(vec![
            (well_known::FILE, file, Pos::NONE),
            (well_known::LINE, line, Pos::NONE),
            (well_known::COLUMN, column, Pos::NONE),
        ])
    }

    /// Writes a position as messages do: `file:line:column`.
    pub fn describe_position(&self, pos: Pos) -> BString {
        match self.sources.locate(pos) {
            Some(location) => location.describe().into(),
            None => "undefined position".into(),
        }
    }

    /// Returns the position of the first of these attributes that a set has, or else of that of its attributes that stands first.
    #[cold]
    pub(crate) fn place_of(&mut self, set: Addr, names: &[Symbol]) -> Pos {
        let flat = self.heap.flat(set);
        let named = names
            .iter()
            .map(|&name| self.heap.named_attr_pos(&self.ir, flat, name));
        if let Some(pos) = named
            .collect::<Vec<_>>()
            .into_iter()
            .find(|pos| pos.is_some())
        {
            return pos;
        }
        let all = self.heap.attributes(&self.ir, flat);
        let positions = all.into_iter().map(|(_, _, pos)| pos);
        let given = positions.filter(|&pos| self.is_in_file(pos));
        given.min().unwrap_or(Pos::NONE)
    }

    /// Adds "did you mean" for names that are close to the one that was not found.
    #[cold]
    pub(crate) fn with_suggestions(
        &self,
        error: Box<EvalError>,
        name: &[u8],
        candidates: &[Vec<u8>],
    ) -> Box<EvalError> {
        (self.deferred.with_suggestions)(self, error, name, candidates)
    }

    /// Does what [`Self::with_suggestions`] does, where the table in `eval/entries.rs` leads to.
    #[inline]
    pub(crate) fn suggesting(
        &self,
        error: Box<EvalError>,
        name: &[u8],
        candidates: &[Vec<u8>],
    ) -> Box<EvalError> {
        let suggestions = crate::suggestion::best(name, candidates.iter().map(Vec::as_slice));
        if suggestions.is_empty() {
            error
        } else {
            error.hint(crate::suggestion::sentence(&suggestions))
        }
    }
}
