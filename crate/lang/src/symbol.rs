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
        let symbol =
            Symbol(u32::try_from(self.names.len()).expect("fewer than 2^32 names fit in memory"));
        let boxed: Box<[u8]> = name.into();
        self.names.push(boxed.clone());
        self.ids.insert(boxed, symbol);
        symbol
    }

    /// Forgets the names that have been added since there were `len`.
    pub(crate) fn truncate(&mut self, len: usize) {
        for name in self.names.drain(len..) {
            self.ids.remove(&name);
        }
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
            $(
                #[doc = concat!("The name `", $text, "`.")]
                pub const $constant: Symbol = Symbol(position($text));
            )*
        };
    }

    /// Returns the index in [`NAMES`] while the program is compiled.
    const fn position(name: &str) -> u32 {
        let mut index = 0;
        while !equal(NAMES[index].as_bytes(), name.as_bytes()) {
            index += 1;
        }
        index as u32
    }

    const fn equal(a: &[u8], b: &[u8]) -> bool {
        if a.len() != b.len() {
            return false;
        }
        let mut index = 0;
        while index < a.len() {
            if a[index] != b[index] {
                return false;
            }
            index += 1;
        }
        true
    }

    names! {
        OUT_PATH = "outPath",
        DRV_PATH = "drvPath",
        TYPE = "type",
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
        EMPTY = "",
        START_SET = "startSet",
        OPERATOR = "operator",
        KEY = "key",
        PATH = "path",
        PREFIX = "prefix",
        SUB = "__sub",
        LESS_THAN = "__lessThan",
        MUL = "__mul",
        DIV = "__div",
        OR = "or",
        FIND_FILE = "__findFile",
        NIX_PATH = "__nixPath",
        BODY = "body",
        FILTER = "filter",
        ALL = "all",
    }

    /// Names that every table starts with, in the order in which the reference makes them: those of `EvalState`, the builtins, the text
    /// of `derivation`. The order can be seen, since attributes are evaluated in the order of their symbols; no other name may be here.
    // Skipped for it would be a line for each name.
    #[rustfmt::skip]
    pub(super) const NAMES: &[&str] = &[
        "<with>", "outPath", "drvPath", "type", "meta", "name", "value", "system", "__overrides",
        "outputs", "outputName", "__ignoreNulls", "file", "line", "column", "__functor",
        "__toString", "right", "wrong", "__structuredAttrs", "__json", "allowedReferences",
        "allowedRequisites", "disallowedReferences", "disallowedRequisites", "maxSize",
        "maxClosureSize", "builder", "args", "__contentAddressed", "__impure", "outputHash",
        "outputHashAlgo", "outputHashMode", "recurseForDerivations", "description", "self", "",
        "startSet", "operator", "key", "path", "prefix", "outputSpecified", "__sub", "__lessThan",
        "__mul", "__div", "or", "__findFile", "__nixPath", "body", "builtins", "true", "false",
        "null", "__currentTime", "currentTime", "__currentSystem", "currentSystem", "__nixVersion",
        "nixVersion", "__storeDir", "storeDir", "__langVersion", "langVersion", "__traceVerbose",
        "traceVerbose", "nixPath", "scopedImport", "import", "__typeOf", "typeOf", "isNull",
        "__isFunction", "isFunction", "__isInt", "isInt", "__isFloat", "isFloat", "__isString",
        "isString", "__isBool", "isBool", "__isPath", "isPath", "__genericClosure",
        "genericClosure", "break", "abort", "throw", "__addErrorContext", "addErrorContext",
        "__ceil", "ceil", "__floor", "floor", "__tryEval", "tryEval", "__getEnv", "getEnv", "__seq",
        "seq", "__deepSeq", "deepSeq", "__trace", "trace", "__warn", "warn", "derivationStrict",
        "placeholder", "__toPath", "toPath", "__storePath", "storePath", "__pathExists",
        "pathExists", "baseNameOf", "dirOf", "__readFile", "readFile", "findFile", "__hashFile",
        "hashFile", "__readFileType", "readFileType", "__readDir", "readDir", "__outputOf",
        "outputOf", "__toXML", "toXML", "__toJSON", "toJSON", "__fromJSON", "fromJSON", "__toFile",
        "toFile", "__filterSource", "filterSource", "__path", "__attrNames", "attrNames",
        "__attrValues", "attrValues", "__getAttr", "getAttr", "__unsafeGetAttrPos",
        "unsafeGetAttrPos", "__hasAttr", "hasAttr", "__isAttrs", "isAttrs", "removeAttrs",
        "__listToAttrs", "listToAttrs", "__intersectAttrs", "intersectAttrs", "__catAttrs",
        "catAttrs", "__functionArgs", "functionArgs", "__mapAttrs", "mapAttrs", "__zipAttrsWith",
        "zipAttrsWith", "__isList", "isList", "__elemAt", "elemAt", "__head", "head", "__tail",
        "tail", "map", "__filter", "filter", "__elem", "elem", "__concatLists", "concatLists",
        "__length", "length", "__foldl'", "foldl'", "__any", "any", "__all", "all", "__genList",
        "genList", "__sort", "sort", "__partition", "partition", "__groupBy", "groupBy",
        "__concatMap", "concatMap", "__add", "add", "sub", "mul", "div", "__bitAnd", "bitAnd",
        "__bitOr", "bitOr", "__bitXor", "bitXor", "lessThan", "toString", "__substring",
        "substring", "__stringLength", "stringLength", "__hashString", "hashString",
        "__convertHash", "convertHash", "__match", "match", "__split", "split",
        "__concatStringsSep", "concatStringsSep", "__replaceStrings", "replaceStrings",
        "__parseDrvName", "parseDrvName", "__compareVersions", "compareVersions", "__splitVersion",
        "splitVersion", "__unsafeDiscardStringContext", "unsafeDiscardStringContext",
        "__hasContext", "hasContext", "__unsafeDiscardOutputDependency",
        "unsafeDiscardOutputDependency", "__addDrvOutputDependencies", "addDrvOutputDependencies",
        "__getContext", "getContext", "__appendContext", "appendContext", "fetchMercurial",
        "fetchTree", "__fetchurl", "fetchurl", "fetchTarball", "fetchGit", "fromTOML", "__getFlake",
        "getFlake", "__parseFlakeRef", "parseFlakeRef", "__flakeRefToString", "flakeRefToString",
        "derivation", "strict", "drvAttrs", "commonAttrs", "outputsList", "x",
        "outputToAttrListElement",
    ];
}
