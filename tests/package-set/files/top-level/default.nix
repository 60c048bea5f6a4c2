# From platforms, configuration and overlays to the package set: the stages are booted one after the other.
{
  system ? "x86_64-linux",
  localSystem ? { inherit system; },
  crossSystem ? localSystem,
  config ? { },
  overlays ? [ ],
  crossOverlays ? [ ],
  stdenvStages ? import ../stdenv,
}@args:
let
  config0 = config;
  crossSystem0 = crossSystem;
in
let
  lib = import ../lib;
  inherit (lib) throwIfNot;

  checked =
    throwIfNot (lib.isList overlays) "The overlays argument to the package set must be a list." lib.foldr (
      x:
      throwIfNot (lib.isFunction x)
        "All overlays passed to the package set must be functions."
    ) (r: r) overlays throwIfNot (lib.isList crossOverlays)
      "The crossOverlays argument to the package set must be a list."
      (r: r);

  localSystem = lib.systems.elaborate args.localSystem or { inherit system; };
  # A cross system that is the same platform is the local one, so that nothing is crossed by accident.
  crossSystem =
    let
      elaborated = lib.systems.elaborate crossSystem0;
    in
    if crossSystem0 == (args.localSystem or { inherit system; }) || lib.systems.equals elaborated localSystem then
      localSystem
    else
      elaborated;

  config1 = if lib.isFunction config0 then config0 { inherit pkgs; } else config0;
  configEval = lib.evalModules {
    modules = [
      ./config.nix
      (
        { options, ... }:
        {
          _file = "nixpkgs.config";
          config = config1;
        }
      )
    ];
    class = "nixpkgsConfig";
  };
  config = lib.showWarnings or (warnings: x: lib.foldr lib.warn x warnings) configEval.config.warnings configEval.config;

  nixpkgsFun = newArgs: import ./. (args // newArgs);

  allPackages =
    newArgs:
    import ./stage.nix (
      {
        inherit lib nixpkgsFun;
      }
      // newArgs
    );
  boot = import ../stdenv/booter.nix { inherit lib allPackages; };
  stages = stdenvStages {
    inherit lib localSystem crossSystem config overlays crossOverlays;
  };
  pkgs = boot stages;
in
checked pkgs
