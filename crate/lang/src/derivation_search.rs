//! The derivations that a value is or contains: what `nix-instantiate` prints. All are found first, and then asked for their paths.
//!
//! Source: `libexpr/get-drvs.cc` of the reference.

use crate::coercion::Coercion;
use crate::error::{ErrorKind, EvalError, Result};
use crate::eval::direct::{Stk, call, coerce, equality, force};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::{Symbol, well_known};
use crate::value::{Addr, Tag, Value};
use drvlab_store::StorePath;
use std::collections::HashSet;

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

/// A derivation that has been found, and may not have been evaluated further than to that.
#[derive(Clone, Debug)]
pub struct FoundDerivation {
    attr_path: Vec<u8>,
    set: Addr,
}

/// A step of the search: into a member of a set, or into an element of a list.
#[derive(Clone, Copy, Debug)]
enum Step {
    Name(Symbol, Pos),
    Index(usize),
}

/// How a value is looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// The value itself, which may be a function without arguments that must be given, or a member of a set that combines channels.
    Whole,
    /// A member of a set, gone into only if it is a set that wants that.
    Member,
    /// An element of a list.
    Element,
}

/// A search under way.
#[derive(Debug, Default)]
struct Search {
    /// The way to each value: the step before, and the member's name or index. The first is none.
    steps: Vec<(usize, Step)>,
    /// Values to look at, the next one last: their last steps, how deep they are, and how they are looked at.
    pending: Vec<(usize, u32, Value, Place)>,
    seen: HashSet<Addr>,
    found: Vec<FoundDerivation>,
}

impl Machine {
    /// Finds the derivations that a value is or contains and evaluates each to its path.
    ///
    /// # Errors
    /// Those of [`Machine::find_derivations`] and [`Machine::instance`].
    #[inline]
    pub fn derivations(&mut self, value: Value, arguments: Value) -> Result<Vec<Instance>> {
        let found = self.find_derivations(value, arguments)?;
        found.iter().map(|found| self.instance(found)).collect()
    }

    /// Finds the derivations that a value is or contains: the value itself, the members of a set in the order of their names, the
    /// elements of a list; sets inside sets only if they have `recurseForDerivations = true`.
    ///
    /// # Errors
    /// What evaluation says, or that the value is nothing of that kind.
    #[inline]
    pub fn find_derivations(
        &mut self,
        value: Value,
        arguments: Value,
    ) -> Result<Vec<FoundDerivation>> {
        let mut search = Search::default();
        search.steps.push((0, Step::Index(0)));
        search.pending.push((0, 0, value, Place::Whole));
        let outside = self.call_depth;
        let mut result = Ok(());
        while let Some((step, depth, value, place)) = search.pending.pop() {
            self.call_depth = outside + depth;
            result = self.look_for_derivation(&mut search, (step, depth), value, place, arguments);
            if let Err(error) = result {
                result = Err(search.trace(error, step, self));
                break;
            }
        }
        self.call_depth = outside;
        result.map(|()| search.found)
    }

    #[inline]
    fn look_for_derivation(
        &mut self,
        search: &mut Search,
        (step, depth): (usize, u32),
        value: Value,
        place: Place,
        arguments: Value,
    ) -> Result<()> {
        self.tick()?;
        self.check_memory(size_of_val(&*search.steps), Pos::NONE)?;
        let mut value = value;
        if place != Place::Whole {
            value = self.force(value)?;
            if self.is_found(search, step, value)? {
                return Ok(());
            }
            if place == Place::Member && !(value.tag() == Tag::Attrs && self.recurses(value)?) {
                return Ok(());
            }
        }
        let at = self.function_pos(self.heap.look(value));
        self.enter_call(at)?;
        value = call::auto_call(&mut Stk, self, value, arguments.addr(), at)?;
        if self.is_found(search, step, value)? {
            return Ok(());
        }
        match value.tag() {
            Tag::Attrs => {
                let flat = self.heap.flat(value.addr());
                let combines = self
                    .symbols
                    .get(b"_combineChannels")
                    .is_some_and(|name| self.heap.find_attr(flat, name).is_some());
                let place = if combines {
                    Place::Whole
                } else {
                    Place::Member
                };
                let members = self.heap.attributes_by_name(&self.symbols, flat);
                for (name, member) in members.into_iter().rev() {
                    if is_plain_name(self.symbols.name(name)) {
                        let pos = self.heap.named_attr_pos(&self.ir, flat, name);
                        search.add((step, depth), Step::Name(name, pos), member, place);
                    }
                }
            }
            Tag::List => {
                for index in (0..self.heap.list_len(value.addr())).rev() {
                    let element = self.heap.element(value.addr(), index);
                    search.add((step, depth), Step::Index(index), element, Place::Element);
                }
            }
            _ => {
                let message =
                    "expression does not evaluate to a derivation (or a set or list of those)";
                return Err(EvalError::new(ErrorKind::NoDerivation, message, Pos::NONE));
            }
        }
        Ok(())
    }

    /// Tells whether a value is a derivation, and adds it to those that were found if it is a new one.
    #[inline]
    fn is_found(&mut self, search: &mut Search, step: usize, value: Value) -> Result<bool> {
        if !equality::is_derivation(&mut Stk, self, value)? {
            return Ok(false);
        }
        let set = value.addr();
        if search.seen.insert(set) {
            let Some(name) = self.heap.get_attr(set, well_known::NAME) else {
                let place = self.place_of(set, &[]);
                let error = EvalError::other("derivation name missing", Pos::NONE);
                return Err(self.near(error, place));
            };
            let what = "while evaluating the 'name' attribute of a derivation";
            self.plain_text(name, what)?;
            let attr_path = search.attr_path(step, self);
            search.found.push(FoundDerivation { attr_path, set });
        }
        Ok(true)
    }

    #[inline]
    fn recurses(&mut self, set: Value) -> Result<bool> {
        let name = well_known::RECURSE_FOR_DERIVATIONS;
        let Some(value) = self.heap.get_attr(set.addr(), name) else {
            return Ok(false);
        };
        let pos = self.heap.named_attr_pos(&self.ir, set.addr(), name);
        let result = match force::force(&mut Stk, self, value) {
            Ok(Value::TRUE) => return Ok(true),
            Ok(Value::FALSE) => return Ok(false),
            Ok(_) => self.expected("a Boolean", value, pos),
            Err(error) => force::failed_at(self, error, value, pos),
        };
        Err(result.traced(
            "while evaluating the attribute `recurseForDerivations`",
            pos,
        ))
    }

    /// Evaluates a string without context.
    #[inline]
    fn plain_text(&mut self, value: Value, what: &'static str) -> Result<Vec<u8>> {
        let value = self
            .force(value)
            .map_err(|error| error.traced(what, Pos::NONE))?;
        self.string_without_context(value, Pos::NONE, what)
    }

    /// Evaluates a derivation that was found to its path and the wanted output.
    ///
    /// # Errors
    /// What evaluation says, or what is missing.
    #[inline]
    pub fn instance(&mut self, found: &FoundDerivation) -> Result<Instance> {
        let set = found.set;
        let wrong = |message: &str| EvalError::other(message, Pos::NONE);
        let Some(value) = self.heap.get_attr(set, well_known::DRV_PATH) else {
            return Err(wrong("derivation does not contain a 'drvPath' attribute"));
        };
        let pos = self
            .heap
            .named_attr_pos(&self.ir, set, well_known::DRV_PATH);
        let drv_path = self.drv_path(value, pos)?;
        let what = "while evaluating the output name of a derivation";
        let output = match self.heap.get_attr(set, well_known::OUTPUT_NAME) {
            Some(value) => self.plain_text(value, what)?,
            None => Vec::new(),
        };
        if output.is_empty() {
            let path = self.store.dir.display(&drv_path);
            let message = format!("derivation '{path}' lacks an 'outputName' attribute");
            return Err(wrong(&message));
        }
        Ok(Instance {
            attr_path: found.attr_path.clone(),
            drv_path,
            output,
        })
    }

    #[inline]
    fn drv_path(&mut self, value: Value, pos: Pos) -> Result<StorePath> {
        let what = "while evaluating the 'drvPath' attribute of a derivation";
        let wrong = |message: String| EvalError::other(message, Pos::NONE).traced(what, pos);
        let how = Coercion {
            numbers: false,
            copy_paths: false,
        };
        let (text, _) = coerce::coerce(&mut Stk, self, value, how, pos, what)?;
        let path = self.store.dir.parse_path(&text);
        let path = path.map_err(|error| wrong(error.to_string()))?;
        if !path.name().ends_with(".drv") {
            let message = format!("store path '{path}' is not a valid derivation path");
            return Err(wrong(message));
        }
        Ok(path)
    }
}

impl Search {
    #[inline]
    fn add(&mut self, (before, depth): (usize, u32), step: Step, value: Value, place: Place) {
        self.pending
            .push((self.steps.len(), depth + 1, value, place));
        self.steps.push((before, step));
    }

    /// Writes the way to a value out.
    #[inline]
    fn attr_path(&self, step: usize, m: &Machine) -> Vec<u8> {
        let mut parts: Vec<_> = self
            .way_back(step)
            .map(|part| match part {
                Step::Name(name, _) => m.symbols.name(name).to_vec(),
                Step::Index(index) => index.to_string().into_bytes(),
            })
            .collect();
        parts.reverse();
        parts.join(&b'.')
    }

    /// Adds the sets on the way to a value to the trace of an error.
    #[inline]
    fn trace(&self, error: Box<EvalError>, step: usize, m: &Machine) -> Box<EvalError> {
        self.way_back(step).fold(error, |error, part| match part {
            Step::Name(name, pos) => {
                let name = m.symbols.name(name);
                error.traced(
                    [b"while evaluating the attribute '", name, b"'"].concat(),
                    pos,
                )
            }
            Step::Index(_) => error,
        })
    }

    #[inline]
    fn way_back(&self, step: usize) -> impl Iterator<Item = Step> {
        let mut step = step;
        std::iter::from_fn(move || {
            let (before, part) = self.steps[step];
            (step != 0).then(|| {
                step = before;
                part
            })
        })
    }
}

/// Other names are passed over.
#[inline]
fn is_plain_name(name: &[u8]) -> bool {
    matches!(name.first(), Some(first) if first.is_ascii_alphabetic() || *first == b'_')
        && name
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_+".contains(byte))
}
