# One stage: the package set as a fixed point of overlays, built with one standard environment.
{
  lib,
  nixpkgsFun,
  # The sets of the stages around this one, by the platforms they build on and for.
  adjacentPackages,
  stdenv,
  # Whether names that the bootstrap must not see are there.
  allowCustomOverrides,
  noSysDirs ? true,
  selfBuild ? true,
  config,
  overlays,
}@args:
let
  stdenvAdapters =
    self: super:
    let
      res = import ../stdenv/adapters.nix {
        inherit lib config;
        pkgs = self;
      };
    in
    res // { stdenvAdapters = res; };

  trivialBuilders =
    self: super:
    import ../build-support/trivial-builders.nix {
      inherit lib config;
      inherit (self) runtimeShell stdenv stdenvNoCC;
      inherit (self.pkgsBuildHost) jq shellcheck-minimal lndir;
      inherit (self) buildPackages;
    };

  stdenvBootstrapping =
    self: super:
    let
      withFallback =
        thisPkgs:
        (if adjacentPackages == null then self else thisPkgs)
        // {
          recurseForDerivations = false;
        };
    in
    {
      buildPackages = (if selfBuild || adjacentPackages == null then self else adjacentPackages.pkgsBuildHost) // { recurseForDerivations = false; };
      targetPackages = {
        recurseForDerivations = false;
      }
      // (if adjacentPackages == null || adjacentPackages.pkgsTargetTarget == { } then self else adjacentPackages.pkgsTargetTarget);
      pkgsBuildBuild = withFallback (adjacentPackages.pkgsBuildBuild or self);
      pkgsBuildHost = withFallback (adjacentPackages.pkgsBuildHost or self);
      pkgsBuildTarget = withFallback (adjacentPackages.pkgsBuildTarget or self);
      pkgsHostHost = withFallback (adjacentPackages.pkgsHostHost or self);
      pkgsHostTarget = self // { recurseForDerivations = false; };
      pkgsTargetTarget = withFallback (adjacentPackages.pkgsTargetTarget or self);
      inherit stdenv lib config;
      pkgs = self // { recurseForDerivations = false; };
    };

  platformCompat =
    self: super:
    let
      inherit (super.stdenv) buildPlatform hostPlatform targetPlatform;
    in
    {
      inherit buildPlatform hostPlatform targetPlatform;
      inherit (hostPlatform) system;
    };

  splice = self: super: import ./splice.nix lib self (adjacentPackages != null && !selfBuild);

  byName = import ./by-name-overlay.nix ../pkgs/by-name;

  allPackages =
    self: super:
    let
      res = import ./all-packages.nix { inherit lib noSysDirs config overlays; } res self super;
    in
    res;

  aliases = self: super: lib.optionalAttrs config.allowAliases (import ./aliases.nix lib self super);

  stdenvOverrides =
    self: super:
    (super.stdenv.overrides or (_: _: { })) self super;

  configOverrides =
    self: super:
    lib.optionalAttrs allowCustomOverrides ((config.packageOverrides or (super: { })) super);

  otherPackageSets = self: super: {
    pkgsCross = lib.mapAttrs (_: crossSystem: nixpkgsFun { inherit crossSystem; }) lib.systems.examples;
    pkgsLLVM = nixpkgsFun { overlays = [ (self': super': { pkgsLLVM = super'; }) ] ++ overlays; };
    pkgsMusl = nixpkgsFun {
      overlays = [ (self': super': { pkgsMusl = super'; }) ] ++ overlays;
      localSystem.config = lib.replaceStrings [ "gnu" ] [ "musl" ] stdenv.hostPlatform.config;
    };
    appendOverlays =
      extraOverlays:
      if extraOverlays == [ ] then
        self
      else
        nixpkgsFun { overlays = overlays ++ extraOverlays; };
    extend = f: self.appendOverlays [ f ];
  };

  toFix = lib.foldl' (lib.flip lib.extends) (self: { }) (
    [
      stdenvBootstrapping
      platformCompat
      stdenvAdapters
      trivialBuilders
      splice
      byName
      allPackages
      otherPackageSets
      aliases
      configOverrides
    ]
    ++ overlays
    ++ [ stdenvOverrides ]
  );
in
lib.fix toFix
