# Splicing: where packages of several platforms meet under one name, `__spliced` tells them apart.
lib: pkgs: actuallySplice:
let
  spliceReal =
    {
      pkgsBuildBuild,
      pkgsBuildHost,
      pkgsBuildTarget,
      pkgsHostHost,
      pkgsHostTarget,
      pkgsTargetTarget,
    }:
    let
      # What is meant most often comes last.
      mash = pkgsBuildBuild // pkgsBuildTarget // pkgsHostHost // pkgsTargetTarget // pkgsBuildHost // pkgsHostTarget;
      merge = name: {
        inherit name;
        value =
          let
            defaultValue = mash.${name};
            tryGet =
              value:
              let
                result = builtins.tryEval value;
              in
              if result.success then result.value else { };
            valueBuildBuild = pkgsBuildBuild.${name} or { };
            valueBuildHost = pkgsBuildHost.${name} or { };
            valueBuildTarget = pkgsBuildTarget.${name} or { };
            valueHostHost = pkgsHostHost.${name} or { };
            valueHostTarget = pkgsHostTarget.${name} or { };
            valueTargetTarget = pkgsTargetTarget.${name} or { };
            augmentedValue = defaultValue // {
              __spliced =
                (lib.optionalAttrs (pkgsBuildBuild ? ${name}) { buildBuild = valueBuildBuild; })
                // (lib.optionalAttrs (pkgsBuildHost ? ${name}) { buildHost = valueBuildHost; })
                // (lib.optionalAttrs (pkgsBuildTarget ? ${name}) { buildTarget = valueBuildTarget; })
                // (lib.optionalAttrs (pkgsHostHost ? ${name}) { hostHost = valueHostHost; })
                // (lib.optionalAttrs (pkgsHostTarget ? ${name}) { hostTarget = valueHostTarget; })
                // (lib.optionalAttrs (pkgsTargetTarget ? ${name}) { targetTarget = valueTargetTarget; });
            };
            getOutputs =
              value: lib.genAttrs (value.outputs or (lib.optional (value ? out) "out")) (output: value.${output});
          in
          # A derivation with what it is on each platform; a set of packages is spliced below.
          if lib.isDerivation (tryGet defaultValue) then
            augmentedValue
            // spliceReal {
              pkgsBuildBuild = getOutputs (tryGet valueBuildBuild);
              pkgsBuildHost = getOutputs (tryGet valueBuildHost);
              pkgsBuildTarget = getOutputs (tryGet valueBuildTarget);
              pkgsHostHost = getOutputs (tryGet valueHostHost);
              pkgsHostTarget = getOutputs (tryGet valueHostTarget);
              pkgsTargetTarget = getOutputs (tryGet valueTargetTarget);
            }
          else if lib.isAttrs (tryGet defaultValue) && !(defaultValue ? _elaborated) && defaultValue.recurseForDerivations or false then
            spliceReal {
              pkgsBuildBuild = tryGet valueBuildBuild;
              pkgsBuildHost = tryGet valueBuildHost;
              pkgsBuildTarget = tryGet valueBuildTarget;
              pkgsHostHost = tryGet valueHostHost;
              pkgsHostTarget = tryGet valueHostTarget;
              pkgsTargetTarget = tryGet valueTargetTarget;
            }
          else
            defaultValue;
      };
    in
    lib.listToAttrs (map merge (lib.attrNames mash));

  splicePackages =
    {
      pkgsBuildBuild,
      pkgsBuildHost,
      pkgsBuildTarget,
      pkgsHostHost,
      pkgsHostTarget,
      pkgsTargetTarget,
    }@args:
    if actuallySplice then spliceReal args else pkgsHostTarget;

  splicedPackages =
    splicePackages {
      inherit (pkgs) pkgsBuildBuild pkgsBuildHost pkgsBuildTarget pkgsHostHost pkgsHostTarget pkgsTargetTarget;
    }
    // {
      # These describe the stage itself.
      inherit (pkgs)
        pkgsBuildBuild pkgsBuildHost pkgsBuildTarget pkgsHostHost pkgsHostTarget pkgsTargetTarget
        buildPackages pkgs targetPackages stdenv lib config
        ;
    };
in
{
  inherit splicePackages;
  callPackage = pkgs.newScope { };
  callPackages = lib.callPackagesWith splicedPackages;
  newScope = extra: lib.callPackageWith (splicedPackages // extra);
  makeScopeWithSplicing' = lib.makeScopeWithSplicing' {
    inherit splicePackages;
    inherit (pkgs) newScope;
  };
  generateSplicesForMkScope =
    attrs:
    let
      split = X: [ X ] ++ (if builtins.isString attrs then [ attrs ] else attrs);
      from = X: lib.attrByPath (split X) { } pkgs;
    in
    {
      selfBuildBuild = from "pkgsBuildBuild";
      selfBuildHost = from "pkgsBuildHost";
      selfBuildTarget = from "pkgsBuildTarget";
      selfHostHost = from "pkgsHostHost";
      selfHostTarget = from "pkgsHostTarget";
      selfTargetTarget = from "pkgsTargetTarget";
    };
}
