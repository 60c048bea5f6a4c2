# Modules: sets of options and definitions, evaluated together as one fixed point.
{ lib }:
let
  inherit (lib)
    all any attrByPath attrNames catAttrs concatLists concatMap concatStringsSep elem filter foldl' functionArgs
    getAttrFromPath hasPrefix head id imap1 isAttrs isBool isFunction isList isOption isPath isString isStringLike length
    mapAttrs mapAttrsToList mapAttrsRecursiveCond min optional optionalAttrs optionalString recursiveUpdate
    reverseList setAttrByPath showFiles showOption sort tail take throwIf types zipAttrsWith
    mkOption
    ;
  inherit (lib.options) showDefs;
  inherit (builtins) unsafeGetAttrPos;

  defaultOverridePriority = 100;
  defaultOrderPriority = 1000;
in
rec {
  evalModules =
    {
      modules,
      prefix ? [ ],
      specialArgs ? { },
      class ? null,
    }:
    let
      internalModule = {
        _file = "lib/modules.nix";
        key = "lib/modules.nix";
        options._module = {
          args = mkOption {
            type = types.lazyAttrsOf types.raw;
            internal = true;
            description = "Arguments that every module can take.";
          };
          check = mkOption {
            type = types.bool;
            internal = true;
            default = true;
            description = "Whether definitions must have options.";
          };
          freeformType = mkOption {
            type = types.nullOr types.raw;
            internal = true;
            default = null;
            description = "The type of definitions without an option.";
          };
        };
        config._module.args = {
          inherit extendModules;
          moduleType = type;
        };
      };
      regular = collectModules class (modules ++ [ internalModule ]) (
        {
          inherit config options specialArgs lib;
          _class = class;
        }
        // specialArgs
      );
      merged = mergeModules prefix (reverseList regular);
      options = merged.matchedOptions;
      config =
        let
          declared = mapAttrsRecursiveCond (v: !isOption v) (_: v: v.value) options;
          freeform =
            let
              defs = map (def: {
                file = def.file;
                value = setAttrByPath def.prefix def.value;
              }) merged.unmatchedDefns;
            in
            if defs == [ ] then { } else declared._module.freeformType.merge prefix defs;
        in
        if declared._module.freeformType == null then declared else recursiveUpdate freeform declared;
      checkUnmatched =
        if config._module.check && config._module.freeformType == null && merged.unmatchedDefns != [ ] then
          let
            first = head merged.unmatchedDefns;
            name = showOption (prefix ++ first.prefix);
          in
          throw "The option `${name}' does not exist. Definition values:${showDefs [ first ]}"
        else
          null;
      checked = builtins.seq checkUnmatched;
      extendModules =
        extension:
        evalModules {
          inherit class;
          modules = modules ++ (extension.modules or [ ]);
          specialArgs = specialArgs // (extension.specialArgs or { });
          prefix = extension.prefix or prefix;
        };
      type = types.submoduleWith { inherit modules specialArgs class; };
      result = {
        _type = "configuration";
        options = checked options;
        config = checked (removeAttrs config [ "_module" ]);
        _module = checked config._module;
        inherit extendModules type class;
      };
    in
    result;

  # All modules with their imports, each once.
  collectModules =
    class: initial: args:
    let
      load =
        parentFile: parentKey: index: module:
        let
          fallbackKey = "${parentKey}:anon-${toString index}";
        in
        if isFunction module then
          unifyModuleSyntax parentFile fallbackKey (applyModuleArgs fallbackKey module args)
        else if isAttrs module then
          if module._type or "module" == "module" then
            unifyModuleSyntax parentFile fallbackKey module
          else
            throw "Could not load a value as a module, because it is of type ${builtins.toJSON module._type}, in file ${toString parentFile}."
        else if isList module then
          load parentFile parentKey index { _file = parentFile; imports = module; }
        else
          let
            file = toString module;
          in
          unifyModuleSyntax file file (applyModuleArgsIfFunction file (import module) args);
      collect =
        parentFile: parentKey: modules:
        imap1 (
          index: module:
          let
            loaded = load parentFile parentKey index module;
          in
          {
            key = loaded.key;
            module = loaded;
            imports = collect loaded._file loaded.key loaded.imports;
            disabled = loaded.disabledModules;
          }
        ) modules;
      roots = collect "<unknown-file>" "" initial;
      closure = builtins.genericClosure {
        startSet = roots;
        operator = node: node.imports;
      };
      disabled = map toString (concatMap (node: node.disabled) closure);
    in
    map (node: node.module) (filter (node: !elem node.key disabled) closure);

  applyModuleArgsIfFunction = key: f: args: if isFunction f then applyModuleArgs key f args else f;
  # What a module asks for by name comes from `_module.args`, lazily.
  applyModuleArgs =
    key: f: args@{ config, ... }:
    let
      extra = mapAttrs (
        name: _:
        builtins.addErrorContext "while evaluating the module argument `${name}' in \"${key}\":" (
          args.${name} or config._module.args.${name}
        )
      ) (functionArgs f);
    in
    f (args // extra);

  unifyModuleSyntax =
    file: key: m:
    if m ? config || m ? options then
      let
        bad = removeAttrs m [ "_class" "_file" "key" "disabledModules" "imports" "options" "config" "meta" "freeformType" ];
      in
      if bad != { } then
        throw "Module `${key}' has an unsupported attribute `${head (attrNames bad)}'. This is caused by introducing a top-level `config' or `options' attribute."
      else
        {
          _file = toString m._file or file;
          key = toString m.key or key;
          disabledModules = m.disabledModules or [ ];
          imports = m.imports or [ ];
          options = m.options or { };
          config =
            let
              addFreeform = c: if m ? freeformType then mkMerge [ c { _module.freeformType = m.freeformType; } ] else c;
            in
            addFreeform (m.config or { });
        }
    else
      throwIf (!isAttrs m) "module ${file} (${key}) does not look like a module." {
        _file = toString m._file or file;
        key = toString m.key or key;
        disabledModules = m.disabledModules or [ ];
        imports = m.require or [ ] ++ m.imports or [ ];
        options = { };
        config = removeAttrs m [ "_class" "_file" "key" "disabledModules" "require" "imports" "freeformType" ];
      };

  setDefaultModuleLocation = file: m: {
    _file = file;
    imports = [ m ];
  };

  mergeModules =
    prefix: modules:
    mergeModules' prefix modules (
      concatMap (
        m:
        map (config: {
          file = m._file;
          inherit config;
        }) (pushDownProperties m.config)
      ) modules
    );

  mergeModules' =
    prefix: modules: configs:
    let
      declsByName = zipAttrsWith (n: concatLists) (
        map (
          module:
          mapAttrs (n: option: [
            {
              inherit (module) _file;
              pos = unsafeGetAttrPos n module.options;
              options = option;
            }
          ]) module.options
        ) modules
      );
      checkedConfigs = map (
        c:
        if !isAttrs c.config then
          throw "In module `${c.file}', you're trying to define a value of type `${builtins.typeOf c.config}' rather than an attribute set for the option `${showOption prefix}'!"
        else
          c
      ) configs;
      pushed = zipAttrsWith (n: concatLists) (
        map (
          module:
          mapAttrs (
            n: value:
            map (config: {
              inherit (module) file;
              inherit config;
            }) (pushDownProperties value)
          ) module.config
        ) checkedConfigs
      );
      rawDefs = zipAttrsWith (n: values: values) (
        map (
          module:
          mapAttrs (n: value: {
            inherit (module) file;
            inherit value;
          }) module.config
        ) checkedConfigs
      );
      results = mapAttrs (
        name: decls:
        let
          loc = prefix ++ [ name ];
          optionDecls = filter (m: m.options ? _type && isOption m.options) decls;
          defns = pushed.${name} or [ ];
          defns' = rawDefs.${name} or [ ];
        in
        if length optionDecls == length decls then
          {
            matchedOptions = evalOptionValue loc (mergeOptionDecls loc decls) defns';
            unmatchedDefns = [ ];
          }
        else if optionDecls != [ ] then
          throw "The option `${showOption loc}' in `${(head optionDecls)._file}' would be a parent of other options declared in ${showFiles (map (d: d._file) decls)}"
        else
          mergeModules' loc decls defns
      ) declsByName;
      unmatched =
        concatLists (
          mapAttrsToList (name: defs: map (def: def // { prefix = [ name ] ++ (def.prefix or [ ]); }) defs.unmatchedDefns) results
        )
        ++ concatLists (
          mapAttrsToList (
            name: defs:
            if declsByName ? ${name} then
              [ ]
            else
              map (def: {
                inherit (def) file value;
                prefix = [ name ];
              }) defs
          ) rawDefs
        );
    in
    {
      matchedOptions = mapAttrs (n: v: v.matchedOptions) results;
      unmatchedDefns = unmatched;
    };

  # Several declarations of one option.
  mergeOptionDecls =
    loc: opts:
    foldl'
      (
        res: opt:
        let
          t = res.type;
          t' = opt.options.type;
          mergedType = t.typeMerge t'.functor;
          typesMergeable = mergedType != null;
          typeSet = if opt.options ? type && res ? type && typesMergeable then { type = mergedType; } else { };
          bothHave = k: opt.options ? ${k} && res ? ${k};
        in
        if bothHave "default" || bothHave "example" || bothHave "description" || bothHave "apply" || (bothHave "type" && !typesMergeable) then
          throw "The option `${showOption loc}' in `${opt._file}' is already declared in ${showFiles res.declarations}."
        else
          res
          // opt.options
          // {
            declarations = res.declarations ++ [ opt._file ];
            declarationPositions = res.declarationPositions ++ optional (opt.pos != null) opt.pos;
          }
          // typeSet
      )
      {
        inherit loc;
        declarations = [ ];
        declarationPositions = [ ];
        options = [ ];
      }
      opts;

  evalOptionValue =
    loc: opt: defs:
    let
      defs' =
        (optional (opt ? default) {
          file = head opt.declarations;
          value = mkOptionDefault opt.default;
        })
        ++ defs;
      res =
        if opt.readOnly or false && length defs' > 1 then
          throw "The option `${showOption loc}' is read-only, but it's set multiple times. Definition values:${showDefs defs'}"
        else
          mergeDefinitions loc opt.type or types.unspecified defs';
      value = if opt ? apply then opt.apply res.mergedValue else res.mergedValue;
    in
    opt
    // {
      value = builtins.addErrorContext "while evaluating the option `${showOption loc}':" value;
      inherit (res.defsFinal') highestPrio;
      definitions = map (def: def.value) res.defsFinal;
      files = map (def: def.file) res.defsFinal;
      definitionsWithLocations = res.defsFinal;
      inherit (res) isDefined;
      type = opt.type or types.unspecified;
      __toString = _: showOption loc;
    };

  mergeDefinitions = loc: type: defs: rec {
    defsFinal' =
      let
        discharged = concatMap (
          m:
          map (value: {
            inherit value;
            inherit (m) file;
          }) (builtins.addErrorContext "while evaluating definitions from `${m.file}':" (dischargeProperties m.value))
        ) defs;
        overridden = filterOverrides' discharged;
        sorted = if any (def: def.value._type or "" == "order") overridden.values then sortProperties overridden.values else overridden.values;
      in
      {
        values = sorted;
        inherit (overridden) highestPrio;
      };
    defsFinal = defsFinal'.values;
    mergedValue =
      if isDefined then
        if all (def: type.check def.value) defsFinal then
          type.merge loc defsFinal
        else
          let
            invalid = filter (def: !type.check def.value) defsFinal;
          in
          throw "A definition for option `${showOption loc}' is not of type `${type.description}'. Definition values:${showDefs invalid}"
      else
        throw "The option `${showOption loc}' was accessed but has no value defined. Try setting the option.";
    isDefined = defsFinal != [ ];
    optionalValue = if isDefined then { value = mergedValue; } else { };
  };

  # Moves conditions and merges from a set to what is in it.
  pushDownProperties =
    cfg:
    if cfg._type or "" == "merge" then
      concatMap pushDownProperties cfg.contents
    else if cfg._type or "" == "if" then
      map (mapAttrs (n: v: mkIf cfg.condition v)) (pushDownProperties cfg.content)
    else if cfg._type or "" == "override" then
      map (mapAttrs (n: v: mkOverride cfg.priority v)) (pushDownProperties cfg.content)
    else
      [ cfg ];

  dischargeProperties =
    def:
    if def._type or "" == "merge" then
      concatMap dischargeProperties def.contents
    else if def._type or "" == "if" then
      if isBool def.condition then
        if def.condition then dischargeProperties def.content else [ ]
      else
        throw "'mkIf' called with a non-Boolean condition"
    else
      [ def ];

  filterOverrides = defs: (filterOverrides' defs).values;
  filterOverrides' =
    defs:
    let
      getPrio = def: if def.value._type or "" == "override" then def.value.priority else defaultOverridePriority;
      highestPrio = foldl' (prio: def: min (getPrio def) prio) 9999 defs;
      strip = def: if def.value._type or "" == "override" then def // { value = def.value.content; } else def;
    in
    {
      values = concatMap (def: if getPrio def == highestPrio then [ (strip def) ] else [ ]) defs;
      inherit highestPrio;
    };

  sortProperties =
    defs:
    let
      strip = def: if def.value._type or "" == "order" then def // { value = def.value.content; inherit (def.value) priority; } else def;
      compare = a: b: (a.priority or defaultOrderPriority) < (b.priority or defaultOrderPriority);
    in
    sort compare (map strip defs);

  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkAssert = assertion: message: content: mkIf (if assertion then true else throw "\nFailed assertion: ${message}") content;
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkOptionDefault = mkOverride 1500;
  mkDefault = mkOverride 1000;
  mkImageMediaOverride = mkOverride 60;
  mkForce = mkOverride 50;
  mkVMOverride = mkOverride 10;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  mkAliasDefinitions = mkAliasAndWrapDefinitions id;
  mkAliasAndWrapDefinitions = wrap: option: mkIf (option.isDefined) (wrap (mkMerge option.definitions));

  mkRemovedOptionModule =
    path: replacement:
    { options, ... }:
    {
      options = setAttrByPath path (mkOption {
        visible = false;
        apply = x: throw "The option `${showOption path}' can no longer be used since it's been removed. ${replacement}";
      });
      config.assertions =
        let
          opt = getAttrFromPath path options;
        in
        [
          {
            assertion = !opt.isDefined;
            message = "The option definition `${showOption path}' in ${showFiles opt.files} no longer has any effect; please remove it.\n${replacement}";
          }
        ];
    };
  mkRenamedOptionModule =
    from: to:
    { config, options, ... }:
    let
      fromOpt = getAttrFromPath from options;
      toType = (attrByPath to { } options).type or (types.submodule { });
    in
    {
      options = setAttrByPath from (
        mkOption {
          visible = false;
          description = "Alias of {option}`${showOption to}`.";
          apply = x: getAttrFromPath to config;
        }
        // optionalAttrs (toType != null) { type = toType; }
      );
      config = mkMerge [
        {
          warnings = optional (fromOpt.isDefined) "The option `${showOption from}' defined in ${showFiles fromOpt.files} has been renamed to `${showOption to}'.";
        }
        (setAttrByPath to (mkAliasDefinitions fromOpt))
      ];
    };
}
