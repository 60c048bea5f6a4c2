{ lib }:
rec {
  overrideDerivation = drv: f: let newDrv = derivation (drv.drvAttrs // (f drv)); in newDrv // { inherit (drv) meta passthru; };
  makeOverridable = f: origArgs:
    let
      result = f origArgs;
      overrideWith = newArgs: origArgs // (if builtins.isFunction newArgs then newArgs origArgs else newArgs);
    in
    if builtins.isAttrs result then
      result // {
        override = newArgs: makeOverridable f (overrideWith newArgs);
        overrideDerivation = fdrv: makeOverridable (args: overrideDerivation (f args) fdrv) origArgs;
        ${if result ? overrideAttrs then "overrideAttrs" else null} = fdrv: makeOverridable (args: (f args).overrideAttrs fdrv) origArgs;
      }
    else if builtins.isFunction result then lib.setFunctionArgs result (lib.functionArgs result) // { override = newArgs: makeOverridable f (overrideWith newArgs); }
    else result;
  callPackageWith = autoArgs: fn: args:
    let
      f = if builtins.isFunction fn then fn else import fn;
      fargs = lib.functionArgs f;
      allArgs = builtins.intersectAttrs fargs autoArgs // args;
      missing = lib.filterAttrs (name: value: !value) (removeAttrs fargs (builtins.attrNames allArgs));
      suggestions = arg: builtins.filter (n: lib.strings.levenshtein arg n <= 2) (builtins.attrNames (autoArgs // args));
      pretty = s: if s == [ ] then "" else if builtins.length s == 1 then ", did you mean ${builtins.toJSON (builtins.head s)}?" else ", did you mean ${builtins.concatStringsSep ", " (map builtins.toJSON (lib.init s))} or ${builtins.toJSON (lib.last s)}?";
      errorForArg = arg: let loc = builtins.unsafeGetAttrPos arg fargs; in "Function called without required argument \"${arg}\"${if loc != null then " at ${baseNameOf loc.file}:${toString loc.line}" else ""}${pretty (suggestions arg)}";
    in
    if missing == { } then makeOverridable f allArgs
    else abort "lib.customisation.callPackageWith: ${errorForArg (builtins.head (builtins.attrNames missing))}";
  makeScope = newScope: f:
    let self = f self // { newScope = scope: newScope (self // scope); callPackage = self.newScope { }; overrideScope = g: makeScope newScope (lib.extends g f); packages = f; }; in self;
  mkDerivation = fnOrAttrs: if builtins.isFunction fnOrAttrs then makeDerivationExtensible fnOrAttrs else makeDerivationExtensible (_: fnOrAttrs);
  makeDerivationExtensible = rattrs:
    let
      args = rattrs (args // { inherit finalPackage overrideAttrs; });
      overrideAttrs = f0: makeDerivationExtensible (final: let prev = rattrs final; thisOverlay = if builtins.isFunction f0 then (let r = f0 final; in if builtins.isFunction r then f0 final prev else f0 prev) else f0; in prev // thisOverlay);
      finalPackage = mkDerivationSimple overrideAttrs args;
    in
    finalPackage;
  extendDerivation = condition: passthru: drv:
    let outputToAttrListElement = outputName: { name = outputName; value = drv.${outputName} // passthru // { outPath = assert condition; drv.${outputName}.outPath; drvPath = assert condition; drv.drvPath; outputSpecified = true; }; }; in
    drv // passthru // builtins.listToAttrs (map outputToAttrListElement (drv.outputs or [ "out" ])) // { outPath = assert condition; drv.outPath; drvPath = assert condition; drv.drvPath; };
  mkDerivationSimple = overrideAttrs: { pname ? null, version ? null, name ? "${pname}-${version}", system ? "x86_64-linux", buildInputs ? [ ], nativeBuildInputs ? [ ], meta ? { }, passthru ? { }, outputs ? [ "out" ], doCheck ? false, env ? { }, ... }@attrs:
    let
      unsupported = builtins.filter (i: (i.meta.broken or false)) (buildInputs ++ nativeBuildInputs);
      drv = derivation (removeAttrs attrs [ "meta" "passthru" "pname" "version" "env" ] // env // {
        inherit name system outputs;
        builder = "/bin/sh";
        args = [ "-e" (attrs.builder or ./build.sh) ];
        buildInputs = map (x: x.dev or x) buildInputs;
        nativeBuildInputs = map (x: x.__spliced.buildHost or x.dev or x) nativeBuildInputs;
        ${if doCheck then "doCheck" else null} = doCheck;
      });
      check =
        if meta.broken or false then throw "Package ‘${name}’ in ${toString (builtins.unsafeGetAttrPos "pname" attrs).line or "?"} is marked as broken, refusing to evaluate."
        else if !(meta.license.free or true) then throw "Package ‘${name}’ has an unfree license (‘${meta.license.shortName}’), refusing to evaluate."
        else if unsupported != [ ] then throw "Package ‘${name}’ depends on broken ${toString (map (x: x.name) unsupported)}"
        else true;
    in
    assert lib.assertMsg (pname != null -> version != null) "mkDerivation: pname without version";
    extendDerivation check ({ inherit meta passthru overrideAttrs; } // passthru) drv;
}
