//! The form of a `flake.nix`: which attributes it has, and of which types, as far as that shows without evaluating anything.

use crate::error::{EvalError, Result};
use crate::fetching::input_error;
use crate::flake_reference::parse;
use crate::heap::thunk;
use crate::input::{Attributes, Input, InputValue};
use crate::ir::{Expr, ExprId};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::{Tag, Value};
use drvlab_store::url::Ignored;

/// Inputs of inputs are checked this deep.
const MAX_DEPTH: u32 = 64;

/// Checks what a flake says of itself as an input.
fn check_self(attributes: &Attributes) -> Result<()> {
    let mut names = attributes.keys();
    let unknown = names.find(|name| !matches!(name.as_slice(), b"submodules" | b"lfs"));
    let Some(name) = unknown else { return Ok(()) };
    let message = [
        b"flake 'self' attribute '".as_slice(),
        name,
        b"' is not supported",
    ];
    Err(EvalError::other(message.concat(), Pos::NONE))
}

impl Machine {
    /// Checks the value of a flake's file that has been imported; `name` is what messages call the flake.
    ///
    /// # Errors
    /// Those of the reference (`flake.cc`).
    #[inline]
    pub(crate) fn check_flake(&mut self, file: &[u8], flake: Value, name: &[u8]) -> Result<()> {
        let root = self.parsed.get(file).map(|parsed| parsed.root.clone());
        if let Some(Ok(root)) = root
            && !matches!(self.ir.expr(root.expr), Expr::Attrs(_))
        {
            let message = [b"file '".as_slice(), file, b"' must be an attribute set"];
            let what = [b"while evaluating the file '".as_slice(), file, b"':"];
            return Err(
                EvalError::other(message.concat(), Pos::NONE).traced(what.concat(), Pos::NONE)
            );
        }
        let members = self.members(flake);
        let (mut has_unknown, mut has_outputs) = (None, false);
        for (attribute, value, pos) in members {
            has_outputs |= *attribute == *b"outputs";
            match &*attribute {
                b"description" => self.expect_written(value, Tag::String, "a string", pos)?,
                b"outputs" => self.expect_written(value, Tag::Lambda, "a function", pos)?,
                b"inputs" => self.check_inputs(value, pos, 0)?,
                b"nixConfig" => {
                    self.expect_written(value, Tag::Attrs, "a set", pos)?;
                    self.check_settings(value)?;
                }
                _ => has_unknown = has_unknown.or(Some((attribute, pos))),
            }
        }
        // Without outputs, that is what is said.
        let Some((attribute, pos)) = has_unknown.filter(|_| has_outputs) else {
            return Ok(());
        };
        let message = [
            b"flake '".as_slice(),
            name,
            b"' has an unsupported attribute '",
            &attribute,
            b"', at ",
            &self.describe_position(pos),
        ];
        Err(EvalError::other(message.concat(), Pos::NONE))
    }

    #[inline]
    fn check_inputs(&mut self, inputs: Value, pos: Pos, depth: u32) -> Result<()> {
        self.expect_written(inputs, Tag::Attrs, "a set", pos)?;
        for (name, input, pos) in self.members(inputs) {
            self.expect_written(input, Tag::Attrs, "a set", pos)?;
            let (mut is_reference, mut follows) = (false, false);
            let mut reference = Attributes::new();
            for (attribute, value, at) in self.members(input) {
                let says_where = !matches!(&*attribute, b"flake" | b"inputs" | b"follows");
                is_reference |= says_where;
                follows |= *attribute == *b"follows";
                let written = self.written(value)?;
                let checked = match &*attribute {
                    b"url" if self.is_path(written) => Ok(()),
                    b"url" => self.expect_written(value, Tag::String, "a string or a path", at),
                    b"follows" => self.expect_written(value, Tag::String, "a string", at),
                    b"flake" => self.expect_written(value, Tag::Constant, "a Boolean", at),
                    b"inputs" if depth < MAX_DEPTH => self.check_inputs(value, at, depth + 1),
                    _ => self.check_input_attribute(&attribute, value),
                };
                checked.map_err(|error| {
                    let what = [
                        b"while evaluating flake attribute '".as_slice(),
                        &attribute,
                        b"'",
                    ];
                    error.traced(what.concat(), at)
                })?;
                if says_where {
                    let value = self.written(value)?;
                    let flag = InputValue::Bool(value == Value::TRUE);
                    reference.insert(attribute, self.input_value(value).unwrap_or(flag));
                }
            }
            if depth == 0 && name == b"self" {
                check_self(&reference)?;
            } else {
                self.check_reference(reference, pos)?;
            }
            if is_reference && follows {
                let at = self.describe_position(pos);
                let what = b"flake input has both a flake reference and a follows attribute, at ";
                return Err(EvalError::other([what.as_slice(), &at].concat(), Pos::NONE));
            }
        }
        Ok(())
    }

    /// Checks what says where an input comes from: a URL, or attributes with a type.
    #[inline]
    fn check_reference(&self, mut reference: Attributes, pos: Pos) -> Result<()> {
        if reference.contains_key(b"type".as_slice()) {
            reference.remove(b"dir".as_slice());
            let input = Input::from_attributes(reference, &mut Ignored::new());
            let wrong = input.err().map(input_error);
            return wrong.map_or(Ok(()), |error| {
                Err(error.traced("while evaluating flake input", pos))
            });
        }
        let url = reference.remove(b"url".as_slice());
        let Some(attribute) = reference.into_keys().next() else {
            if let Some(InputValue::Text(url)) = url {
                let parsed = parse(&url, true, &mut Ignored::new());
                parsed.map_err(|message| EvalError::other(message, Pos::NONE))?;
            }
            return Ok(());
        };
        let message = [
            b"unexpected flake input attribute '".as_slice(),
            &attribute,
            b"', at ",
            &self.describe_position(pos),
        ];
        Err(EvalError::other(message.concat(), Pos::NONE))
    }

    #[inline]
    fn check_input_attribute(&mut self, attribute: &[u8], value: Value) -> Result<()> {
        let value = self.written(value)?;
        if !matches!(value.tag(), Tag::List | Tag::Attrs | Tag::Lambda)
            || attribute == b"publicKeys"
        {
            return Ok(());
        }
        let found = self.describe(value);
        let message = [
            b"flake input attribute '".as_slice(),
            attribute,
            b"' is ",
            found.as_bytes(),
            b" while a string, Boolean, or integer is expected",
        ];
        Err(EvalError::other(message.concat(), Pos::NONE))
    }

    #[inline]
    fn check_settings(&mut self, settings: Value) -> Result<()> {
        for (setting, value, _) in self.members(settings) {
            let value = self.written(value)?;
            let (what, is_wrong) = match value.tag() {
                Tag::List => {
                    let mut is_wrong = false;
                    for index in 0..self.heap.list_len(value.addr()) {
                        let element = self.heap.element(value.addr(), index);
                        is_wrong |= self.written(element)?.tag() != Tag::String;
                    }
                    let what = b"list element in flake configuration setting '".as_slice();
                    (what, is_wrong)
                }
                Tag::Attrs | Tag::Lambda | Tag::Thunk => {
                    (b"flake configuration setting '".as_slice(), true)
                }
                _ => (
                    b"flake configuration setting '".as_slice(),
                    value == Value::NULL,
                ),
            };
            if is_wrong {
                let end: &[u8] = match value.tag() {
                    Tag::List => b" while a string is expected",
                    _ => b"",
                };
                let found = self.describe(value);
                let message = [what, &setting, b"' is ", found.as_bytes(), end];
                return Err(EvalError::other(message.concat(), Pos::NONE));
            }
        }
        Ok(())
    }

    /// The members of a set with their names, in the order of symbols; none of anything else.
    #[inline]
    fn members(&mut self, set: Value) -> Vec<(Vec<u8>, Value, Pos)> {
        let set = self.heap.look(set);
        if set.tag() != Tag::Attrs {
            return Vec::new();
        }
        let flat = self.heap.flat(set.addr());
        let members = self.heap.attributes(&self.ir, flat);
        let named = members.into_iter();
        named
            .map(|(name, value, pos)| (self.symbols.name(name).to_vec(), value, pos))
            .collect()
    }

    /// Evaluates a value only if a set, a list or a function stands there.
    #[inline]
    fn written(&mut self, value: Value) -> Result<Value> {
        let value = self.heap.look(value);
        if !value.is_thunk() {
            return Ok(value);
        }
        let (first, second) = (
            self.heap.word(value.addr(), 0),
            self.heap.value(value.addr(), 1),
        );
        let is_literal = match first {
            thunk::READY => second.tag() == Tag::Lambda,
            thunk::FIRST_MARKER.. => false,
            _ => match self.ir.expr(ExprId(first)) {
                Expr::Attrs(set) => self.ir.attr_set(set).dynamic.len == 0,
                Expr::List(_) => true,
                _ => false,
            },
        };
        if is_literal {
            self.force(value)
        } else {
            Ok(value)
        }
    }

    #[inline]
    fn expect_written(&mut self, value: Value, tag: Tag, wanted: &str, pos: Pos) -> Result<()> {
        let value = self.written(value)?;
        let is_right = value.tag() == tag
            && (tag != Tag::Constant || matches!(value, Value::TRUE | Value::FALSE));
        if is_right {
            return Ok(());
        }
        let found = self.describe(value);
        let message = [
            b"expected ".as_slice(),
            wanted.as_bytes(),
            b" but got ",
            found.as_bytes(),
            b" at ",
            &self.describe_position(pos),
        ];
        Err(EvalError::other(message.concat(), Pos::NONE))
    }
}
