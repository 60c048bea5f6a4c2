//! What the host decides about evaluations.

use crate::files::canonical;
use crate::loading::join;
use crate::machine::Message;
use crate::native_stack::NativeStacks;
use crate::search_path;
use crate::source::SourceMap;
use bstr::BString;
use std::rc::Rc;

/// What the host decides about evaluations.
#[derive(Clone)]
pub struct Settings {
    /// The store directory, usually `/nix/store`.
    pub store_dir: drvlab_store::StoreDir,
    /// What `builtins.currentSystem` is.
    pub system: BString,
    /// What it is instead unless this is empty; `eval-system` of the reference.
    pub eval_system: BString,
    /// The home directory, for `~/…`; without one such paths are an error.
    pub home: Option<BString>,
    /// Where relative entries of search paths start; without one they are ignored.
    pub directory: Option<BString>,
    /// Entries of the search path: prefix (may be empty) and directory, as the host was given them.
    pub search_path: Vec<(BString, BString)>,
    /// Environment variables that `builtins.getEnv` sees.
    pub environment: Vec<(BString, BString)>,
    /// The time that `builtins.currentTime` tells, in seconds since 1970.
    pub current_time: i64,
    /// Bytes that the heap of an evaluation may take.
    pub memory_limit: usize,
    /// Bytes that the heap reserves from the start: as large as the limit where memory that is not touched costs nothing.
    pub memory_reserve: usize,
    /// Told which memory of the heap will be written next.
    pub memory_reached: Option<crate::heap::Reached>,
    /// Bytes that an evaluation again must add, beyond what the edited files need each time, to be kept for the next.
    pub worth_keeping: usize,
    /// Whether `builtins.traceVerbose` says something; `trace-verbose` of the reference.
    pub trace_verbose: bool,
    /// Whether a warning of `builtins.warn` is an error, too; `abort-on-warn` of the reference.
    pub abort_on_warn: bool,
    /// Whether only what the evaluation itself put into the store can be read; `pure-eval` of the reference.
    pub pure_eval: bool,
    /// Whether only that and what the search path names can be read; `restrict-eval` of the reference.
    pub restrict_eval: bool,
    /// URLs that can be fetched then, with all below them; `allowed-uris` of the reference.
    pub allowed_uris: Vec<BString>,
    /// Whether it is said which files are imported.
    pub names_files: bool,
    /// Whether reading what would have to be built first is an error in the reference, too: its `allow-import-from-derivation`.
    pub allow_import_from_derivation: bool,
    /// Nested calls that are allowed; `max-call-depth` of the reference.
    pub call_depth_limit: u32,
    /// Levels of recursion on the native stack before evaluation goes on with a heap-allocated one.
    ///
    /// The default leaves more than a third of 512 kB. Bytes a level takes on x86-64, in optimised and development builds, measured as
    /// the used part of a painted stack: `import` 760 and 1608, sums 688 and 1360, `//` 656 and 1320, `path` with a filter 667 and 656,
    /// calls and `with` 640 and 1280, sets 496 and 1360, interpolation 480 and 1320, `any` and `all` at most 300 and 674, other
    /// builtins that call back less; `toJSON` and derivations at most 301 and 1040, equality and order at most 300 and 432.
    pub native_levels: u32,
    /// More native stacks, to go on with before the one on the heap.
    pub native_stacks: Option<NativeStacks>,
    /// Levels of recursion with a heap-allocated stack, where each takes a few hundred bytes.
    pub heap_levels: u32,
    /// Asked now and then; a text stops the evaluation with that message.
    pub interrupt: Option<Rc<dyn Fn() -> Option<String>>>,
    /// Told at once what the evaluation says besides its result; without one, that is collected in [`Machine::messages`](crate::Machine::messages).
    pub listener: Option<Rc<Listener>>,
}

/// Hears what an evaluation says besides its result.
pub type Listener = dyn Fn(&Message, &SourceMap);

impl Default for Settings {
    fn default() -> Self {
        Settings {
            store_dir: drvlab_store::StoreDir::default(),
            system: "x86_64-linux".into(),
            eval_system: BString::default(),
            home: None,
            directory: None,
            search_path: Vec::new(),
            environment: Vec::new(),
            current_time: 0,
            memory_limit: 1 << 30,
            memory_reserve: 0,
            memory_reached: None,
            worth_keeping: 256 << 10,
            trace_verbose: false,
            abort_on_warn: false,
            pure_eval: false,
            restrict_eval: false,
            allowed_uris: Vec::new(),
            names_files: false,
            allow_import_from_derivation: true,
            call_depth_limit: 10_000,
            native_levels: 200,
            native_stacks: None,
            heap_levels: 1_500_000,
            interrupt: None,
            listener: None,
        }
    }
}

impl Settings {
    /// Returns where the path of a search path's entry is in the file tree: nowhere if it is a URL, or relative to nothing.
    pub(crate) fn search_place(&self, path: &[u8]) -> Option<Vec<u8>> {
        match (&self.directory, path.first()) {
            (_, Some(b'/')) => Some(canonical(path)),
            _ if search_path::is_url(path) => None,
            (Some(directory), _) => Some(canonical(&join(directory, path))),
            (None, _) => None,
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("system", &self.system)
            .finish_non_exhaustive()
    }
}
