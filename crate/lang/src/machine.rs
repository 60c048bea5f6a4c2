//! Everything that an evaluation works on: code, heap, files, settings, and the derivations it has made.

use crate::builtin::Builtin;
use crate::context::{ContextElement, ContextId, Contexts};
use crate::diagnostic::{Diagnostic, Severity};
use crate::error::{ErrorKind, EvalError, Result};
use crate::eval::entries::Entries;
use crate::failures::Failures;
use crate::files::{FetchedFiles, Files};
use crate::heap::{Heap, thunk};
use crate::incremental::{Incremental, Observed};
use crate::ir::{Ir, Root, TextId};
use crate::native_stack::Position;
use crate::quick::Site;
use crate::settings::Settings;
use crate::source::{Origin, Pos, SourceMap};
use crate::store_objects::StoreObjects;
use crate::symbol::{Symbol, Symbols};
use crate::value::{Addr, Tag, Value};
use bstr::BString;
use drvlab_store::HashedMap;
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The state of an evaluation.
pub struct Machine {
    /// The code of all loaded files.
    pub ir: Ir,
    /// Names.
    pub symbols: Symbols,
    /// Texts of all loaded files.
    pub sources: SourceMap,
    /// Objects.
    pub heap: Heap,
    /// String contexts.
    pub contexts: Contexts,
    /// Where files come from.
    pub files: FetchedFiles,
    /// What the host decided.
    pub settings: Settings,
    /// Derivations and other store objects that the evaluation has made.
    pub store: StoreObjects,
    /// Warnings and `trace` output, in the order they came; empty if the host listens.
    pub messages: Vec<Message>,
    /// Global variables: the name's index in the resolver's table is the index here.
    pub(crate) globals: Vec<Value>,
    pub(crate) global_indices: FxHashMap<Symbol, u32>,
    /// Text literals that have been turned into values.
    pub(crate) texts: Vec<Value>,
    /// The attribute names of the code, and where each was found last time.
    pub(crate) sites: Vec<Site>,
    /// Paths that can be read in restricted mode.
    pub(crate) allowed: Vec<Vec<u8>>,
    /// Parsed files.
    pub(crate) parsed: HashedMap<Rc<[u8]>, ParsedFile>,
    /// Values of imported files.
    pub(crate) imported: HashedMap<Rc<[u8]>, Imported>,
    /// Compiled regular expressions and other caches of builtins.
    pub(crate) builtin_caches: crate::builtin::Caches,
    /// What the evaluation under way has met, and what is kept of earlier ones.
    pub(crate) observed: Observed,
    pub(crate) incremental: Incremental,
    /// Bytes of all messages so far.
    pub(crate) message_bytes: usize,
    /// Empty buffers for texts under construction.
    buffers: Vec<Vec<u8>>,
    /// Why the evaluation of [`Value::FAILED`] failed.
    pub(crate) failure: Option<Box<EvalError>>,
    /// The delayed call that failed last if it was the one that evaluated its function.
    pub(crate) first_call: Addr,
    /// Errors of thunks that are evaluated no more.
    pub(crate) failures: Failures,
    /// Where evaluation goes on when the native stack is used up.
    pub(crate) deferred: &'static Entries,
    pub(crate) levels: u32,
    pub(crate) stack: Position,
    pub(crate) call_depth: u32,
    /// Calls nested deeper than this many are looked at.
    pub(crate) depth_allowed: u32,
    /// Whether the host has stopped the evaluation.
    pub(crate) was_interrupted: bool,
    ticks: u32,
}

/// A file's code, valid as long as its text is the same.
#[derive(Clone)]
pub(crate) struct ParsedFile {
    pub text: Rc<[u8]>,
    pub root: std::result::Result<Root, Box<Diagnostic>>,
    pub warnings: Rc<[Diagnostic]>,
}

/// The value of a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Imported {
    pub value: Value,
    /// Whether it must not be kept.
    pub is_tainted: bool,
}

/// What an evaluation says besides its result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Message {
    /// `builtins.trace`
    Trace(BString),
    /// `builtins.warn`
    Warning(BString),
    /// A file that is evaluated from now on, if the host wants to know.
    File(BString),
    /// An archive that is unpacked from now on, by its URL.
    Unpacking(BString),
    /// A warning of the parser or the evaluator, with a place or without.
    Diagnostic(Diagnostic),
}

/// Larger buffers are not kept, nor more than this many.
const MAX_BUFFER: usize = 1 << 16;
const MAX_BUFFERS: usize = 64;

/// How many steps pass between two looks at the limits.
const TICKS: u32 = 2048;

impl Machine {
    /// Makes a machine with the global scope and nothing else.
    // What is inlined here chooses where the deferred evaluator is compiled: not in this crate, but in the one that calls.
    #[inline]
    pub fn new(files: Box<dyn Files>, settings: Settings) -> Self {
        struct Site;
        Self::with_entries(files, settings, Entries::of::<Site>())
    }

    #[inline]
    fn with_entries(files: Box<dyn Files>, settings: Settings, deferred: &'static Entries) -> Self {
        let mut machine = Machine {
            deferred,
            ir: Ir::default(),
            symbols: Symbols::new(),
            sources: SourceMap::default(),
            heap: Heap::new(
                settings.memory_limit,
                settings.memory_reserve,
                settings.memory_reached,
            ),
            contexts: Contexts::default(),
            files: FetchedFiles::new(files),
            store: StoreObjects::new(settings.store_dir.clone()),
            allowed: crate::access::allowed_paths(&settings),
            settings,
            messages: Vec::new(),
            globals: Vec::new(),
            global_indices: FxHashMap::default(),
            texts: Vec::new(),
            sites: Vec::new(),
            parsed: HashedMap::new(),
            imported: HashedMap::new(),
            builtin_caches: crate::builtin::Caches::default(),
            observed: Observed::default(),
            incremental: Incremental::default(),
            message_bytes: 0,
            buffers: Vec::new(),
            failure: None,
            first_call: Addr(0),
            failures: Failures::default(),
            levels: 0,
            stack: Position::first(0),
            call_depth: 0,
            depth_allowed: 0,
            was_interrupted: false,
            ticks: TICKS,
        };
        machine.forget_all();
        machine
    }

    /// Forgets all values and store objects, and keeps the code of files, which is valid as long as their texts are.
    #[inline]
    pub fn forget_values(&mut self) {
        self.heap.clear();
        self.texts.clear();
        self.imported.clear();
        self.store = StoreObjects::new(self.settings.store_dir.clone());
        self.forget_kept();
        self.define_globals();
    }

    /// Returns the bytes that the code of all texts takes that were ever loaded, also of those that have been replaced since.
    pub fn code_size(&self) -> usize {
        self.ir.size() + self.sources.size()
    }

    /// Counts a step; now and then looks at memory and asks the host whether to go on.
    #[inline]
    pub(crate) fn tick(&mut self) -> Result<()> {
        self.ticks -= 1;
        if self.ticks == 0 {
            self.look_at_limits()
        } else {
            Ok(())
        }
    }

    #[cold]
    #[inline(never)]
    fn look_at_limits(&mut self) -> Result<()> {
        self.ticks = TICKS;
        if let Some(message) = self
            .settings
            .interrupt
            .as_ref()
            .and_then(|interrupt| interrupt())
        {
            self.was_interrupted = true;
            return Err(EvalError::new(ErrorKind::Limit, message, Pos::NONE));
        }
        self.check_memory(0, Pos::NONE)
    }

    /// Fails if the heap is over its limit, or would be with `more` bytes.
    pub(crate) fn check_memory(&self, more: usize, pos: Pos) -> Result<()> {
        if self.heap.over_limit(more) {
            return Err(EvalError::new(
                ErrorKind::Limit,
                format!(
                    "out of memory: the evaluation needs more than the {} MiB it may use",
                    self.heap.limit() >> 20
                ),
                pos,
            ));
        }
        Ok(())
    }

    /// Hands a message to the host or keeps it; all that are kept count as memory.
    pub(crate) fn say(&mut self, message: Message) -> Result<()> {
        self.taint();
        if let Some(listener) = &self.settings.listener {
            listener(&message, &self.sources);
            return Ok(());
        }
        self.message_bytes += match &message {
            Message::Trace(text)
            | Message::Warning(text)
            | Message::File(text)
            | Message::Unpacking(text) => text.len() + 64,
            Message::Diagnostic(diagnostic) => diagnostic.message.len() + 64,
        };
        self.messages.push(message);
        self.check_memory(self.message_bytes, Pos::NONE)
    }

    /// Warns in the evaluator's own words, without a place.
    pub(crate) fn warn(&mut self, text: impl Into<BString>) -> Result<()> {
        self.warn_with(text, Vec::new())
    }

    /// Warns of something without a place; more lines follow as they are.
    pub(crate) fn warn_with(
        &mut self,
        text: impl Into<BString>,
        lines: Vec<BString>,
    ) -> Result<()> {
        let warning = Diagnostic {
            severity: Severity::Warning,
            hints: lines,
            ..Diagnostic::error(text, Pos::NONE)
        };
        self.say(Message::Diagnostic(warning))
    }

    /// Tells whether one more nested call is allowed.
    #[inline]
    pub(crate) fn may_call(&self) -> bool {
        self.call_depth <= self.depth_allowed
    }

    /// Counts a nested call; whoever gets an `Ok` takes one off `call_depth` at the end.
    #[inline]
    pub(crate) fn enter_call(&mut self, pos: Pos) -> Result<()> {
        self.tick()?;
        if !self.may_call() && !self.allow_deeper_calls() {
            return Err(EvalError::new(
                ErrorKind::Limit,
                "stack overflow; max-call-depth exceeded",
                pos,
            ));
        }
        self.call_depth += 1;
        Ok(())
    }

    /// Notes that an error came up while an expression was evaluated, unless it is one of the evaluator's own texts.
    #[cold]
    #[inline(never)]
    pub(crate) fn near(&self, mut error: Box<EvalError>, pos: Pos) -> Box<EvalError> {
        if !error.diagnostic.near.is_some() && self.is_in_file(pos) {
            error.diagnostic.near = pos;
        }
        error
    }

    /// Tells whether a position is in a text that somebody gave the evaluator.
    pub(crate) fn is_in_file(&self, pos: Pos) -> bool {
        let source = self.sources.source(pos);
        source.is_some_and(|source| !matches!(source.origin, Origin::Internal(_)))
    }

    /// Keeps an error until whoever sees [`Value::FAILED`] asks for it.
    #[cold]
    #[inline(never)]
    pub(crate) fn fail(&mut self, error: Box<EvalError>) -> Value {
        self.failure = Some(error);
        Value::FAILED
    }

    /// Returns what a function in its shortest form returned as a result.
    #[inline(always)]
    pub(crate) fn outcome(&mut self, value: Value) -> Result<Value> {
        if value == Value::FAILED {
            return Err(self.take_failure());
        }
        Ok(value)
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn take_failure(&mut self) -> Box<EvalError> {
        self.failure.take().expect("whoever failed said why")
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn too_deep(&self) -> Box<EvalError> {
        EvalError::new(
            ErrorKind::Limit,
            "stack overflow (possible infinite recursion)",
            Pos::NONE,
        )
    }

    /// Returns the value of a text literal.
    #[inline]
    pub(crate) fn text_value(&mut self, id: TextId) -> Value {
        match self.texts.get(id.0 as usize) {
            Some(&value) if value != Value::UNSET => value,
            _ => self.make_text_value(id),
        }
    }

    fn make_text_value(&mut self, id: TextId) -> Value {
        let value = self.heap.string(self.ir.text(id), ContextId::EMPTY);
        if self.texts.len() <= id.0 as usize {
            self.texts.resize(self.ir.texts.len(), Value::UNSET);
        }
        self.texts[id.0 as usize] = value;
        self.heap.pin();
        value
    }

    /// Takes an empty buffer for a text under construction.
    pub(crate) fn take_buffer(&mut self) -> Vec<u8> {
        self.buffers.pop().unwrap_or_default()
    }

    /// Keeps the memory of a buffer for the next text.
    pub(crate) fn give_back_buffer(&mut self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_BUFFER && self.buffers.len() < MAX_BUFFERS {
            buffer.clear();
            self.buffers.push(buffer);
        }
    }

    /// Makes a string of a buffer, which it gives back.
    pub(crate) fn finish_string(
        &mut self,
        bytes: Vec<u8>,
        context: ContextId,
        pos: Pos,
    ) -> Result<Value> {
        self.check_memory(bytes.len(), pos)?;
        let string = self.heap.string(&bytes, context);
        self.give_back_buffer(bytes);
        Ok(string)
    }

    /// Makes a string without context.
    pub(crate) fn string(&mut self, bytes: &[u8]) -> Value {
        self.heap.string(bytes, ContextId::EMPTY)
    }

    /// Makes a string with the text of a name.
    pub(crate) fn symbol_string(&mut self, symbol: Symbol) -> Value {
        let string = self
            .heap
            .string(self.symbols.name(symbol), ContextId::EMPTY);
        self.heap.set_string_symbol(string.addr(), symbol);
        string
    }

    /// Returns the bytes of a value that is known to be a string.
    #[inline]
    pub(crate) fn bytes(&self, string: Value) -> &[u8] {
        debug_assert_eq!(string.tag(), Tag::String);
        self.heap.string_bytes(string.addr())
    }

    /// Returns the symbol of a value that is known to be a string.
    #[inline]
    pub(crate) fn intern(&mut self, string: Value) -> Symbol {
        let addr = string.addr();
        if let Some(symbol) = self.heap.string_symbol(addr) {
            return symbol;
        }
        let symbol = self.symbols.intern(self.heap.string_bytes(addr));
        self.heap.set_string_symbol(addr, symbol);
        symbol
    }

    /// Returns the symbol of a value that must be a string without context; see [`Machine::string_without_context`].
    pub(crate) fn name_symbol(
        &mut self,
        value: Value,
        pos: Pos,
        what: &'static str,
    ) -> Result<Symbol> {
        if value.tag() != Tag::String || !self.context(value).is_empty() {
            self.string_without_context(value, pos, what)?;
        }
        Ok(self.intern(value))
    }

    /// Returns the context of a value that is known to be a string.
    #[inline]
    pub(crate) fn context(&self, string: Value) -> ContextId {
        debug_assert_eq!(string.tag(), Tag::String);
        self.heap.string_context(string.addr())
    }

    /// Makes a string that is a store path and refers to it.
    pub(crate) fn store_path_string(&mut self, path: &drvlab_store::StorePath) -> Value {
        let context = self
            .contexts
            .singleton(ContextElement::Opaque(path.clone()));
        let text = self.store.dir.display(path);
        self.heap.string(text.as_bytes(), context)
    }

    #[inline]
    fn define_globals(&mut self) {
        self.globals.clear();
        self.global_indices.clear();
        let mut members = Vec::new();
        for builtin in Builtin::all() {
            let Some(global_name) = builtin.global_name() else {
                continue;
            };
            if self.settings.pure_eval && builtin.is_impure() {
                continue;
            }
            let value = Value::builtin(builtin.index());
            let value = if builtin.arity() == 0 {
                self.heap.delay_call(value, [])
            } else {
                // An object, for parts of lists and sets that are the same function object are equal.
                self.heap.thunk(thunk::DONE, value.bits())
            };
            if builtin.arity() == 0 && builtin != Builtin::CurrentTime {
                // What depends on the time must ask for it, the others are values, as reports show.
                let evaluated = self.force(value);
                debug_assert!(evaluated.is_ok(), "constants need nothing that can fail");
            }
            let name = self.symbols.intern(builtin.name().as_bytes());
            members.push((name, value, Pos::NONE));
            self.define_global(global_name.as_bytes(), value);
        }
        for (name, value) in [
            ("true", Value::TRUE),
            ("false", Value::FALSE),
            ("null", Value::NULL),
        ] {
            let symbol = self.define_global(name.as_bytes(), value);
            members.push((symbol, value, Pos::NONE));
        }
        // Known by name before code is parsed that uses it.
        self.define_global(b"builtins", Value::NULL);
        let derivation = crate::internal::derivation_function(self);
        let symbol = self.define_global(b"derivation", derivation);
        members.push((symbol, derivation, Pos::NONE));
        // The set contains itself.
        let builtins = self.symbols.intern(b"builtins");
        members.push((builtins, Value::NULL, Pos::NONE));
        let set = self.heap.attrs_from(members);
        let slot = self
            .heap
            .find_attr(set.addr(), builtins)
            .expect("it has just been put there");
        self.heap.set_attr_value(slot, set);
        self.define_global(b"builtins", set);
    }

    #[inline]
    fn define_global(&mut self, name: &[u8], value: Value) -> Symbol {
        let symbol = self.symbols.intern(name);
        match self.global_indices.get(&symbol) {
            Some(&index) => self.globals[index as usize] = value,
            None => {
                self.global_indices
                    .insert(symbol, self.globals.len() as u32);
                self.globals.push(value);
            }
        }
        symbol
    }
}

/// What a function returns that can fail: a result, or a value in its shortest form.
pub(crate) trait Outcome {
    /// Makes the outcome of a failure.
    fn failure(m: &mut Machine, error: Box<EvalError>) -> Self;
}

impl<T> Outcome for Result<T> {
    fn failure(_: &mut Machine, error: Box<EvalError>) -> Self {
        Err(error)
    }
}

impl Outcome for Value {
    fn failure(m: &mut Machine, error: Box<EvalError>) -> Self {
        m.fail(error)
    }
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Machine")
            .field("heap", &self.heap.used())
            .finish_non_exhaustive()
    }
}
