//! The entry points of the evaluator: from a file or text to values and derivations.
//!
//! All of them start on the native stack and go on with a heap-allocated one when that is used up.

use crate::diagnostic::Shown;
use crate::error::{EvalError, Result};
use crate::eval::direct::{Stk, builtins, call, expr, force};
use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::value::{Addr, Tag, Value};
use std::rc::Rc;

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

    /// Evaluates a value to weak head normal form. If that is a delayed call, errors name the place of its function as that of the call.
    ///
    /// # Errors
    /// What evaluation says.
    #[inline]
    pub fn force(&mut self, value: Value) -> Result<Value> {
        force::force(&mut Stk, self, value)
            .map_err(|error| force::failed_element(self, error, value))
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
        // The reference takes the function's own place for that of the call, where it is known without evaluating.
        let place = self.function_pos(self.heap.look(value));
        let value = self.force(value)?;
        if value.tag() == Tag::Lambda
            && self.heap.all_attributes(arguments.addr()).is_empty()
            && self.takes_optional_arguments(value)
            && let Some(call) = self.entry_call(value)
        {
            return force::force(&mut Stk, self, call)
                .map_err(|error| call::from_call_site(error, Shown::InFull, place));
        }
        call::auto_call(&mut Stk, self, value, arguments.addr(), place)
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
                        Some(found) => value = found,
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
                    value = self.heap.element(value.addr(), index as usize);
                }
            }
        }
        self.force(value)
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
