# A small library in the manner of nixpkgs: lists, sets, overlays, overridable packages, modules with options, generators.
rec {
  inherit (builtins) map filter foldl' attrNames attrValues listToAttrs mapAttrs elem head tail length concatMap genList isAttrs isList isFunction isString concatStringsSep replaceStrings match split;
  id = x: x; const = x: y: x; flip = f: a: b: f b a;
  fix = f: let x = f x; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  composeExtensions = f: g: final: prev: let fApplied = f final prev; prev' = prev // fApplied; in fApplied // g final prev';
  composeManyExtensions = builtins.foldl' (acc: g: composeExtensions acc g) (final: prev: { });
  makeExtensible = rattrs: fix (self: rattrs self // { __unfix__ = rattrs; extend = f: makeExtensible (extends f rattrs); });
  optional = c: x: if c then [ x ] else [ ]; optionals = c: x: if c then x else [ ]; optionalString = c: s: if c then s else ""; optionalAttrs = c: a: if c then a else { };
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: set: listToAttrs (map (attr: f attr set.${attr}) (attrNames set));
  filterAttrs = pred: set: removeAttrs set (filter (name: !pred name set.${name}) (attrNames set));
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (attrNames attrs);
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  foldr = op: nul: list: let len = length list; fold' = n: if n == len then nul else op (builtins.elemAt list n) (fold' (n + 1)); in fold' 0;
  imap0 = f: list: genList (n: f n (builtins.elemAt list n)) (length list);
  unique = foldl' (acc: e: if elem e acc then acc else acc ++ [ e ]) [ ];
  flatten = x: if isList x then concatMap flatten x else [ x ];
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  recursiveUpdateUntil = pred: lhs: rhs: let f = attrPath: builtins.zipAttrsWith (n: values: let here = attrPath ++ [ n ]; in if length values == 1 || pred here (builtins.elemAt values 1) (head values) then head values else f here values); in f [ ] [ rhs lhs ];
  recursiveUpdate = recursiveUpdateUntil (path: lhs: rhs: !(isAttrs lhs && isAttrs rhs));
  attrByPath = path: default: set: if path == [ ] then set else if isAttrs set && set ? ${head path} then attrByPath (tail path) default set.${head path} else default;
  setAttrByPath = path: value: if path == [ ] then value else { ${head path} = setAttrByPath (tail path) value; };
  hasPrefix = pref: str: builtins.substring 0 (builtins.stringLength pref) str == pref;
  hasSuffix = suf: str: let l = builtins.stringLength str; s = builtins.stringLength suf; in l >= s && builtins.substring (l - s) s str == suf;
  removePrefix = p: s: if hasPrefix p s then builtins.substring (builtins.stringLength p) (-1) s else s;
  splitString = sep: s: filter isString (split (escapeRegex sep) s);
  escape = list: replaceStrings list (map (c: "\\${c}") list);
  stringToCharacters = s: map (p: builtins.substring p 1 s) (range 0 (builtins.stringLength s - 1));
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg = arg: let s = toString arg; in if match "[[:alnum:],._+:@%/-]+" s == null then "'${replaceStrings [ "'" ] [ "'\\''" ] s}'" else s;
  escapeShellArgs = builtins.concatStringsSep " " ;
  toUpper = replaceStrings (stringToCharacters "abcdefghijklmnopqrstuvwxyz") (stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  concatMapStringsSep = sep: f: l: concatStringsSep sep (map f l); concatStrings = concatStringsSep "";
  versionAtLeast = v1: v2: builtins.compareVersions v2 v1 != 1; versionOlder = v1: v2: builtins.compareVersions v2 v1 == 1;
  getAttrFromPath = path: set: attrByPath path (throw "cannot find attribute '${concatStringsSep "." path}'") set;
  functionArgs = f: if f ? __functor then f.__functionArgs or (functionArgs (f.__functor f)) else builtins.functionArgs f;
  setFunctionArgs = f: args: { __functor = self: f; __functionArgs = args; };
  mirrorFunctionArgs = f: g: setFunctionArgs g (functionArgs f);
  makeOverridable = f: mirrorFunctionArgs f (origArgs: let
      result = f origArgs;
      overrideWith = newArgs: origArgs // (if isFunction newArgs then newArgs origArgs else newArgs);
      overrideArgs = mirrorFunctionArgs f (newArgs: makeOverridable f (overrideWith newArgs));
      overrideResult = g: makeOverridable (mirrorFunctionArgs f (args: g (f args))) origArgs;
    in if isAttrs result then result // { override = overrideArgs; overrideDerivation = fdrv: overrideResult (x: overrideDerivation x fdrv); ${if result ? overrideAttrs then "overrideAttrs" else null} = fdrv: overrideResult (x: x.overrideAttrs fdrv); }
       else if isFunction result then setFunctionArgs result (functionArgs result) // { override = overrideArgs; } else result);
  overrideDerivation = drv: f: let newDrv = derivation (drv.drvAttrs // (f drv)); in newDrv // { meta = drv.meta or { }; };
  callPackageWith = autoArgs: fn: args: let f = if isFunction fn then fn else import fn; fargs = functionArgs f; allArgs = builtins.intersectAttrs fargs autoArgs // args;
     missing = filter (n: !fargs.${n} && !(allArgs ? ${n})) (attrNames fargs); in if missing == [ ] then makeOverridable f allArgs else throw "callPackage: missing ${concatStringsSep ", " missing}";
  # types and modules
  mkOptionType = a@{ name, check ? (x: true), merge ? mergeEqual, description ? name, ... }: { _type = "option-type"; inherit name check merge description; } // a;
  mkOption = a: { _type = "option"; } // a; isType = t: x: (x._type or "") == t;
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkDefault = mkOverride 1000; mkForce = mkOverride 50; mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500; mkAfter = mkOrder 1500;
  mergeEqual = loc: defs: if defs == [ ] then abort "impossible" else if length defs == 1 then (head defs).value else foldl' (f: d: if d.value != f.value then throw "The option `${showOption loc}' has conflicting definition values:${concatStrings (map (d: "\n- In `${d.file}': ${builtins.toJSON d.value}") defs)}" else f) (head defs) (tail defs) |> (d: d.value);
  showOption = concatStringsSep ".";
  types = rec {
    str = mkOptionType { name = "str"; description = "string"; check = isString; };
    int = mkOptionType { name = "int"; check = builtins.isInt; };
    bool = mkOptionType { name = "bool"; check = builtins.isBool; };
    lines = mkOptionType { name = "lines"; check = isString; merge = loc: defs: concatStringsSep "\n" (map (d: d.value) defs); };
    package = mkOptionType { name = "package"; check = x: isAttrs x && x.type or "" == "derivation"; };
    enum = values: mkOptionType { name = "enum"; description = "one of ${concatMapStringsSep ", " builtins.toJSON values}"; check = x: elem x values; };
    nullOr = t: mkOptionType { name = "nullOr"; check = x: x == null || t.check x; merge = loc: defs: if builtins.all (d: d.value == null) defs then null else t.merge loc defs; };
    listOf = t: mkOptionType { name = "listOf"; check = isList; merge = loc: defs: concatMap (d: imap0 (i: v: (mergeDefs (loc ++ [ "[definition ${toString i}]" ]) t [ { inherit (d) file; value = v; } ])) d.value) defs; };
    attrsOf = t: mkOptionType { name = "attrsOf"; check = isAttrs; merge = loc: defs: mapAttrs (n: ds: mergeDefs (loc ++ [ n ]) t ds) (builtins.zipAttrsWith (n: vs: vs) (map (d: mapAttrs (n: value: { inherit (d) file; inherit value; }) d.value) defs)); };
    submodule = m: mkOptionType { name = "submodule"; check = x: isAttrs x || isFunction x; merge = loc: defs: (evalModules { modules = [ m ] ++ map (d: { _file = d.file; imports = [ d.value ]; }) defs; specialArgs.name = builtins.elemAt loc (length loc - 1); prefix = loc; }).config; };
  };
  dischargeProperties = def: if isType "merge" def then concatMap dischargeProperties def.contents else if isType "if" def then (if def.condition then dischargeProperties def.content else [ ]) else [ def ];
  filterOverrides = defs: let prio = d: if isType "override" d.value then d.value.priority else 100; highest = foldl' (p: d: if prio d < p then prio d else p) 9999 defs; strip = d: if isType "override" d.value then d // { value = d.value.content; } else d; in concatMap (d: if prio d == highest then [ (strip d) ] else [ ]) defs;
  sortProperties = defs: let strip = d: if isType "order" d.value then d // { value = d.value.content; inherit (d.value) priority; } else d; in builtins.sort (a: b: (a.priority or 1000) < (b.priority or 1000)) (map strip defs);
  mergeDefs = loc: type: defs: let
      discharged = concatMap (d: map (value: { inherit (d) file; inherit value; }) (dischargeProperties d.value)) defs;
      final = sortProperties (filterOverrides discharged);
      bad = filter (d: !type.check d.value) final;
    in if final == [ ] then throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option."
       else if bad != [ ] then throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${concatStrings (map (d: "\n- In `${d.file}': ${builtins.toJSON d.value}") bad)}"
       else type.merge loc final;
  evalModules = { modules, specialArgs ? { }, prefix ? [ ] }: let
      args = { inherit config options; lib = import ./lib.nix; } // specialArgs;
      apply = m: let f = if isFunction m then m else if isAttrs m then (_: m) else import m; fa = builtins.functionArgs f; in f (if isFunction m || !isAttrs m then (if fa == { } then args else builtins.intersectAttrs fa args // mapAttrs (n: _: builtins.addErrorContext "while evaluating the module argument `${n}'" (args.${n} or config._module.args.${n})) (builtins.removeAttrs fa (attrNames args))) else args);
      collect = file: m: let r = apply m; file' = r._file or (if isString m || builtins.isPath m then toString m else file); body = if r ? config || r ? options then { options = r.options or { }; config = mkMerge [ (r.config or { }) ]; } else { options = { }; config = builtins.removeAttrs r [ "imports" "_file" "key" "disabledModules" ]; }; in [ (body // { file = file'; }) ] ++ concatMap (collect file') (r.imports or [ ]);
      all = concatMap (collect "<unknown-file>") modules;
      pushDown = cfg: if isType "merge" cfg then concatMap pushDown cfg.contents else if isType "if" cfg then map (mapAttrs (n: v: mkIf cfg.condition v)) (pushDown cfg.content) else if isType "override" cfg then map (mapAttrs (n: v: mkOverride cfg.priority v)) (pushDown cfg.content) else [ cfg ];
      defsFor = concatMap (m: map (c: { inherit (m) file; value = c; }) (pushDown m.config)) all;
      decls = map (m: m.options) all;
      mergeTree = loc: options: defs: builtins.mapAttrs (n: os: let
           here = loc ++ [ n ]; mine = concatMap (d: optional (d.value ? ${n}) { inherit (d) file; value = d.value.${n}; }) defs; o = head os;
         in if isType "option" o then builtins.addErrorContext "while evaluating the option `${showOption here}':" ((o.apply or id) (mergeDefs here (o.type or (mkOptionType { name = "unspecified"; })) (mine ++ optional (o ? default) { file = "<default>"; value = mkOverride 1500 o.default; })))
            else mergeTree here os (concatMap (d: map (value: { inherit (d) file; inherit value; }) (pushDown d.value)) mine)) (builtins.zipAttrsWith (n: vs: vs) options);
      undeclared = loc: options: defs: concatMap (d: concatMap (n: let here = loc ++ [ n ]; sub = filter (o: o ? ${n}) options; in if sub == [ ] then [ { inherit (d) file; loc = here; } ] else if isType "option" (head sub).${n} then [ ] else undeclared here (map (o: o.${n}) sub) (map (value: { inherit (d) file; inherit value; }) (pushDown d.value.${n}))) (attrNames d.value)) defs;
      wrong = undeclared prefix decls defsFor;
      options = decls;
      config = let tree = mergeTree prefix decls defsFor; in if wrong != [ ] then throw "The option `${showOption (head wrong).loc}' does not exist. Definition values:\n- In `${(head wrong).file}'" else tree;
    in { inherit config options; };
  # generators
  generators = rec {
    mkValueString = v: if v == true then "true" else if v == false then "false" else if v == null then "null" else if builtins.isFloat v then builtins.toJSON v else toString v;
    toINI = sections: concatStringsSep "\n" (mapAttrsToList (s: kv: "[${escape [ "[" "]" ] s}]\n" + concatStrings (mapAttrsToList (k: v: "${escape [ "=" ] k}=${mkValueString v}\n") kv)) sections);
    toPretty = let go = indent: v: if isString v then "\"" + escape [ "\"" "\\" "\${" ] v + "\"" else if isList v then (if v == [ ] then "[ ]" else "[${concatStrings (map (x: "\n${indent}  ${go (indent + "  ") x}") v)}\n${indent}]") else if isAttrs v then "{${concatStrings (mapAttrsToList (n: x: "\n${indent}  ${n} = ${go (indent + "  ") x};") v)}\n${indent}}" else if isFunction v then "<function>" else mkValueString v; in go "";
  };
}
