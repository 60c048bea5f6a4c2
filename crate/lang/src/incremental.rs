//! Evaluation again after an edit, on what earlier evaluations have found out.
//!
//! Some files are *volatile*: their texts are being edited. Whoever reads one is *tainted*, and with it every thunk under evaluation
//! whose value comes of that; so are thunks that say something (`trace`, warnings), for that has to be said again. When an evaluation
//! ends, tainted thunks become unevaluated again and all else is kept ([`crate::kept`]). The next evaluation goes on from there, and what
//! it adds is given back before the one after that, unless it was much.
//!
//! The result is that of an evaluation from nothing. Where something can be observed that depends on what was evaluated before (thunks
//! shown in a message, positions in a text that has been replaced, what the store contains, the order of symbols, limits), the evaluation
//! is *in doubt*: it is done again with less that is kept, or none.

use crate::constant_call::ConstantCall;
use crate::diagnostic::Diagnostic;
use crate::error::{ErrorKind, EvalError, Result};
use crate::files::Files as _;
use crate::ir::LambdaId;
use crate::machine::{Imported, Machine, Message};
use crate::native_stack::Position;
use crate::source::Pos;
use crate::symbol::Symbol;
use crate::value::{Addr, Tag, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::Cell;
use std::rc::Rc;

/// Files that are volatile at the same time; that which has not been edited for the longest is the first to be one no longer.
const MAX_VOLATILE: usize = 3;

/// All is forgotten when more bytes are kept than this many times what one evaluation needs.
const MAX_KEPT: usize = 4;

/// What an evaluation from nothing needs counts as at least this many bytes there.
const MIN_NEEDED: usize = 1 << 20;

/// Calls by the host that are remembered.
const MAX_ENTRY_CALLS: usize = 16;

/// All is forgotten, symbols included, when the code of files that have been replaced takes this many bytes.
const MAX_CODE: usize = 64 << 20;

/// What makes it doubtful that an evaluation came to the result of one from nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Doubt {
    /// What was evaluated earlier has been observed.
    Values = 1,
    /// The order of symbols has been observed, which depends on the texts that were parsed earlier.
    Names = 2,
}

/// What the evaluation under way has met.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    /// A volatile file, or something that has to be said again.
    taint: Cell<bool>,
    /// The [`Doubt`]s.
    doubts: Cell<u8>,
}

/// What is kept of earlier evaluations.
#[derive(Debug, Default)]
pub(crate) struct Incremental {
    /// Canonical paths, the last edited one last.
    volatile: Vec<Rc<[u8]>>,
    /// Files whose contents something depends on that is kept.
    read: FxHashSet<Rc<[u8]>>,
    /// Where to go back to; none before the first evaluation has ended.
    mark: Option<Mark>,
    /// Files that have been imported, and that have been parsed, since the mark was set.
    pub(crate) imported: Vec<Rc<[u8]>>,
    pub(crate) parsed: Vec<Rc<[u8]>>,
    /// Files that the host has evaluated.
    programs: Vec<Program>,
    /// Calls of functions with the arguments of the command line, and how many of these have been used by this evaluation.
    entry_calls: Vec<EntryCall>,
    /// Nothing that is kept is of use: files came or went, or the last evaluation met a limit, so that there may be no room for another.
    is_outdated: bool,
    /// Lambdas that dynamic attributes have given a name since the mark was set, with the names before that.
    renamed: FxHashMap<LambdaId, Option<Symbol>>,
    /// Calls in volatile files that have been evaluated.
    pub(crate) constant_calls: Vec<ConstantCall>,
    /// Symbols and code are those of this evaluation alone.
    from_nothing: bool,
    /// Bytes that an evaluation from nothing took, and that one took that followed it.
    all: usize,
    each: Option<usize>,
    /// Calls were never nested deeper in what is kept.
    depth: u32,
}

/// The ends of all tables when the mark was set.
#[derive(Debug)]
struct Mark {
    ir: crate::ir::Lengths,
    sources: crate::source::Extent,
    symbols: usize,
    contexts: crate::context::Extent,
    store: crate::store_objects::Extent,
}

/// A file that the host has evaluated.
#[derive(Debug)]
struct Program {
    path: Rc<[u8]>,
    /// What it evaluates to, and whether that must not be kept.
    result: Imported,
    /// Since the mark was set.
    is_new: bool,
    is_used: bool,
}

/// A call that the host has made.
#[derive(Debug)]
struct EntryCall {
    function: Value,
    result: Value,
    is_used: bool,
}

impl Machine {
    /// Notes that the value under evaluation must not be kept.
    #[inline]
    pub(crate) fn taint(&self) {
        self.observed.taint.set(true);
    }

    /// Tells whether the value under evaluation must not be kept.
    #[inline]
    pub(crate) fn is_tainted(&self) -> bool {
        self.observed.taint.get()
    }

    /// Starts the evaluation of a thunk, which may be kept so far; returns whether what is around it may not be.
    #[inline]
    pub(crate) fn take_taint(&self) -> bool {
        self.observed.taint.replace(false)
    }

    /// Ends the evaluation of a thunk: what is around it depends on it.
    #[inline]
    pub(crate) fn give_back_taint(&self, outside: bool) {
        if outside {
            self.taint();
        }
    }

    /// Tells whether the value of a thunk that was found at a place may be written there instead of the thunk.
    ///
    /// Not where that would have to be undone, and not where it could be observed: functions, lists and sets are told apart by
    /// the places that refer to them. Nor where it would keep more in memory.
    #[inline]
    pub(crate) fn may_stand_in(&mut self, holder: Addr, thunk: Value, value: Value) -> bool {
        !self.is_tainted()
            && !self.heap.is_kept(holder)
            && match value.tag() {
                Tag::String | Tag::SmallInt => true,
                Tag::Constant => value.as_builtin().is_none(),
                _ => false,
            }
            && self.heap.may_refer(holder, thunk, value)
    }

    /// Notes that something has been observed that depends on earlier evaluations.
    #[cold]
    pub(crate) fn doubt(&self, doubt: Doubt) {
        self.observed
            .doubts
            .set(self.observed.doubts.get() | doubt as u8);
    }

    /// Notes that a value is shown as far as it has been evaluated. Whether a variable that is the value of another is one with it depends
    /// on the order of symbols.
    pub(crate) fn show_as_it_is(&self, value: Value) {
        let can_change = matches!(value.tag(), Tag::Thunk | Tag::Attrs | Tag::List);
        if can_change {
            self.doubt(Doubt::Names);
            if self.heap.is_kept(value.addr()) {
                self.doubt(Doubt::Values);
            }
        }
    }

    /// Notes that the store has been asked for something by its path alone: what it has depends on what has been evaluated, and in
    /// which order.
    pub(crate) fn ask_store(&self) {
        self.taint();
        self.doubt(Doubt::Values);
        self.doubt(Doubt::Names);
    }

    /// Notes that which of several errors came first depends on the order of symbols.
    #[cold]
    pub(crate) fn chosen_by_symbol(&self) {
        self.taint();
        self.doubt(Doubt::Names);
    }

    /// Notes that the evaluation of an attribute failed in a loop over a flat set in the order of symbols.
    #[cold]
    pub(crate) fn failed_at_attribute(&self, flat: Addr, index: usize) {
        // What came before has not failed; what comes after might, and would be first elsewhere.
        let mut after = (index + 1..self.heap.attrs_len(flat)).map(|at| self.heap.attr(flat, at).1);
        if after.any(|value| {
            matches!(
                self.heap.look(value).tag(),
                Tag::Thunk | Tag::Attrs | Tag::List
            )
        }) {
            self.chosen_by_symbol();
        }
    }

    /// Notes that the contents of a file are being read.
    pub(crate) fn note_read(&mut self, path: &[u8]) {
        if self.incremental.volatile.iter().any(|file| **file == *path) {
            self.taint();
        } else if !self.incremental.read.contains(path) {
            self.incremental.read.insert(path.into());
        }
    }

    /// Notes what a file is being evaluated to, or has been.
    pub(crate) fn note_import(&mut self, path: Rc<[u8]>, value: Value) {
        let is_tainted = self.is_tainted();
        self.heap.pin();
        let imported = Imported { value, is_tainted };
        if self.imported.insert(path.clone(), imported).is_none() {
            self.incremental.imported.push(path);
        }
    }

    /// Returns what a file that the host evaluates was evaluated to earlier, for its first use in this evaluation.
    pub(crate) fn kept_program(&mut self, path: &[u8]) -> Option<Value> {
        let mut programs = self.incremental.programs.iter_mut();
        let program = programs.find(|program| !program.is_used && *program.path == *path)?;
        program.is_used = true;
        Some(program.result.value)
    }

    /// Notes what a file that the host evaluates has been evaluated to.
    pub(crate) fn note_program(&mut self, path: Rc<[u8]>, value: Value) {
        let programs = &mut self.incremental.programs;
        if programs.iter().any(|program| program.path == path) {
            return;
        }
        let is_tainted = self.observed.taint.get();
        self.heap.pin();
        programs.push(Program {
            path,
            result: Imported { value, is_tainted },
            is_new: true,
            is_used: true,
        });
    }

    /// Calls a lambda by the name of the dynamic attribute that it is the value of, as the reference does: the last one counts.
    pub(crate) fn name_lambda(&mut self, lambda: LambdaId, name: Symbol) {
        let before = self.ir.lambda(lambda).name;
        if before == Some(name) {
            return;
        }
        if before.is_some() {
            self.taint();
        }
        self.incremental.renamed.entry(lambda).or_insert(before);
        self.ir.lambdas[lambda.0 as usize].name = Some(name);
    }

    /// Notes that the text of a position becomes part of a value.
    pub(crate) fn note_position(&self, pos: Pos) {
        if self.is_in_volatile_file(pos) {
            self.taint();
        }
    }

    /// Tells whether a position is in a volatile file.
    pub(crate) fn is_in_volatile_file(&self, pos: Pos) -> bool {
        let volatile = &self.incremental.volatile;
        !volatile.is_empty()
            && self
                .sources
                .file(pos)
                .is_some_and(|path| volatile.contains(path))
    }

    /// Returns how deep calls may nest before the depth is looked at; see [`Machine::allow_deeper_calls`].
    const FIRST_DEPTH: u32 = 1000;

    /// Starts to note how deep calls nest.
    #[inline]
    fn forget_depth(&mut self) {
        self.depth_allowed = self.settings.call_depth_limit.min(Self::FIRST_DEPTH);
    }

    /// Notes that calls nest deeper than they have so far; tells whether they may.
    #[cold]
    #[inline(never)]
    pub(crate) fn allow_deeper_calls(&mut self) -> bool {
        if self.call_depth > self.settings.call_depth_limit {
            return false;
        }
        self.depth_allowed = (2 * self.depth_allowed).min(self.settings.call_depth_limit);
        true
    }

    /// Says that the text of a file has become another, or is going to.
    #[inline]
    pub fn file_changed(&mut self, path: &[u8]) {
        let path: Rc<[u8]> = crate::files::canonical(path).into();
        let volatile = &mut self.incremental.volatile;
        match volatile.iter().position(|file| *file == path) {
            Some(at) => {
                volatile.remove(at);
            }
            None => {
                if volatile.len() == MAX_VOLATILE {
                    volatile.remove(0);
                }
                if self.incremental.read.contains(&path) {
                    self.incremental.is_outdated = true;
                }
            }
        }
        self.incremental.volatile.push(path);
    }

    /// Says that files have come or gone.
    #[inline]
    pub fn files_came_or_went(&mut self) {
        self.incremental.is_outdated = true;
    }

    /// Evaluates with all that is known from earlier evaluations and still holds. Nothing that they returned may be used any more.
    ///
    /// The result is that of an evaluation from nothing. `evaluate` may be run several times; only what it does with the machine counts.
    ///
    /// # Errors
    /// Those of `evaluate`.
    pub fn evaluate_again<T>(&mut self, evaluate: impl Fn(&mut Machine) -> Result<T>) -> Result<T> {
        if std::mem::take(&mut self.incremental.is_outdated) {
            self.forget_values();
        }
        if self.code_size() > MAX_CODE || self.incremental.all * MAX_KEPT < self.heap.kept_bytes() {
            self.forget_all();
        }
        let mut set_aside = None;
        loop {
            self.rewind();
            let result = evaluate(self);
            self.look_for_doubt(result.as_ref().err().map(|error| &**error));
            let doubts = self.observed.doubts.get();
            if doubts & Doubt::Names as u8 != 0 && !self.incremental.from_nothing {
                self.forget_all();
                continue;
            }
            if doubts & Doubt::Values as u8 != 0 && self.heap.keeps_objects() {
                self.forget_values();
                continue;
            }
            let is_limit = matches!(&result, Err(error) if error.kind == ErrorKind::Limit);
            // Where exactly a limit of the host is reached depends on what is tainted, so then nothing must be.
            if is_limit && !self.was_interrupted && set_aside.is_none() {
                set_aside = Some(std::mem::take(&mut self.incremental.volatile));
                self.forget_all();
                continue;
            }
            if let Some(volatile) = set_aside {
                self.incremental.volatile = volatile;
                self.incremental.is_outdated = true;
            } else if is_limit {
                self.incremental.is_outdated = true;
            } else {
                self.keep_what_is_worth_it();
            }
            return result;
        }
    }

    /// Looks for what makes the result doubtful in the result itself.
    #[inline]
    fn look_for_doubt(&mut self, error: Option<&EvalError>) {
        // Where a cycle is closed depends on which variables refer to the thunks of others.
        if error.is_some_and(|error| error.kind == ErrorKind::InfiniteRecursion) {
            self.doubt(Doubt::Names);
        }
        if !self.heap.keeps_objects() {
            return;
        }
        let diagnostics = self.messages.iter().filter_map(|message| match message {
            Message::Diagnostic(diagnostic) => Some(diagnostic),
            _ => None,
        });
        let mut diagnostics = diagnostics.chain(error.map(|error| &error.diagnostic));
        let limit_reached =
            error.is_some_and(|error| error.kind == ErrorKind::Limit) && !self.was_interrupted;
        if limit_reached
            || self.sources.stale_seen()
            || diagnostics.any(|diagnostic| self.is_stale(diagnostic))
            || self.incremental.depth + self.depth_allowed > self.settings.call_depth_limit
        {
            self.doubt(Doubt::Values);
        }
    }

    #[inline]
    fn is_stale(&self, diagnostic: &Diagnostic) -> bool {
        let own = [diagnostic.span.start, diagnostic.near];
        let trace = diagnostic.trace.iter().map(|frame| frame.pos);
        own.into_iter()
            .chain(trace)
            .any(|pos| self.sources.is_stale(pos))
    }

    /// Goes back to what is kept, as it was when the mark was set.
    #[inline]
    fn rewind(&mut self) {
        self.start_over();
        for program in &mut self.incremental.programs {
            program.is_used = false;
        }
        for call in &mut self.incremental.entry_calls {
            call.is_used = false;
        }
        for call in &mut self.incremental.constant_calls {
            call.is_used = false;
        }
        let Some(mark) = self.incremental.mark.take() else {
            return;
        };
        self.heap.rewind();
        let heap = &self.heap;
        for (lambda, name) in self.incremental.renamed.drain() {
            self.ir.lambdas[lambda.0 as usize].name = name;
        }
        self.ir.truncate(&mark.ir);
        self.sources.truncate(mark.sources);
        self.symbols.truncate(mark.symbols);
        self.contexts.truncate(mark.contexts);
        self.store.truncate(&mark.store);
        self.texts.truncate(self.ir.texts.len());
        for text in &mut self.texts {
            if !heap.is_kept(text.addr()) {
                *text = Value::UNSET;
            }
        }
        self.sites.truncate(self.ir.attr_names.len());
        for path in self.incremental.imported.drain(..) {
            self.imported.remove(&path);
        }
        for path in self.incremental.parsed.drain(..) {
            self.parsed.remove(&path);
        }
        self.incremental.programs.retain(|program| !program.is_new);
        self.incremental
            .entry_calls
            .retain(|call| heap.is_kept(call.result.addr()));
        self.incremental
            .constant_calls
            .retain(|call| heap.is_kept(call.result.addr()));
        for path in &self.incremental.volatile {
            let text = self.parsed.get(path).map(|parsed| parsed.text.clone());
            if text.is_some() && self.files.read(path).ok() == text {
                continue;
            }
            self.parsed.remove(path);
            self.sources.make_stale(path);
        }
        self.incremental.mark = Some(mark);
    }

    /// Keeps what the evaluation has found out, if it is much.
    #[inline]
    fn keep_what_is_worth_it(&mut self) {
        let added = self.heap.used() - self.heap.kept_bytes();
        if self.incremental.mark.is_some() {
            let each = *self.incremental.each.get_or_insert(added);
            if added < 2 * each + self.settings.worth_keeping {
                return;
            }
        } else {
            self.incremental.all = self.heap.used().max(MIN_NEEDED);
        }
        self.incremental.each = None;
        self.incremental.from_nothing = false;
        self.incremental.depth = self.incremental.depth.max(self.depth_allowed);
        self.heap.keep();
        let heap = &self.heap;
        let is_settled = |value: Value| !heap.peek(value).is_thunk();
        let may_stay = |imported: &Imported| !imported.is_tainted && is_settled(imported.value);
        self.imported.retain(|_, imported| may_stay(imported));
        self.incremental
            .programs
            .retain(|program| may_stay(&program.result));
        for program in &mut self.incremental.programs {
            program.is_new = false;
        }
        self.incremental
            .entry_calls
            .retain(|call| is_settled(call.result));
        self.incremental.imported.clear();
        self.incremental.parsed.clear();
        self.incremental.renamed.clear();
        self.incremental.mark = Some(Mark {
            ir: self.ir.lengths(),
            sources: self.sources.extent(),
            symbols: self.symbols.len(),
            contexts: self.contexts.extent(),
            store: self.store.keep(),
        });
    }

    /// Forgets that anything is kept.
    #[inline]
    pub(crate) fn forget_kept(&mut self) {
        let incremental = &mut self.incremental;
        incremental.read.clear();
        incremental.mark = None;
        incremental.imported.clear();
        incremental.parsed.clear();
        incremental.renamed.clear();
        incremental.programs.clear();
        incremental.entry_calls.clear();
        incremental.constant_calls.clear();
        incremental.from_nothing = false;
        incremental.each = None;
        incremental.depth = 0;
        self.sources.make_all_current();
        self.start_over();
    }

    /// Makes ready for an evaluation.
    #[inline]
    fn start_over(&mut self) {
        self.messages.clear();
        self.message_bytes = 0;
        self.failures = crate::failures::Failures::default();
        self.levels = 0;
        self.stack = Position::first(self.settings.native_levels);
        self.call_depth = 0;
        self.was_interrupted = false;
        self.observed.taint.set(false);
        self.observed.doubts.set(0);
        self.sources.forget_stale_seen();
        self.store.ignored_entries.clear();
        self.store.unpacked.clear();
        self.forget_depth();
    }

    /// Forgets everything but the files that are volatile.
    #[inline]
    pub(crate) fn forget_all(&mut self) {
        self.ir = crate::ir::Ir::default();
        self.symbols = crate::symbol::Symbols::new();
        self.sources = crate::source::SourceMap::default();
        self.contexts = crate::context::Contexts::default();
        self.parsed.clear();
        self.sites.clear();
        self.global_indices.clear();
        self.builtin_caches = crate::builtin::Caches::default();
        self.forget_values();
        self.incremental.from_nothing = true;
    }

    /// Returns the delayed call of a function without arguments of its own that the host makes, the same as last time if there was one.
    pub(crate) fn entry_call(&mut self, function: Value) -> Option<Value> {
        if self.is_tainted() {
            return None;
        }
        let mut calls = self.incremental.entry_calls.iter_mut();
        if let Some(call) = calls.find(|call| call.function == function) {
            return (!std::mem::replace(&mut call.is_used, true)).then_some(call.result);
        }
        if self.incremental.entry_calls.len() >= MAX_ENTRY_CALLS {
            return None;
        }
        let arguments = self.heap.attrs_from(Vec::new());
        let result = self.heap.delay_call(function, [arguments]);
        self.heap.pin();
        self.incremental.entry_calls.push(EntryCall {
            function,
            result,
            is_used: true,
        });
        Some(result)
    }
}
