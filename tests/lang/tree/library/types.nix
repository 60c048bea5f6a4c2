{ lib }:
let
  inherit (builtins) isInt isString isBool isAttrs isList isFunction typeOf head length mapAttrs all elem concatStringsSep;
  showFiles = defs: builtins.concatStringsSep ", " (map (d: "`${toString d.file}'") defs);
in
rec {
  mkOptionType = { name, description ? null, check ? (x: true), merge ? mergeDefault, emptyValue ? { }, getSubOptions ? (prefix: { }), functor ? null }:
    { _type = "option-type"; inherit name check merge emptyValue getSubOptions functor; description = if description == null then name else description; };
  mergeDefault = loc: defs: if length defs == 1 then (head defs).value else throw "The option `${lib.modules.showOption loc}' is defined multiple times in ${showFiles defs}";
  mergeEqual = loc: defs:
    if defs == [ ] then abort "This case should never happen."
    else if length defs == 1 then (head defs).value
    else (builtins.foldl' (first: def: if def.value != first.value then throw "The option `${lib.modules.showOption loc}' has conflicting definition values:${lib.concatMapStrings (d: "\n- In `${toString d.file}': ${lib.generators.toPretty { } d.value}") [ first def ]}" else first) (head defs) (builtins.tail defs)).value;
  bool = mkOptionType { name = "bool"; description = "boolean"; check = isBool; merge = mergeEqual; };
  int = mkOptionType { name = "int"; description = "signed integer"; check = isInt; merge = mergeEqual; };
  ints.between = lowest: highest: assert lib.assertMsg (lowest <= highest) "ints.between: lowest must be smaller than highest";
    addCheck int (x: x >= lowest && x <= highest) // { description = "integer between ${toString lowest} and ${toString highest} (both inclusive)"; };
  port = ints.between 0 65535;
  str = mkOptionType { name = "str"; description = "string"; check = isString; merge = mergeEqual; };
  lines = mkOptionType { name = "separatedString"; description = "strings concatenated with \"\\n\""; check = isString; merge = loc: defs: concatStringsSep "\n" (map (d: d.value) defs); };
  anything = mkOptionType { name = "anything"; merge = loc: defs:
    let t = typeOf (head defs).value; in
    if all (d: isAttrs d.value) defs then mapAttrs (n: v: v.mergedValue) (mergeAttrs anything loc defs) else mergeEqual loc defs; };
  package = mkOptionType { name = "package"; check = x: lib.attrsets.isDerivation x; };
  enum = values: mkOptionType { name = "enum"; description = "one of ${concatStringsSep ", " (map builtins.toJSON values)}"; check = x: elem x values; merge = mergeEqual; };
  nullOr = t: mkOptionType { name = "nullOr"; description = "null or ${t.description}"; check = x: x == null || t.check x;
    merge = loc: defs: if all (d: d.value == null) defs then null else if lib.lists.findFirst (d: d.value == null) null defs != null then throw "The option `${lib.modules.showOption loc}` is defined both null and not null, in ${showFiles defs}." else t.merge loc defs; emptyValue = { value = null; }; };
  listOf = t: mkOptionType { name = "listOf"; description = "list of ${t.description}"; check = isList; emptyValue = { value = [ ]; };
    merge = loc: defs: builtins.concatLists (map (d: lib.lists.imap0 (n: v: (lib.modules.mergeDefinitions (loc ++ [ "[definition ${toString n}]" ]) t [ { inherit (d) file; value = v; } ]).mergedValue) d.value) defs); };
  mergeAttrs = t: loc: defs: builtins.zipAttrsWith (name: ds: lib.modules.mergeDefinitions (loc ++ [ name ]) t ds) (map (d: mapAttrs (n: v: { inherit (d) file; value = v; }) d.value) defs);
  attrsOf = t: mkOptionType { name = "attrsOf"; description = "attribute set of ${t.description}"; check = isAttrs; emptyValue = { value = { }; };
    merge = loc: defs: mapAttrs (n: v: v.mergedValue) (lib.filterAttrs (n: v: v.isDefined) (mergeAttrs t loc defs)); };
  submodule = modules: submoduleWith { modules = lib.lists.flatten [ modules ]; };
  submoduleWith = { modules, specialArgs ? { } }: mkOptionType { name = "submodule"; check = x: isAttrs x || isFunction x; emptyValue = { value = { }; };
    merge = loc: defs: (lib.modules.evalModules { inherit specialArgs; prefix = loc; modules = modules ++ [ { config._module.args.name = lib.lists.last loc; } ] ++ map (d: { _file = d.file; imports = [ d.value ]; }) defs; }).config; };
  either = t1: t2: mkOptionType { name = "either"; description = "${t1.description} or ${t2.description}"; check = x: t1.check x || t2.check x;
    merge = loc: defs: let vs = map (d: d.value) defs; in if all t1.check vs then t1.merge loc defs else if all t2.check vs then t2.merge loc defs else mergeDefault loc defs; };
  oneOf = ts: builtins.foldl' either (head ts) (builtins.tail ts);
  addCheck = elemType: check: elemType // { check = x: elemType.check x && check x; };
  apply = t: f: t // { merge = loc: defs: f (t.merge loc defs); };
}
