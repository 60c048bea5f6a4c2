# A library in the manner of those that people keep beside their packages.
let
  makeExtensible' = rattrs: fix' (self: (rattrs self) // { extend = f: makeExtensible' (extends f rattrs); });
  fix' = f: let x = f x // { __unfix__ = f; }; in x;
  extends = overlay: f: final: let prev = f final; in prev // overlay final prev;
  lib = makeExtensible' (self: {
    fixedPoints = import ./fixed-points.nix { lib = self; };
    strings = import ./strings.nix { lib = self; };
    lists = import ./lists.nix { lib = self; };
    attrsets = import ./attrsets.nix { lib = self; };
    modules = import ./modules.nix { lib = self; };
    types = import ./types.nix { lib = self; };
    generators = import ./generators.nix { lib = self; };
    customisation = import ./customisation.nix { lib = self; };
    sources = import ./sources.nix { lib = self; };
    inherit (self.fixedPoints) fix extends composeExtensions composeManyExtensions makeExtensible converge;
    inherit (self.strings) concatMapStrings concatStringsSep hasPrefix hasSuffix removePrefix removeSuffix splitString optionalString escapeShellArg toUpper toLower versionOlder versionAtLeast;
    inherit (self.lists) foldr flatten unique optional optionals range toposort last init reverseList imap0 findFirst zipLists sortOn groupBy';
    inherit (self.attrsets) recursiveUpdate mapAttrsRecursive mapAttrsToList filterAttrs genAttrs nameValuePair mapAttrs' optionalAttrs attrByPath setAttrByPath getAttrFromPath collect foldAttrs zipAttrs;
    inherit (self.modules) evalModules mkIf mkMerge mkForce mkDefault mkOverride mkOrder mkBefore mkAfter mkOption mkEnableOption;
    inherit (self.customisation) makeOverridable callPackageWith overrideDerivation makeScope;
    assertMsg = pred: msg: pred || builtins.trace msg false;
    assertOneOf = name: val: xs: self.assertMsg (builtins.elem val xs) "${name} must be one of ${self.generators.toPretty { } xs}, but is: ${self.generators.toPretty { } val}";
    throwIf = cond: msg: if cond then throw msg else x: x;
    throwIfNot = cond: msg: if cond then x: x else throw msg;
    warnIf = cond: msg: if cond then builtins.warn msg else x: x;
    pipe = builtins.foldl' (x: f: f x);
    flip = f: a: b: f b a;
    const = x: y: x;
    id = x: x;
    functionArgs = f: if f ? __functor then f.__functionArgs or (self.functionArgs (f.__functor f)) else builtins.functionArgs f;
    setFunctionArgs = f: args: { __functor = _: f; __functionArgs = args; };
    licenses = builtins.mapAttrs (shortName: l: { inherit shortName; free = l.free or true; } // l) {
      mit = { fullName = "MIT License"; spdxId = "MIT"; };
      unfree = { fullName = "Unfree"; free = false; };
    };
    systems.elaborate = system: let m = builtins.match "([^-]+)-([^-]+)(-([^-]+))?" system; in
      if m == null then throw "bad system '${system}'" else { inherit system; cpu = builtins.head m; kernel = builtins.elemAt m 1; isLinux = builtins.elemAt m 1 == "linux"; config = "${builtins.head m}-unknown-${builtins.elemAt m 1}-gnu"; };
  });
in lib
