//! The table of builtin functions: names, arities, where they are implemented.
//!
//! A builtin of no arguments is a constant that is evaluated when somebody asks. Adding one takes a line here and
//! a function in `eval/shared/builtins/`.

/// Calls a macro with the table. Scope `global` means that the name is a global variable, `prefixed` that `__name` is,
/// and `own` that only code of the evaluator's own is given the function.
macro_rules! for_each_builtin {
    ($callback:ident) => {
        $callback! {
            AttrNames "attrNames" 1 prefixed attrs::attr_names;
            AttrValues "attrValues" 1 prefixed attrs::attr_values;
            CatAttrs "catAttrs" 2 prefixed attrs::cat_attrs;
            FunctionArgs "functionArgs" 1 prefixed attrs::function_args;
            GetAttr "getAttr" 2 prefixed attrs::get_attr;
            GroupBy "groupBy" 2 prefixed attrs::group_by;
            HasAttr "hasAttr" 2 prefixed attrs::has_attr;
            IntersectAttrs "intersectAttrs" 2 prefixed attrs::intersect_attrs;
            ListToAttrs "listToAttrs" 1 prefixed attrs::list_to_attrs;
            MapAttrs "mapAttrs" 2 prefixed attrs::map_attrs;
            RemoveAttrs "removeAttrs" 2 global attrs::remove_attrs;
            UnsafeGetAttrPos "unsafeGetAttrPos" 2 prefixed attrs::unsafe_get_attr_pos;
            ZipAttrsWith "zipAttrsWith" 2 prefixed attrs::zip_attrs_with;
            GenericClosure "genericClosure" 1 prefixed closure::generic_closure;
            CurrentSystem "currentSystem" 0 prefixed constants::current_system;
            CurrentTime "currentTime" 0 prefixed constants::current_time;
            GetEnv "getEnv" 1 prefixed constants::get_env;
            LangVersion "langVersion" 0 prefixed constants::lang_version;
            NixPath "nixPath" 0 prefixed constants::nix_path;
            NixVersion "nixVersion" 0 prefixed constants::nix_version;
            StoreDir "storeDir" 0 prefixed constants::store_dir;
            AddDrvOutputDependencies "addDrvOutputDependencies" 1 prefixed context::add_drv_output_dependencies;
            AppendContext "appendContext" 2 prefixed context::append_context;
            GetContext "getContext" 1 prefixed context::get_context;
            HasContext "hasContext" 1 prefixed context::has_context;
            OutputOf "outputOf" 2 prefixed context::output_of;
            UnsafeDiscardOutputDependency "unsafeDiscardOutputDependency" 1 prefixed context::unsafe_discard_output_dependency;
            UnsafeDiscardStringContext "unsafeDiscardStringContext" 1 prefixed context::unsafe_discard_string_context;
            Abort "abort" 1 global control::abort;
            AddErrorContext "addErrorContext" 2 prefixed control::add_error_context;
            Break "break" 1 global control::break_;
            DeepSeq "deepSeq" 2 prefixed control::deep_seq;
            Seq "seq" 2 prefixed control::seq;
            Throw "throw" 1 global control::throw;
            Trace "trace" 2 prefixed control::trace;
            TraceVerbose "traceVerbose" 2 prefixed control::trace_verbose;
            TryEval "tryEval" 1 prefixed control::try_eval;
            Warn "warn" 2 prefixed control::warn;
            DerivationStrict "derivationStrict" 1 global derivation::derivation_strict;
            FetchGit "fetchGit" 1 global fetch::fetch_git;
            FetchMercurial "fetchMercurial" 1 global fetch::fetch_mercurial;
            FetchTarball "fetchTarball" 1 global fetch::fetch_tarball;
            FetchTree "fetchTree" 1 global fetch::fetch_tree;
            FetchFinalTree "fetchFinalTree" 1 own fetch::fetch_final_tree;
            FetchUrl "fetchurl" 1 prefixed fetch::fetchurl;
            GetFlake "getFlake" 1 prefixed fetch::get_flake;
            FindFile "findFile" 2 prefixed files::find_file;
            Import "import" 1 global files::import;
            PathExists "pathExists" 1 prefixed files::path_exists;
            ReadDir "readDir" 1 prefixed files::read_dir;
            ReadFile "readFile" 1 prefixed files::read_file;
            ReadFileType "readFileType" 1 prefixed files::read_file_type;
            ScopedImport "scopedImport" 2 global files::scoped_import;
            CheckFlake "checkFlake" 2 own flakes::check_flake;
            ParseInputRef "parseInputRef" 1 own flakes::parse_input_ref;
            FlakeRefToString "flakeRefToString" 1 prefixed flakes::flake_ref_to_string;
            ParseFlakeRef "parseFlakeRef" 1 prefixed flakes::parse_flake_ref;
            ConvertHash "convertHash" 1 prefixed hash::convert_hash;
            HashFile "hashFile" 2 prefixed hash::hash_file;
            HashString "hashString" 2 prefixed hash::hash_string;
            Placeholder "placeholder" 1 global hash::placeholder;
            FromJson "fromJSON" 1 prefixed json::from_json;
            FromToml "fromTOML" 1 global toml::from_toml;
            ToJson "toJSON" 1 prefixed json::to_json;
            ToXml "toXML" 1 prefixed json::to_xml;
            All "all" 2 prefixed lists::all;
            Any "any" 2 prefixed lists::any;
            ConcatLists "concatLists" 1 prefixed lists::concat_lists;
            ConcatMap "concatMap" 2 prefixed lists::concat_map;
            Elem "elem" 2 prefixed lists::elem;
            ElemAt "elemAt" 2 prefixed lists::elem_at;
            Filter "filter" 2 prefixed lists::filter;
            Foldl "foldl'" 3 prefixed lists::foldl;
            GenList "genList" 2 prefixed lists::gen_list;
            Head "head" 1 prefixed lists::head;
            Length "length" 1 prefixed lists::length;
            Map "map" 2 global lists::map;
            Partition "partition" 2 prefixed lists::partition;
            Tail "tail" 1 prefixed lists::tail;
            Add "add" 2 prefixed numbers::add;
            BitAnd "bitAnd" 2 prefixed numbers::bit_and;
            BitOr "bitOr" 2 prefixed numbers::bit_or;
            BitXor "bitXor" 2 prefixed numbers::bit_xor;
            Ceil "ceil" 1 prefixed numbers::ceil;
            Div "div" 2 prefixed numbers::div;
            Floor "floor" 1 prefixed numbers::floor;
            LessThan "lessThan" 2 prefixed numbers::less_than;
            Mul "mul" 2 prefixed numbers::mul;
            Sub "sub" 2 prefixed numbers::sub;
            MatchRegex "match" 2 prefixed regex::match_regex;
            Split "split" 2 prefixed regex::split;
            Sort "sort" 2 prefixed sort::sort;
            FilterSource "filterSource" 2 prefixed sources::filter_source;
            Path "path" 1 prefixed sources::path;
            StorePath "storePath" 1 prefixed sources::store_path;
            ToFile "toFile" 2 prefixed sources::to_file;
            BaseNameOf "baseNameOf" 1 global strings::base_name_of;
            ConcatStringsSep "concatStringsSep" 2 prefixed strings::concat_strings_sep;
            DirOf "dirOf" 1 global strings::dir_of;
            ReplaceStrings "replaceStrings" 3 prefixed strings::replace_strings;
            StringLength "stringLength" 1 prefixed strings::string_length;
            Substring "substring" 3 prefixed strings::substring;
            ToPath "toPath" 1 prefixed strings::to_path;
            ToString "toString" 1 global strings::to_string;
            IsAttrs "isAttrs" 1 prefixed types::is_attrs;
            IsBool "isBool" 1 prefixed types::is_bool;
            IsFloat "isFloat" 1 prefixed types::is_float;
            IsFunction "isFunction" 1 prefixed types::is_function;
            IsInt "isInt" 1 prefixed types::is_int;
            IsList "isList" 1 prefixed types::is_list;
            IsNull "isNull" 1 global types::is_null;
            IsPath "isPath" 1 prefixed types::is_path;
            IsString "isString" 1 prefixed types::is_string;
            TypeOf "typeOf" 1 prefixed types::type_of;
            CompareVersions "compareVersions" 2 prefixed versions::compare_versions;
            ParseDrvName "parseDrvName" 1 prefixed versions::parse_drv_name;
            SplitVersion "splitVersion" 1 prefixed versions::split_version;
        }
    };
}
pub(crate) use for_each_builtin;

macro_rules! define {
    ($($variant:ident $name:literal $arity:literal $scope:ident $module:ident :: $function:ident;)*) => {
        /// A builtin function.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub enum Builtin {
            $(#[doc = concat!("`builtins.", $name, "`")] $variant),*
        }

        const TABLE: &[(Builtin, &str, usize, Option<bool>)] =
            &[$((Builtin::$variant, $name, $arity, define!(@$scope))),*];
    };
    (@global) => { Some(true) };
    (@prefixed) => { Some(false) };
    (@own) => { None };
}

for_each_builtin!(define);

impl Builtin {
    /// Returns all builtins.
    pub fn all() -> impl Iterator<Item = Builtin> {
        TABLE.iter().map(|&(builtin, ..)| builtin)
    }

    /// Returns its index in the table.
    pub fn index(self) -> u32 {
        self as u32
    }

    /// Returns the builtin at an index of the table.
    pub fn from_index(index: u32) -> Builtin {
        TABLE[index as usize].0
    }

    /// Returns its name in the set `builtins`.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// Tells whether a builtin depends on where and when it is evaluated: pure mode has none of these.
    pub(crate) fn is_impure(self) -> bool {
        matches!(self, Self::CurrentSystem | Self::CurrentTime)
    }

    /// Counts its arguments.
    #[inline]
    pub fn arity(self) -> usize {
        TABLE[self as usize].2
    }

    /// Returns which argument it evaluates before anything else, adding nothing to the trace of an error in it, so that the caller may
    /// as well.
    #[inline]
    pub(crate) fn evaluates_first(self) -> Option<usize> {
        match self {
            Builtin::AttrNames
            | Builtin::AttrValues
            | Builtin::ConcatLists
            | Builtin::FunctionArgs
            | Builtin::Head
            | Builtin::IntersectAttrs
            | Builtin::IsAttrs
            | Builtin::IsBool
            | Builtin::IsFloat
            | Builtin::IsFunction
            | Builtin::IsInt
            | Builtin::IsList
            | Builtin::IsNull
            | Builtin::IsPath
            | Builtin::IsString
            | Builtin::Length
            | Builtin::ListToAttrs
            | Builtin::RemoveAttrs
            | Builtin::Tail
            | Builtin::TypeOf => Some(0),
            Builtin::Elem | Builtin::Filter | Builtin::Map | Builtin::MapAttrs => Some(1),
            _ => None,
        }
    }

    /// Tells whether [`Machine::quick_builtin`](crate::machine::Machine::quick_builtin) knows it.
    #[inline]
    pub(crate) fn may_be_quick(self) -> bool {
        matches!(
            self,
            Builtin::Head
                | Builtin::IsAttrs
                | Builtin::IsFunction
                | Builtin::IsList
                | Builtin::IsString
                | Builtin::Length
        )
    }

    /// Tells whether it goes through the attributes of its argument in the order of their symbols.
    pub(crate) fn goes_by_symbol(self) -> bool {
        matches!(
            self,
            Builtin::FetchGit
                | Builtin::FetchMercurial
                | Builtin::FetchTarball
                | Builtin::FetchTree
                | Builtin::FetchUrl
                | Builtin::FlakeRefToString
                | Builtin::Path
        )
    }

    /// Returns the name of the global variable that holds it; `None` if programs do not have it.
    pub fn global_name(self) -> Option<String> {
        let name = self.name();
        TABLE[self as usize].3.map(|is_global| {
            if is_global {
                name.to_owned()
            } else {
                format!("__{name}")
            }
        })
    }
}

/// What builtins remember between calls.
#[derive(Default)]
pub struct Caches {
    /// Compiled regular expressions by their text.
    pub(crate) patterns: drvlab_store::HashedMap<Box<[u8]>, std::rc::Rc<crate::regex::Regex>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_positions_in_the_table() {
        for (position, builtin) in Builtin::all().enumerate() {
            assert_eq!(builtin.index() as usize, position);
            assert_eq!(Builtin::from_index(builtin.index()), builtin);
        }
    }
}
