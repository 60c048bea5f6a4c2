//! The entry points of the evaluator: from a file or text to values and derivations.
//!
//! All of them start on the native stack and go on with a heap-allocated one when that is used up.

use crate::error::{ErrorKind, EvalError, Result};
use crate::eval::direct::{Stk, builtins, call, equality, expr, force};
use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};
use drvlab_store::StorePath;
use std::collections::HashSet;
use std::rc::Rc;

/// A derivation that an expression evaluates to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// Where it was found, for example `packages.hello`; empty for the expression itself.
    pub attr_path: Vec<u8>,
    /// Its derivation.
    pub drv_path: StorePath,
    /// The output that is wanted.
    pub output: Vec<u8>,
}

/// A step of the search for derivations: into a member of a set, or into an element of a list.
#[derive(Clone, Copy, Debug)]
enum Step {
    Name(Symbol),
    Index(usize),
}

impl Machine {
    /// Evaluates a file, or the `default.nix` of a directory, as the program that it is: an import of it is evaluated apart from that.
    ///
    /// # Errors
    /// What parsing or evaluation says.
    #[inline]
    pub fn evaluate_file(&mut self, path: &[u8]) -> Result<Value> {
        let path: Rc<[u8]> = self.resolve_import(path, Pos::NONE)?.into();
        if let Some(value) = self.kept_program(&path) {
            return Ok(value);
        }
        let outside = self.take_taint();
        let result = self
            .delay_program(&path)
            .and_then(|program| force::force(&mut Stk, self, program));
        if let Ok(value) = result {
            self.note_program(path, value);
        }
        self.give_back_taint(outside);
        result
    }

    fn delay_program(&mut self, path: &Rc<[u8]>) -> Result<Value> {
        let root = self.parse_file(path, Pos::NONE)?;
        let frame = self.heap.frame(Addr(0), root.frame_slots);
        Ok(self.heap.delay(root.expr, frame))
    }

    /// Evaluates a text whose relative paths start at a directory.
    ///
    /// # Errors
    /// What parsing or evaluation says.
    #[inline]
    pub fn evaluate_text(
        &mut self,
        origin: Origin,
        text: impl Into<Rc<[u8]>>,
        base_dir: &[u8],
    ) -> Result<Value> {
        let root = self.parse_text(origin, text.into(), base_dir, None)?;
        let frame = self.heap.frame(Addr(0), root.frame_slots);
        expr::eval(&mut Stk, self, root.expr, frame)
    }

    /// Parses a text and delays its evaluation.
    ///
    /// # Errors
    /// What parsing says.
    #[inline]
    pub fn delay_text(
        &mut self,
        origin: Origin,
        text: impl Into<Rc<[u8]>>,
        base_dir: &[u8],
    ) -> Result<Value> {
        let root = self.parse_text(origin, text.into(), base_dir, None)?;
        let frame = self.heap.frame(Addr(0), root.frame_slots);
        Ok(self.heap.delay(root.expr, frame))
    }

    /// Parses a text and prints it as `nix-instantiate --parse` does.
    ///
    /// # Errors
    /// What parsing says.
    #[inline]
    pub fn print_parsed(
        &mut self,
        origin: Origin,
        text: impl Into<Rc<[u8]>>,
        base_dir: &[u8],
    ) -> Result<Vec<u8>> {
        let root = self.parse_text(origin, text.into(), base_dir, None)?;
        Ok(crate::syntax::print(&self.ir, &self.symbols, root.expr))
    }

    /// Finds a file of the search path as `<name>` does.
    ///
    /// # Errors
    /// When there is none.
    #[inline]
    pub fn find_file(&mut self, name: &[u8]) -> Result<Vec<u8>> {
        let entries = builtins::constants::nix_path(&mut Stk, self, &[], Pos::NONE)?;
        let name = self.string(name);
        let found = builtins::files::find_file(&mut Stk, self, &[entries, name], Pos::NONE)?;
        Ok(self.heap.path_bytes(found.addr()).to_vec())
    }

    /// Evaluates a value to weak head normal form.
    ///
    /// # Errors
    /// What evaluation says.
    #[inline]
    pub fn force(&mut self, value: Value) -> Result<Value> {
        force::force(&mut Stk, self, value)
    }

    /// Makes a set of the arguments that functions get which the command line calls.
    #[inline]
    pub fn arguments(&mut self, arguments: Vec<(Vec<u8>, Value)>) -> Value {
        let named = arguments
            .into_iter()
            .map(|(name, value)| (self.symbols.intern(&name), value, Pos::NONE))
            .collect();
        self.heap.attrs_from(named)
    }

    /// Calls a function as the command line does: with those of `arguments` that it names.
    ///
    /// # Errors
    /// What evaluation says, or a missing argument.
    #[inline]
    pub fn auto_call(&mut self, value: Value, arguments: Value) -> Result<Value> {
        let value = self.force(value)?;
        if value.tag() == Tag::Lambda
            && self.heap.all_attributes(arguments.addr()).is_empty()
            && self.takes_optional_arguments(value)
            && let Some(call) = self.entry_call(value)
        {
            return self.force(call);
        }
        call::auto_call(&mut Stk, self, value, arguments.addr())
    }

    /// Tells whether a function takes one set, without which it can do.
    #[inline]
    fn takes_optional_arguments(&self, function: Value) -> bool {
        let (id, _) = self.heap.lambda_parts(function.addr());
        let parameters = self.ir.lambda(id).parameters;
        let pattern = self.ir.parameters[parameters.range().start].pattern;
        parameters.len == 1
            && pattern.is_some_and(|pattern| {
                let mut formals = self.ir.formals[pattern.formals.range()].iter();
                formals.all(|formal| formal.default.is_some())
            })
    }

    /// Follows an attribute path such as `packages.hello` or `list.0`; functions on the way are called with `arguments`.
    ///
    /// # Errors
    /// What evaluation says, or that there is nothing at the path.
    #[inline]
    pub fn select_path(&mut self, value: Value, path: &[u8], arguments: Value) -> Result<Value> {
        let mut value = value;
        for name in split_attr_path(path).map_err(|message| EvalError::other(message, Pos::NONE))? {
            let index = std::str::from_utf8(&name)
                .ok()
                .and_then(|name| name.parse::<u32>().ok());
            value = self.auto_call(value, arguments)?;
            match index {
                None => {
                    if value.tag() != Tag::Attrs {
                        return Err(self.unlike_selected(value, "a set", path));
                    }
                    if name.is_empty() {
                        let message = [
                            b"empty attribute name in selection path '".as_slice(),
                            path,
                            b"'",
                        ]
                        .concat();
                        return Err(EvalError::other(message, Pos::NONE));
                    }
                    let symbol = self.symbols.intern(&name);
                    match self.heap.get_attr(value.addr(), symbol) {
                        Some(found) => value = self.force(found)?,
                        None => return Err(self.nothing_at_path(value.addr(), &name, path)),
                    }
                }
                Some(index) => {
                    if value.tag() != Tag::List {
                        return Err(self.unlike_selected(value, "a list", path));
                    }
                    let len = self.heap.list_len(value.addr());
                    if index as usize >= len {
                        let message = [
                            b"list index ",
                            name.as_slice(),
                            b" in selection path '",
                            path,
                            b"' is out of range",
                        ];
                        return Err(EvalError::other(message.concat(), Pos::NONE));
                    }
                    let element = self.heap.element(value.addr(), index as usize);
                    value = self.force(element)?;
                }
            }
        }
        Ok(value)
    }

    #[inline]
    fn nothing_at_path(&mut self, set: Addr, name: &[u8], path: &[u8]) -> Box<EvalError> {
        let message = [
            b"attribute '",
            name,
            b"' in selection path '",
            path,
            b"' not found",
        ]
        .concat();
        let flat = self.heap.flat(set);
        let names: Vec<Vec<u8>> = (0..self.heap.attrs_len(flat))
            .map(|index| self.symbols.name(self.heap.attr(flat, index).0).to_vec())
            .collect();
        self.with_suggestions(EvalError::other(message, Pos::NONE), name, &names)
    }

    #[inline]
    fn unlike_selected(&self, value: Value, wanted: &str, path: &[u8]) -> Box<EvalError> {
        let found = self.describe(value);
        let message = [
            b"the expression selected by the selection path '".as_slice(),
            path,
            b"' should be ",
            wanted.as_bytes(),
            b" but is ",
            found.as_bytes(),
        ];
        EvalError::other(message.concat(), Pos::NONE)
    }

    /// Finds the derivations that a value is or contains, as `nix-instantiate` does: the value itself, the members of a set in the order of
    /// their names, the elements of a list; sets inside sets only if they have `recurseForDerivations = true`.
    ///
    /// # Errors
    /// What evaluation says, or that the value is nothing of that kind.
    #[inline]
    pub fn derivations(&mut self, value: Value, arguments: Value) -> Result<Vec<Instance>> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        // The way to each member: the step before, and the member's name or index.
        let mut steps = vec![(0, Step::Index(0))];
        let mut pending = vec![(0, value, true)];
        while let Some((step, value, enter)) = pending.pop() {
            self.tick()?;
            self.check_memory(size_of_val(&*steps), Pos::NONE)?;
            let value = if enter {
                self.auto_call(value, arguments)?
            } else {
                self.force(value)?
            };
            if equality::is_derivation(&mut Stk, self, value)? {
                if seen.insert(value.addr()) {
                    let attr_path = self.attr_path(&steps, step);
                    found.push(self.instance(value, attr_path)?);
                }
                continue;
            }
            match value.tag() {
                Tag::Attrs => {
                    if !enter && !self.recurses(value)? {
                        continue;
                    }
                    let flat = self.heap.flat(value.addr());
                    let members = self.heap.attributes_by_name(&self.symbols, flat);
                    for (name, member) in members.into_iter().rev() {
                        if is_plain_name(self.symbols.name(name)) {
                            pending.push((steps.len(), member, false));
                            steps.push((step, Step::Name(name)));
                        }
                    }
                }
                Tag::List => {
                    for index in (0..self.heap.list_len(value.addr())).rev() {
                        let element = self.heap.element(value.addr(), index);
                        pending.push((steps.len(), element, true));
                        steps.push((step, Step::Index(index)));
                    }
                }
                _ if enter => {
                    let message =
                        "expression does not evaluate to a derivation (or a set or list of those)";
                    return Err(EvalError::new(ErrorKind::NoDerivation, message, Pos::NONE));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Writes the way to a member out; the first step is none.
    #[inline]
    fn attr_path(&self, steps: &[(usize, Step)], step: usize) -> Vec<u8> {
        let (mut parts, mut step) = (Vec::new(), step);
        while step != 0 {
            let (before, part) = steps[step];
            parts.push(match part {
                Step::Name(name) => self.symbols.name(name).to_vec(),
                Step::Index(index) => index.to_string().into_bytes(),
            });
            step = before;
        }
        parts.reverse();
        parts.join(&b'.')
    }

    #[inline]
    fn recurses(&mut self, set: Value) -> Result<bool> {
        let Some(value) = self
            .heap
            .get_attr(set.addr(), well_known::RECURSE_FOR_DERIVATIONS)
        else {
            return Ok(false);
        };
        let pos =
            self.heap
                .named_attr_pos(&self.ir, set.addr(), well_known::RECURSE_FOR_DERIVATIONS);
        match self.force(value)? {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            other => Err(self.expected("a Boolean", other, pos).traced(
                "while evaluating the attribute `recurseForDerivations`",
                pos,
            )),
        }
    }

    #[inline]
    fn instance(&mut self, derivation: Value, attr_path: Vec<u8>) -> Result<Instance> {
        let set = derivation.addr();
        let wrong = |message: &str| EvalError::other(message, Pos::NONE);
        if self.heap.get_attr(set, well_known::NAME).is_none() {
            let place = self.place_of(set, &[]);
            return Err(self.near(wrong("derivation name missing"), place));
        }
        let drv_path = match self.heap.get_attr(set, well_known::DRV_PATH) {
            Some(value) => self.force(value)?,
            None => return Err(wrong("derivation does not contain a 'drvPath' attribute")),
        };
        if drv_path.tag() != Tag::String {
            let pos = self
                .heap
                .named_attr_pos(&self.ir, set, well_known::DRV_PATH);
            return Err(self.expected("a string", drv_path, pos));
        }
        let drv_path = self
            .store
            .dir
            .parse_path(self.bytes(drv_path))
            .map_err(|error| EvalError::other(error.to_string(), Pos::NONE))?;
        let output = match self.heap.get_attr(set, well_known::OUTPUT_NAME) {
            Some(value) => {
                let value = self.force(value)?;
                self.string_without_context(
                    value,
                    Pos::NONE,
                    "while evaluating the output name of a derivation",
                )?
            }
            None => b"out".to_vec(),
        };
        Ok(Instance {
            attr_path,
            drv_path,
            output,
        })
    }
}

/// Other names are passed over in the search for derivations.
#[inline]
fn is_plain_name(name: &[u8]) -> bool {
    matches!(name.first(), Some(first) if first.is_ascii_alphabetic() || *first == b'_')
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_+".contains(byte))
}

/// Splits an attribute path at dots outside of double quotes.
#[inline]
fn split_attr_path(path: &[u8]) -> std::result::Result<Vec<Vec<u8>>, Vec<u8>> {
    let mut parts = Vec::new();
    let mut current = Vec::new();
    let mut bytes = path.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'.' => parts.push(std::mem::take(&mut current)),
            b'"' => loop {
                match bytes.next() {
                    None => {
                        return Err([
                            b"missing closing quote in selection path '".as_slice(),
                            path,
                            b"'",
                        ]
                        .concat());
                    }
                    Some(b'"') => break,
                    Some(&byte) => current.push(byte),
                }
            },
            byte => current.push(byte),
        }
    }
    if !current.is_empty() {
        parts.push(current);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attribute_paths() {
        let split = |path: &str| split_attr_path(path.as_bytes()).map(|parts| parts.join(&b'|'));
        assert_eq!(split(""), Ok(b"".to_vec()));
        assert_eq!(split("a.b.0"), Ok(b"a|b|0".to_vec()));
        assert_eq!(split("a.\"b.c\".d"), Ok(b"a|b.c|d".to_vec()));
        assert!(split("a.\"b").is_err());
    }

    /// A little of everything that makes and reads objects of the heap. Small, since Miri runs it too.
    #[test]
    fn both_stacks_use_the_heap_alike() {
        const PROGRAM: &str = r#"
            let
              inherit (builtins) foldl' genList mapAttrs attrNames sort lessThan concatStringsSep listToAttrs;
              names = map (i: "a${toString i}") (genList (i: i * 7 - i / 3 * 19) 12);
              set = listToAttrs (map (name: { inherit name; value = name + "!"; }) names);
              large = foldl' (all: name: all // { ${name} = all.${name} or 0 + 9007199254740993; }) { } names;
              f = { a, b ? 2.5, ... }@all: n: if n == 0 then [ a b (all ? c) ] else f all (n - 1);
              drv = derivation { name = "x"; system = "y"; builder = "z"; args = names; };
            in [
              (sort lessThan (attrNames (set // large))) (mapAttrs (name: value: name) large)
              (f { a = 1; c = 3; } 5) (concatStringsSep "," names) drv.outPath (builtins.getContext drv.drvPath)
              (builtins.fromJSON (builtins.toJSON large) == large) (builtins.split "a(1)" "a1b")
              (builtins.tryEval (throw "no")).success (with { x = 1; }; rec { y = x; z = y; })
            ]"#;
        let print = |native_levels| {
            let settings = crate::Settings {
                native_levels,
                memory_limit: 16 << 20,
                ..crate::Settings::default()
            };
            let files = crate::files::MemoryFiles::default();
            let mut machine = Machine::new(Box::new(files), settings);
            let value = machine.evaluate_text(Origin::String, PROGRAM.as_bytes(), b"/");
            let printed = value.and_then(|value| machine.print_value(value, true));
            printed.expect("the program has a value")
        };
        assert_eq!(print(150), print(1));
    }
}
