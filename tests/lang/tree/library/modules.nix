{ lib }:
let
  inherit (builtins) isFunction isAttrs map filter concatMap mapAttrs zipAttrsWith head length attrNames foldl' any intersectAttrs removeAttrs;
  types = lib.types;
in
rec {
  showOption = parts: builtins.concatStringsSep "." (map (p: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" p != null then p else builtins.toJSON p) parts);
  mkOption = args: args // { _type = "option"; };
  mkEnableOption = name: mkOption { default = false; example = true; description = "Whether to enable ${name}."; type = types.bool; };
  mkIf = condition: content: { _type = "if"; inherit condition content; };
  mkMerge = contents: { _type = "merge"; inherit contents; };
  mkOverride = priority: content: { _type = "override"; inherit priority content; };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
  mkOptionDefault = mkOverride 1500;
  mkOrder = priority: content: { _type = "order"; inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  unifyModuleSyntax = file: key: m:
    let bad = removeAttrs m [ "_class" "_file" "key" "disabledModules" "imports" "options" "config" "meta" "freeformType" ]; in
    if m ? config || m ? options then
      if bad != { } then throw "Module `${key}' has an unsupported attribute `${head (attrNames bad)}'. This is caused by introducing a top-level `config' or `options' attribute. Add configuration attributes immediately on the top level instead, or move all of them (namely: ${toString (attrNames bad)}) into the explicit `config' attribute."
      else { _file = toString (m._file or file); imports = m.imports or [ ]; options = m.options or { }; config = m.config or { }; freeformType = m.freeformType or null; }
    else { _file = toString (m._file or file); imports = m.imports or [ ]; options = { }; config = removeAttrs m [ "_file" "key" "imports" "freeformType" ]; freeformType = m.freeformType or null; };

  applyModuleArgs = key: f: args@{ config, ... }:
    let
      context = name: "while evaluating the module argument `${name}' in \"${key}\":";
      extraArgs = mapAttrs (name: _: builtins.addErrorContext (context name) (args.${name} or config._module.args.${name})) (lib.functionArgs f);
    in
    f (args // extraArgs);

  collectModules = args: modules:
    concatMap (m:
      let
        isPath = builtins.isPath m || builtins.isString m;
        file = if isPath then toString m else "<unknown-file>";
        loaded = if isPath then import m else m;
        applied = if isFunction loaded || loaded ? __functor then applyModuleArgs file loaded args else loaded;
        unified = unifyModuleSyntax file file applied;
      in
      [ unified ] ++ collectModules args unified.imports) modules;

  evalModules = { modules, prefix ? [ ], specialArgs ? { } }:
    let
      internal = { _file = "lib/modules.nix"; options._module.args = mkOption { type = types.attrsOf types.anything; }; options._module.check = mkOption { type = types.bool; default = true; }; };
      collected = collectModules ({ inherit config options lib; } // specialArgs) ([ internal ] ++ modules);
      freeform = lib.lists.findFirst (t: t != null) null (map (m: m.freeformType) collected);
      merged = mergeModules prefix collected;
      options = merged.matchedOptions;
      declared = lib.attrsets.mapAttrsRecursiveCond (v: v._type or null != "option") (_: v: v.value) options;
      unmatched = merged.unmatchedDefns;
      config =
        let
          base = if freeform == null then declared
            else lib.recursiveUpdate (freeform.merge prefix (map (d: { inherit (d) file; value = lib.setAttrByPath d.prefix d.value; }) unmatched)) declared;
        in
        if unmatched != [ ] && freeform == null && declared._module.check then
          let d = head unmatched; in
          throw ("The option `${showOption (prefix ++ d.prefix)}' does not exist. Definition values:${showDefs [ d ]}"
            + (let names = attrNames options; in if names == [ "_module" ] then "\n\nIt seems as if you're trying to declare an option by placing it into `config' rather than `options'!" else ""))
        else removeAttrs base [ "_module" ] // { inherit (declared) _module; };
    in
    { inherit options; config = removeAttrs config [ "_module" ]; };

  showDefs = defs: lib.concatMapStrings (d: "\n- In `${d.file}': ${lib.generators.toPretty { multiline = false; } d.value}") defs;

  mergeModules = prefix: modules: mergeModules' prefix (map (m: { inherit (m) _file options; }) modules) (concatMap (m: map (config: { file = m._file; inherit config; }) (pushDownProperties m.config)) modules);

  mergeModules' = prefix: decls: configs:
    let
      declsByName = zipAttrsWith (n: xs: xs) (map (d: mapAttrs (n: option: { inherit (d) _file; options = option; }) d.options) decls);
      defnsByName = zipAttrsWith (n: xs: concatMap (x: x) xs) (map (m: mapAttrs (n: value: map (v: { inherit (m) file; value = v; }) (pushDownProperties value)) m.config) configs);
      rawByName = zipAttrsWith (n: xs: xs) (map (m: mapAttrs (n: value: { inherit (m) file; inherit value; }) m.config) configs);
      resultsByName = mapAttrs (name: decls:
        let
          loc = prefix ++ [ name ];
          optionDecls = filter (m: m.options._type or null == "option") decls;
        in
        if length optionDecls == length decls then
          { matchedOptions = evalOptionValue loc (mergeOptionDecls loc decls) (rawByName.${name} or [ ]); unmatchedDefns = [ ]; }
        else if optionDecls != [ ] then
          throw "The option `${showOption loc}' in `${(head optionDecls)._file}' is a prefix of options in `${(lib.lists.findFirst (m: m.options._type or null != "option") null decls)._file}'."
        else mergeModules' loc decls (map (d: { inherit (d) file; config = d.value; }) (defnsByName.${name} or [ ]))) declsByName;
      matchedOptions = mapAttrs (n: v: v.matchedOptions) resultsByName;
      unmatchedByName = removeAttrs defnsByName (attrNames matchedOptions);
    in
    {
      inherit matchedOptions;
      unmatchedDefns = concatMap (n: map (d: d // { prefix = [ n ]; }) unmatchedByName.${n}) (attrNames unmatchedByName)
        ++ concatMap (n: map (d: d // { prefix = [ n ] ++ d.prefix; }) resultsByName.${n}.unmatchedDefns) (attrNames resultsByName);
    };

  mergeOptionDecls = loc: opts:
    foldl' (res: opt:
      if any (n: opt.options ? ${n} && res ? ${n}) [ "default" "example" "apply" ] then throw "The option `${showOption loc}' in `${opt._file}' is already declared in ${toString res.declarations}."
      else opt.options // res // { declarations = res.declarations ++ [ opt._file ]; }) { inherit loc; declarations = [ ]; } opts;

  evalOptionValue = loc: opt: defs:
    let
      defs' = lib.optionals (opt ? default) [ { file = head opt.declarations; value = mkOptionDefault opt.default; } ] ++ defs;
      res = mergeDefinitions loc (opt.type or types.anything) defs';
      value = if opt ? apply then opt.apply res.mergedValue else res.mergedValue;
    in
    opt // { value = builtins.addErrorContext "while evaluating the option `${showOption loc}':" value; inherit (res) isDefined; highestPrio = res.highestPrio; };

  mergeDefinitions = loc: type: defs:
    let
      defs' = concatMap (m: map (value: { inherit (m) file; inherit value; }) (builtins.addErrorContext "while evaluating definitions from `${m.file}':" (dischargeProperties m.value))) defs;
      prio = foldl' (p: d: lib.lists.min p (if d.value._type or null == "override" then d.value.priority else 100)) 9999 defs';
      strip = d: if d.value._type or null == "override" then d // { value = d.value.content; } else d;
      filtered = map strip (filter (d: (if d.value._type or null == "override" then d.value.priority else 100) == prio) defs');
      isOrdered = d: d.value._type or null == "order";
      sorted = if any isOrdered filtered then map (d: if isOrdered d then d // { value = d.value.content; } else d) (builtins.sort (a: b: (if isOrdered a then a.value.priority else 1000) < (if isOrdered b then b.value.priority else 1000)) filtered) else filtered;
    in
    rec {
      isDefined = sorted != [ ];
      highestPrio = prio;
      mergedValue =
        if isDefined then
          if builtins.all (d: type.check d.value) sorted then type.merge loc sorted
          else throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs (filter (d: !type.check d.value) sorted)}"
        else if type.emptyValue ? value then type.emptyValue.value
        else throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";
    };

  pushDownProperties = cfg:
    if cfg._type or "" == "merge" then concatMap pushDownProperties cfg.contents
    else if cfg._type or "" == "if" then map (mapAttrs (n: v: mkIf cfg.condition v)) (pushDownProperties cfg.content)
    else if cfg._type or "" == "override" then map (mapAttrs (n: v: mkOverride cfg.priority v)) (pushDownProperties cfg.content)
    else [ cfg ];
  dischargeProperties = def:
    if def._type or "" == "merge" then concatMap dischargeProperties def.contents
    else if def._type or "" == "if" then
      if builtins.isBool def.condition then if def.condition then dischargeProperties def.content else [ ]
      else throw "‘mkIf’ called with a non-Boolean condition"
    else [ def ];
}
