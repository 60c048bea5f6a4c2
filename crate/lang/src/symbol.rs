//! Interned names: attribute names, variables, parameters.

use rustc_hash::FxHashMap;
use std::fmt;

/// An interned name; equal names have equal symbols within one [`Symbols`] table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({})", self.0)
    }
}

/// The table of interned names. Names are bytes: a Nix attribute name need not be UTF-8.
#[derive(Debug, Default, Clone)]
pub struct Symbols {
    ids: FxHashMap<Box<[u8]>, Symbol>,
    names: Vec<Box<[u8]>>,
}

impl Symbols {
    /// Makes a table that holds the names of [`well_known`] at their constant positions.
    pub fn new() -> Self {
        let mut symbols = Self::default();
        for (index, name) in well_known::NAMES.iter().enumerate() {
            let symbol = symbols.intern(name.as_bytes());
            debug_assert_eq!(symbol.0 as usize, index, "well-known names are distinct");
        }
        symbols
    }

    /// Returns the symbol of `name`, adding it when it is new.
    pub fn intern(&mut self, name: &[u8]) -> Symbol {
        if let Some(&symbol) = self.ids.get(name) {
            return symbol;
        }
        let symbol = Symbol(u32::try_from(self.names.len()).expect("fewer than 2^32 names fit in memory"));
        let boxed: Box<[u8]> = name.into();
        self.names.push(boxed.clone());
        self.ids.insert(boxed, symbol);
        symbol
    }

    /// Returns the symbol of `name` if it has been interned.
    pub fn get(&self, name: &[u8]) -> Option<Symbol> {
        self.ids.get(name).copied()
    }

    /// Returns the name of a symbol.
    #[inline]
    pub fn name(&self, symbol: Symbol) -> &[u8] {
        &self.names[symbol.0 as usize]
    }

    /// Counts the interned names.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Tells whether no name has been interned.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

/// Names that the evaluator itself looks up, at fixed positions of every table.
pub mod well_known {
    use super::Symbol;

    macro_rules! names {
        ($($constant:ident = $text:literal),* $(,)?) => {
            #[allow(non_camel_case_types, reason = "the variants only count the constants")]
            #[repr(u32)]
            enum Index { $($constant),* }
            $(
                #[doc = concat!("The name `", $text, "`.")]
                pub const $constant: Symbol = Symbol(Index::$constant as u32);
            )*
            pub(super) const NAMES: &[&str] = &[$($text),*];
        };
    }

    // In the order of the reference, as far as it has them (`EvalState`): it evaluates attributes in the order of their symbols.
    names! {
        EMPTY = "",
        OUT_PATH = "outPath",
        DRV_PATH = "drvPath",
        TYPE = "type",
        META = "meta",
        NAME = "name",
        VALUE = "value",
        SYSTEM = "system",
        OVERRIDES = "__overrides",
        OUTPUTS = "outputs",
        OUTPUT_NAME = "outputName",
        IGNORE_NULLS = "__ignoreNulls",
        FILE = "file",
        LINE = "line",
        COLUMN = "column",
        FUNCTOR = "__functor",
        TO_STRING = "__toString",
        RIGHT = "right",
        WRONG = "wrong",
        STRUCTURED_ATTRS = "__structuredAttrs",
        JSON = "__json",
        ALLOWED_REFERENCES = "allowedReferences",
        ALLOWED_REQUISITES = "allowedRequisites",
        DISALLOWED_REFERENCES = "disallowedReferences",
        DISALLOWED_REQUISITES = "disallowedRequisites",
        MAX_SIZE = "maxSize",
        MAX_CLOSURE_SIZE = "maxClosureSize",
        BUILDER = "builder",
        ARGS = "args",
        CONTENT_ADDRESSED = "__contentAddressed",
        IMPURE = "__impure",
        OUTPUT_HASH = "outputHash",
        OUTPUT_HASH_ALGO = "outputHashAlgo",
        OUTPUT_HASH_MODE = "outputHashMode",
        RECURSE_FOR_DERIVATIONS = "recurseForDerivations",
        OUT = "out",
        DERIVATION = "derivation",
        DRV_ATTRS = "drvAttrs",
        ALL = "all",
        OUTPUT_SPECIFIED = "outputSpecified",
        OUTPUT_CHECKS = "outputChecks",
        PATH = "path",
        PREFIX = "prefix",
        FILTER = "filter",
        RECURSIVE = "recursive",
        SHA256 = "sha256",
        URL = "url",
        SUCCESS = "success",
        KEY = "key",
        START_SET = "startSet",
        OPERATOR = "operator",
        VERSION = "version",
        FROM = "from",
        TO = "to",
        HASH = "hash",
        HASH_ALGO = "hashAlgo",
        TO_HASH_FORMAT = "toHashFormat",
        SUB = "__sub",
        MUL = "__mul",
        DIV = "__div",
        LESS_THAN = "__lessThan",
        FIND_FILE = "__findFile",
        NIX_PATH = "__nixPath",
        CUR_POS = "__curPos",
        OR = "or",
        BODY = "body",
        ALL_OUTPUTS = "allOutputs",
    }
}
