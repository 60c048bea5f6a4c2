# Types of options: what a value must be, and how definitions are merged.
{ lib }:
let
  inherit (lib)
    all any attrNames attrValues concatLists concatMap concatStringsSep elem elemAt filter flip functionArgs head
    imap1 isAttrs isBool isDerivation isFloat isFunction isInt isList isString isStorePath isStringLike last length
    mapAttrs mapAttrsToList mergeEqualOption mergeOneOption mergeDefaultOption showOption showFiles getFiles getValues
    optionalAttrs optionalString optionDescriptionPhrase recursiveUpdate setFunctionArgs tail toList zipAttrsWith
    ;
  inherit (lib.modules) mergeDefinitions evalModules fixupOptionType mergeOptionDecls unifyModuleSyntax;
  inherit (lib.types) isType;
in
rec {
  isType = type: x: (x._type or "") == type;
  setType = typeName: value: value // { _type = typeName; };
  isOptionType = isType "option-type";
  defaultFunctor = name: {
    inherit name;
    type = lib.types.${name} or null;
    wrapped = null;
    payload = null;
    binOp = a: b: null;
  };
  # How two declarations of one option become one type; null if they can't.
  defaultTypeMerge =
    f: f':
    let
      wrapped = f.wrapped.typeMerge f'.wrapped.functor;
      payload = f.binOp f.payload f'.payload;
    in
    if f.name != f'.name then
      null
    else if f.wrapped == null && f'.wrapped == null && f.payload == null && f'.payload == null then
      f.type
    else if f.wrapped != null && f'.wrapped != null && wrapped != null then
      f.type wrapped
    else if f.payload != null && f'.payload != null && payload != null then
      f.type payload
    else
      null;

  mkOptionType =
    {
      name,
      description ? null,
      descriptionClass ? null,
      check ? (x: true),
      merge ? mergeDefaultOption,
      emptyValue ? { },
      getSubOptions ? prefix: { },
      getSubModules ? null,
      substSubModules ? m: null,
      typeMerge ? defaultTypeMerge functor,
      functor ? defaultFunctor name,
      deprecationMessage ? null,
      nestedTypes ? { },
    }:
    {
      _type = "option-type";
      inherit name check merge emptyValue getSubOptions getSubModules substSubModules typeMerge functor deprecationMessage nestedTypes descriptionClass;
      description = if description == null then name else description;
    };

  raw = mkOptionType {
    name = "raw";
    description = "raw value";
    check = value: true;
    merge = mergeOneOption;
  };
  anything = mkOptionType {
    name = "anything";
    description = "anything";
    check = value: true;
    merge =
      loc: defs:
      let
        getType = value: if isAttrs value && isStringLike value then "stringCoercibleSet" else builtins.typeOf value;
        common = lib.foldl' (type: def: if getType def.value == type then type else throw "The option `${showOption loc}' has conflicting option types in ${showFiles (getFiles defs)}") (getType (head defs).value) defs;
        merge =
          {
            set = (lazyAttrsOf anything).merge;
            list = if length defs > 1 then throw "The option `${showOption loc}' has conflicting definitions, in ${showFiles (getFiles defs)}" else (listOf anything).merge;
            stringCoercibleSet = mergeOneOption;
            lambda = loc: defs: arg: anything.merge (loc ++ [ "<function body>" ]) (map (def: { inherit (def) file; value = def.value arg; }) defs);
          }
          .${common} or mergeEqualOption;
      in
      merge loc defs;
  };
  unspecified = mkOptionType {
    name = "unspecified";
    description = "unspecified value";
  };
  bool = mkOptionType {
    name = "bool";
    description = "boolean";
    check = isBool;
    merge = mergeEqualOption;
  };
  boolByOr = bool // {
    name = "boolByOr";
    merge = _: defs: lib.foldl' (result: def: def.value || result) false defs;
  };
  int = mkOptionType {
    name = "int";
    description = "signed integer";
    check = isInt;
    merge = mergeEqualOption;
  };
  ints =
    let
      between =
        lowest: highest:
        assert lib.assertMsg (lowest <= highest) "ints.between: lowest must be smaller than highest";
        addCheck int (x: x >= lowest && x <= highest)
        // {
          name = "intBetween";
          description = "integer between ${toString lowest} and ${toString highest} (both inclusive)";
        };
      unsigned = bits: range: between 0 (range - 1) // { name = "unsignedInt${toString bits}"; };
    in
    {
      inherit between;
      unsigned = addCheck types.int (x: x >= 0) // {
        name = "unsignedInt";
        description = "unsigned integer, meaning >=0";
      };
      positive = addCheck types.int (x: x > 0) // {
        name = "positiveInt";
        description = "positive integer, meaning >0";
      };
      u8 = unsigned 8 256;
      u16 = unsigned 16 65536;
      u32 = unsigned 32 4294967296;
    };
  types = { inherit int; };
  port = ints.u16;
  float = mkOptionType {
    name = "float";
    description = "floating point number";
    check = isFloat;
    merge = mergeEqualOption;
  };
  number = either int float;
  str = mkOptionType {
    name = "str";
    description = "string";
    check = isString;
    merge = mergeEqualOption;
  };
  nonEmptyStr = addCheck str (s: builtins.match "[ \t\n]*" s == null) // {
    name = "nonEmptyStr";
    description = "non-empty string";
  };
  singleLineStr = addCheck str (s: builtins.match "[^\n\r]*\n?" s != null) // {
    name = "singleLineStr";
    description = "(optionally newline-terminated) single-line string";
    merge = loc: defs: lib.removeSuffix "\n" (mergeEqualOption loc defs);
  };
  strMatching =
    pattern:
    mkOptionType {
      name = "strMatching ${lib.strings.escapeNixString pattern}";
      description = "string matching the pattern ${pattern}";
      check = x: str.check x && builtins.match pattern x != null;
      inherit (str) merge;
      functor = defaultFunctor "strMatching" // {
        type = payload: strMatching payload;
        payload = pattern;
        binOp = a: b: if a == b then a else null;
      };
    };
  separatedString =
    sep:
    mkOptionType {
      name = "separatedString";
      description = "strings concatenated with ${builtins.toJSON sep}";
      check = isString;
      merge = loc: defs: concatStringsSep sep (getValues defs);
      functor = defaultFunctor "separatedString" // {
        payload = sep;
        type = separatedString;
        binOp = a: b: if a == b then a else null;
      };
    };
  lines = separatedString "\n";
  commas = separatedString ",";
  envVar = separatedString ":";
  attrs = mkOptionType {
    name = "attrs";
    description = "attribute set";
    check = isAttrs;
    merge = loc: lib.foldl' (res: def: res // def.value) { };
    emptyValue = { value = { }; };
  };
  package = mkOptionType {
    name = "package";
    check = x: isDerivation x || isStorePath x;
    merge = loc: defs: mergeOneOption loc defs;
  };
  path = mkOptionType {
    name = "path";
    check = x: isStringLike x && builtins.substring 0 1 (toString x) == "/";
    merge = mergeEqualOption;
  };
  pathInStore = path;
  listOf =
    elemType:
    mkOptionType rec {
      name = "listOf";
      description = "list of ${elemType.description}";
      check = isList;
      merge =
        loc: defs:
        map (x: x.value) (
          filter (x: x ? value) (
            concatLists (
              imap1 (
                n: def:
                imap1 (
                  m: def':
                  (mergeDefinitions (loc ++ [ "[definition ${toString n}-entry ${toString m}]" ]) elemType [
                    {
                      inherit (def) file;
                      value = def';
                    }
                  ]).optionalValue
                ) def.value
              ) defs
            )
          )
        );
      emptyValue = { value = [ ]; };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "*" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: listOf (elemType.substSubModules m);
      functor = defaultFunctor name // {
        wrapped = elemType;
        type = listOf;
      };
      nestedTypes.elemType = elemType;
    };
  nonEmptyListOf =
    elemType:
    let
      list = addCheck (listOf elemType) (l: l != [ ]);
    in
    list // { description = "non-empty ${list.description}"; emptyValue = { }; };
  attrsOf = elemType: attrsWith { inherit elemType; };
  lazyAttrsOf = elemType: attrsWith { inherit elemType; lazy = true; };
  attrsWith =
    {
      elemType,
      lazy ? false,
      placeholder ? "name",
    }:
    mkOptionType {
      name = if lazy then "lazyAttrsOf" else "attrsOf";
      description = (if lazy then "lazy attribute set" else "attribute set") + " of ${elemType.description}";
      check = isAttrs;
      merge =
        loc: defs:
        let
          pushed = map (def: mapAttrs (n: v: { inherit (def) file; value = v; }) def.value) defs;
        in
        if lazy then
          zipAttrsWith (
            name: defs:
            let
              merged = mergeDefinitions (loc ++ [ name ]) elemType defs;
            in
            merged.optionalValue.value or elemType.emptyValue.value or merged.mergedValue
          ) pushed
        else
          mapAttrs (n: v: v.value) (
            lib.filterAttrs (n: v: v ? value) (
              zipAttrsWith (name: defs: (mergeDefinitions (loc ++ [ name ]) elemType defs).optionalValue) pushed
            )
          );
      emptyValue = { value = { }; };
      getSubOptions = prefix: elemType.getSubOptions (prefix ++ [ "<${placeholder}>" ]);
      inherit (elemType) getSubModules;
      substSubModules = m: attrsWith { elemType = elemType.substSubModules m; inherit lazy placeholder; };
      functor = defaultFunctor "attrsWith" // {
        wrapped = elemType;
        type = elemType: attrsWith { inherit elemType lazy placeholder; };
      };
      nestedTypes.elemType = elemType;
    };
  nullOr =
    elemType:
    mkOptionType rec {
      name = "nullOr";
      description = "null or ${elemType.description}";
      check = x: x == null || elemType.check x;
      merge =
        loc: defs:
        let
          nulls = lib.count (def: def.value == null) defs;
        in
        if nulls == length defs then
          null
        else if nulls != 0 then
          throw "The option `${showOption loc}' is defined both null and not null, in ${showFiles (getFiles defs)}."
        else
          elemType.merge loc defs;
      emptyValue = { value = null; };
      inherit (elemType) getSubOptions getSubModules;
      substSubModules = m: nullOr (elemType.substSubModules m);
      functor = defaultFunctor name // {
        wrapped = elemType;
        type = nullOr;
      };
      nestedTypes.elemType = elemType;
    };
  functionTo =
    elemType:
    mkOptionType {
      name = "functionTo";
      description = "function that evaluates to a(n) ${elemType.description}";
      check = isFunction;
      merge = loc: defs: {
        __functor =
          _: args:
          (mergeDefinitions (loc ++ [ "<function body>" ]) elemType (
            map (fn: {
              inherit (fn) file;
              value = fn.value args;
            }) defs
          )).mergedValue;
        __functionArgs = { };
      };
      nestedTypes.elemType = elemType;
    };
  submodule =
    modules:
    submoduleWith {
      shorthandOnlyDefinesConfig = true;
      modules = toList modules;
    };
  deferredModule = deferredModuleWith { };
  deferredModuleWith =
    {
      staticModules ? [ ],
    }:
    mkOptionType {
      name = "deferredModule";
      description = "module";
      check = x: isAttrs x || isFunction x || path.check x;
      merge = loc: defs: {
        imports = staticModules ++ map (def: lib.modules.setDefaultModuleLocation "${def.file}, via option ${showOption loc}" def.value) defs;
      };
    };
  submoduleWith =
    {
      modules,
      specialArgs ? { },
      shorthandOnlyDefinesConfig ? false,
      description ? null,
      class ? null,
    }@attrs:
    let
      allModules =
        defs:
        map (
          { value, file }:
          if isAttrs value && shorthandOnlyDefinesConfig then
            {
              _file = file;
              config = value;
            }
          else
            lib.modules.setDefaultModuleLocation file value
        ) defs;
      base = evalModules {
        inherit class specialArgs;
        modules = [ { _module.args.name = lib.modules.mkOptionDefault "‹name›"; } ] ++ modules;
      };
      freeformType = base._module.freeformType;
      name = "submodule";
    in
    mkOptionType {
      inherit name;
      description = if description != null then description else freeformType.description or name;
      check = x: isAttrs x || isFunction x || path.check x;
      merge =
        loc: defs:
        (base.extendModules {
          modules = [ { _module.args.name = last loc; } ] ++ allModules defs;
          prefix = loc;
        }).config;
      emptyValue = { value = { }; };
      getSubOptions =
        prefix:
        let
          docs = (base.extendModules { inherit prefix; }).options;
        in
        removeAttrs docs [ "_module" ];
  
      substSubModules = m: submoduleWith (attrs // { modules = m; });
      nestedTypes = lib.optionalAttrs (freeformType != null) { inherit freeformType; };
      functor = defaultFunctor name // {
        type = submoduleWith;
        payload = { inherit modules class specialArgs shorthandOnlyDefinesConfig description; };
        binOp = lhs: rhs: {
          class = if lhs.class == null then rhs.class else lhs.class;
          modules = lhs.modules ++ rhs.modules;
          specialArgs = lib.unionOfDisjoint lhs.specialArgs rhs.specialArgs;
          shorthandOnlyDefinesConfig = lhs.shorthandOnlyDefinesConfig;
          description = if lhs.description == null then rhs.description else lhs.description;
        };
      };
    };
  enum =
    values:
    let
      show = v: if isString v then ''"${v}"'' else if isInt v then toString v else if isBool v then lib.boolToString v else "<${builtins.typeOf v}>";
    in
    mkOptionType rec {
      name = "enum";
      description =
        if values == [ ] then
          "impossible (empty enum)"
        else if length values == 1 then
          "value ${show (head values)} (singular enum)"
        else
          "one of ${lib.concatMapStringsSep ", " show values}";
      check = lib.flip elem values;
      merge = mergeEqualOption;
      functor = defaultFunctor name // {
        payload = values;
        type = enum;
        binOp = a: b: lib.unique (a ++ b);
      };
    };
  either =
    t1: t2:
    mkOptionType rec {
      name = "either";
      description = "${t1.description} or ${t2.description}";
      check = x: t1.check x || t2.check x;
      merge =
        loc: defs:
        let
          list = map (d: d.value) defs;
        in
        if all (x: t1.check x) list then
          t1.merge loc defs
        else if all (x: t2.check x) list then
          t2.merge loc defs
        else
          mergeOneOption loc defs;
      typeMerge =
        f':
        let
          mt1 = t1.typeMerge (elemAt f'.wrapped 0).functor;
          mt2 = t2.typeMerge (elemAt f'.wrapped 1).functor;
        in
        if name == f'.name && mt1 != null && mt2 != null then either mt1 mt2 else null;
      functor = defaultFunctor name // { wrapped = [ t1 t2 ]; };
      nestedTypes.left = t1;
      nestedTypes.right = t2;
    };
  oneOf =
    ts:
    let
      head' = if ts == [ ] then throw "types.oneOf needs at least one type" else head ts;
    in
    lib.foldl' either head' (tail ts);
  coercedTo =
    coercedType: coerceFunc: finalType:
    mkOptionType {
      name = "coercedTo";
      description = "${finalType.description} or ${coercedType.description} convertible to it";
      check = x: (coercedType.check x && finalType.check (coerceFunc x)) || finalType.check x;
      merge =
        loc: defs:
        let
          coerce = val: if coercedType.check val then coerceFunc val else val;
        in
        finalType.merge loc (map (def: def // { value = coerce def.value; }) defs);
      inherit (finalType) emptyValue getSubOptions getSubModules;
      substSubModules = m: coercedTo coercedType coerceFunc (finalType.substSubModules m);
      typeMerge = t: null;
      nestedTypes.coercedType = coercedType;
      nestedTypes.finalType = finalType;
    };
  addCheck = elemType: check: elemType // { check = x: elemType.check x && check x; };
}
