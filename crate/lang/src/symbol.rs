//! Interned names: attribute names, variables, parameters.

use crate::name_order::NameOrder;
use rustc_hash::FxHasher;
use std::cell::RefCell;
use std::fmt;
use std::hash::Hasher as _;

/// An interned name; equal names have equal symbols within one [`Symbols`] table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Symbol({})", self.0)
    }
}

/// The table of interned names. Names are bytes: a Nix attribute name need not be UTF-8.
///
/// All names lie in one buffer, and are found by open addressing with linear probing. The last name is always taken out first, so its
/// place in the table can simply be cleared: no other name was put behind it because of it.
#[derive(Debug, Default, Clone)]
pub struct Symbols {
    /// The names, one after the other.
    bytes: Vec<u8>,
    /// Where each name ends.
    ends: Vec<usize>,
    /// A power of two of places, at most half of them taken.
    places: Vec<Place>,
    last_order: RefCell<NameOrder>,
}

/// A place of the table.
#[derive(Debug, Default, Clone, Copy)]
struct Place {
    /// The number of a name, from 1 on; 0 if the place is empty.
    number: u32,
    /// The hash of the name, which tells most others apart.
    hash: u32,
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
        if 2 * self.ends.len() >= self.places.len() {
            self.grow();
        }
        let hash = hash(name);
        let place = self.find(name, hash);
        if let Some(symbol) = self.places[place].symbol() {
            return symbol;
        }
        let symbol =
            Symbol(u32::try_from(self.ends.len()).expect("fewer than 2^32 names fit in memory"));
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.places[place] = Place {
            number: symbol.0 + 1,
            hash,
        };
        symbol
    }

    /// Returns the place of a name, or the empty one where it would be put.
    #[inline]
    fn find(&self, name: &[u8], hash: u32) -> usize {
        let mask = self.places.len() - 1;
        let mut index = hash as usize & mask;
        loop {
            let place = self.places[index];
            match place.symbol() {
                Some(symbol) if place.hash != hash || !equal(self.name(symbol), name) => {
                    index = (index + 1) & mask;
                }
                _ => return index,
            }
        }
    }

    /// Makes room for twice as many names. They are put in again in their order, as removal wants it.
    #[cold]
    fn grow(&mut self) {
        let size = (2 * self.places.len()).max(16);
        self.places = vec![Place::default(); size];
        for number in 0..self.ends.len() as u32 {
            let hash = hash(self.name(Symbol(number)));
            let mut index = hash as usize & (size - 1);
            while self.places[index].number != 0 {
                index = (index + 1) & (size - 1);
            }
            self.places[index] = Place {
                number: number + 1,
                hash,
            };
        }
    }

    /// Forgets the names that have been added since there were `len`.
    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.last_order.get_mut().forget();
        for number in (len..self.ends.len()).rev() {
            let symbol = Symbol(number as u32);
            let place = self.find(self.name(symbol), hash(self.name(symbol)));
            self.places[place] = Place::default();
            self.ends.pop();
        }
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Returns the symbol of `name` if it has been interned.
    pub fn get(&self, name: &[u8]) -> Option<Symbol> {
        if self.places.is_empty() {
            return None;
        }
        self.places[self.find(name, hash(name))].symbol()
    }

    /// Returns the name of a symbol.
    #[inline]
    pub fn name(&self, symbol: Symbol) -> &[u8] {
        let index = symbol.0 as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    /// Returns the first eight bytes of a name, zeros behind a shorter one, as a number: names are in the order of these as far as they
    /// differ.
    pub(crate) fn prefix(&self, symbol: Symbol) -> u64 {
        let name = self.name(symbol);
        let mut bytes = [0; 8];
        match name.first_chunk() {
            Some(first) => bytes = *first,
            None => bytes[..name.len()].copy_from_slice(name),
        }
        u64::from_be_bytes(bytes)
    }

    /// Calls `read` with the indices of distinct names in the order of the names, as bytes.
    pub(crate) fn with_order<R>(
        &self,
        names: impl ExactSizeIterator<Item = Symbol> + Clone,
        read: impl FnOnce(&[u32]) -> R,
    ) -> R {
        read(self.last_order.borrow_mut().of(names, self))
    }

    /// Counts the interned names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Tells whether no name has been interned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

impl Place {
    #[inline]
    fn symbol(self) -> Option<Symbol> {
        self.number.checked_sub(1).map(Symbol)
    }
}

/// Compares names as `==` does. Most are short, and a call that compares any memory would take longer than the comparison.
#[inline]
fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.len() > 16 {
        return a == b;
    }
    // The first and the last bytes of a name overlap where it is no longer.
    match (a.first_chunk::<8>(), a.first_chunk::<4>()) {
        (Some(start), _) => b.first_chunk() == Some(start) && a.last_chunk::<8>() == b.last_chunk(),
        (None, Some(start)) => {
            b.first_chunk() == Some(start) && a.last_chunk::<4>() == b.last_chunk()
        }
        (None, None) => a.iter().eq(b),
    }
}

#[inline]
fn hash(name: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(name);
    hasher.finish() as u32
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

#[cfg(test)]
mod tests {
    use super::{Symbols, well_known};

    /// Miri takes a thousand times as long.
    const MIRI: bool = cfg!(miri);

    #[test]
    fn names_have_one_symbol_each() {
        let mut symbols = Symbols::new();
        assert_eq!(symbols.intern(b"outPath"), well_known::OUT_PATH);
        let names: Vec<String> = (0..if MIRI { 100 } else { 1000 })
            .map(|index| format!("name-{}", index * 7))
            .collect();
        let first: Vec<_> = names
            .iter()
            .map(|name| symbols.intern(name.as_bytes()))
            .collect();
        for (name, &symbol) in names.iter().zip(&first) {
            assert_eq!(symbols.intern(name.as_bytes()), symbol);
            assert_eq!(symbols.get(name.as_bytes()), Some(symbol));
            assert_eq!(symbols.name(symbol), name.as_bytes());
        }
        assert_eq!(symbols.get(b"name-1"), None);
        // Names of all lengths that differ in one byte only.
        for length in 0..if MIRI { 18 } else { 40 } {
            let name = vec![b'a'; length];
            let symbol = symbols.intern(&name);
            for place in 0..length {
                let mut other = name.clone();
                other[place] = b'b';
                assert_ne!(symbols.intern(&other), symbol);
                assert!(!super::equal(&name, &other) && super::equal(&other, &other.clone()));
            }
            assert_eq!(symbols.intern(&name), symbol);
        }
        assert_eq!(Symbols::default().get(b"x"), None);
    }

    #[test]
    fn forgotten_names_are_new_again_and_the_others_stay() {
        let mut symbols = Symbols::new();
        let known = symbols.len();
        let name = |index: u32| format!("{index}").into_bytes();
        for round in 0..if MIRI { 4 } else { 20 } {
            // Across sizes of the table.
            let (kept, more) = (known + 13 * round, 150 * round as u32);
            for index in 0..more {
                symbols.intern(&name(index));
            }
            symbols.truncate(kept);
            let kept = kept.min(symbols.len()) - known;
            for index in 0..more {
                let found = symbols.get(&name(index)).map(|symbol| symbol.0 as usize);
                let expected = known + index as usize;
                assert_eq!(found, ((index as usize) < kept).then_some(expected));
            }
        }
        assert_eq!(symbols.get(b"outPath"), Some(well_known::OUT_PATH));
    }
}
