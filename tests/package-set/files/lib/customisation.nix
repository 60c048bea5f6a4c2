# How packages are called, and changed afterwards.
{ lib }:
let
  inherit (builtins) intersectAttrs unsafeGetAttrPos;
  inherit (lib)
    functionArgs isFunction isAttrs setFunctionArgs optionalAttrs attrNames filter elem
    concatStringsSep sortOn take length head mapAttrs seq flip extends
    ;
  inherit (lib.trivial) mirrorFunctionArgs;
in
rec {
  overrideDerivation =
    drv: f:
    let
      changed = derivation (drv.drvAttrs // f drv);
    in
    extendDerivation (seq drv.drvPath true) (
      (drv.passthru or { })
      // optionalAttrs (drv ? __spliced) {
        __spliced = { } // mapAttrs (_: spliced: overrideDerivation spliced f) drv.__spliced;
      }
    ) changed;

  # The result of `f` remembers what it was called with, and can be called again with other arguments.
  makeOverridable =
    f:
    let
      mirrorArgs = mirrorFunctionArgs f;
    in
    mirrorArgs (
      origArgs:
      let
        result = f origArgs;
        overrideWith = newArgs: origArgs // (if isFunction newArgs then newArgs origArgs else newArgs);
        overrideArgs = mirrorArgs (newArgs: makeOverridable f (overrideWith newArgs));
        overrideResult = g: makeOverridable (mirrorArgs (args: g (f args))) origArgs;
      in
      if isAttrs result then
        result
        // {
          override = overrideArgs;
          overrideDerivation = change: overrideResult (drv: overrideDerivation drv change);
          ${if result ? overrideAttrs then "overrideAttrs" else null} =
            change: overrideResult (drv: drv.overrideAttrs change);
        }
      else if isFunction result then
        setFunctionArgs result (functionArgs result)
        // {
          override = overrideArgs;
        }
      else
        result
    );

  callPackageWith =
    autoArgs: fn: args:
    let
      f = if isFunction fn then fn else import fn;
      fargs = functionArgs f;
      allArgs = intersectAttrs fargs autoArgs // args;
      missing = filter (name: !fargs.${name} && !allArgs ? ${name}) (attrNames fargs);
      near =
        name:
        let
          same = filter (other: lib.hasPrefix (builtins.substring 0 3 name) other) (attrNames autoArgs);
        in
        concatStringsSep ", " (take 3 (sortOn builtins.stringLength same));
      where =
        name:
        let
          at = unsafeGetAttrPos name fargs;
        in
        if at != null then "${at.file}:${toString at.line}" else "an unknown place";
      complain = name: "the function at ${where name} needs '${name}', which is not here; near are: ${near name}";
    in
    if missing == [ ] then
      makeOverridable f allArgs
    else
      throw "callPackageWith: ${complain (head missing)}";

  callPackagesWith =
    autoArgs: fn: args:
    let
      f = if isFunction fn then fn else import fn;
      auto = intersectAttrs (functionArgs f) autoArgs;
      mkAttrOverridable = name: _: makeOverridable (mirrorFunctionArgs f (newArgs: (f newArgs).${name})) (auto // args);
      pkgs = f (auto // args);
    in
    if lib.isDerivation pkgs then
      throw "callPackages: got one derivation where a set of them is expected"
    else
      mapAttrs mkAttrOverridable pkgs;

  # Adds attributes to a derivation and to each of its outputs, behind a condition.
  extendDerivation =
    condition: passthru: drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = drv // builtins.listToAttrs outputsList // { all = map (x: x.value) outputsList; } // passthru;
      outputToAttrListElement = outputName: {
        name = outputName;
        value =
          common
          // {
            inherit (drv.${outputName}) type outputName;
            outputSpecified = true;
            drvPath =
              assert condition;
              drv.${outputName}.drvPath;
            outPath =
              assert condition;
              drv.${outputName}.outPath;
          }
          // optionalAttrs (passthru ? overrideAttrs) {
            overrideAttrs = f: (passthru.overrideAttrs f).${outputName};
          };
      };
      outputsList = map outputToAttrListElement outputs;
    in
    common
    // {
      drvPath =
        assert condition;
        drv.drvPath;
      outPath =
        assert condition;
        drv.outPath;
    };

  hydraJob =
    drv:
    let
      outputs = drv.outputs or [ "out" ];
      common = {
        inherit (drv) name system meta;
        inherit outputs;
      }
      // optionalAttrs (drv._hydraAggregate or false) {
        _hydraAggregate = true;
        constituents = map hydraJob (lib.flatten drv.constituents);
      };
      makeOutput = outputName: {
        name = outputName;
        value = common // {
          outPath = drv.${outputName}.outPath;
          drvPath = drv.${outputName}.drvPath;
          type = "derivation";
          inherit outputName;
        };
      };
      outputsList = map makeOutput outputs;
    in
    if drv == null then null else common // builtins.listToAttrs outputsList // (head outputsList).value;

  makeScope =
    newScope: f:
    let
      self = f self // {
        newScope = scope: newScope (self // scope);
        callPackage = self.newScope { };
        overrideScope = g: makeScope newScope (extends g f);
        packages = f;
      };
    in
    self;

  makeScopeWithSplicing' =
    { splicePackages, newScope }:
    {
      otherSplices,
      keep ? (_self: { }),
      extra ? (_spliced0: { }),
      f,
    }:
    let
      spliced0 = splicePackages {
        pkgsBuildBuild = otherSplices.selfBuildBuild;
        pkgsBuildHost = otherSplices.selfBuildHost;
        pkgsBuildTarget = otherSplices.selfBuildTarget;
        pkgsHostHost = otherSplices.selfHostHost;
        pkgsHostTarget = self;
        pkgsTargetTarget = otherSplices.selfTargetTarget;
      };
      spliced = extra spliced0 // spliced0 // keep self;
      self = f self // {
        newScope = scope: newScope (spliced // scope);
        callPackage = newScope spliced;
        overrideScope =
          g:
          makeScopeWithSplicing' { inherit splicePackages newScope; } {
            inherit otherSplices keep extra;
            f = extends g f;
          };
        packages = f;
      };
    in
    self;
}
