# The packages of a compiler: the generated set, extended by what people know better.
{
  lib,
  pkgs,
  stdenv,
  buildPackages,
  ghc,
  packageSetConfig ? self: super: { },
  compilerConfig ? self: super: { },
}:
let
  fixed = lib.makeExtensible (
    lib.extends (lib.composeExtensions packageSetConfig compilerConfig) (
      self:
      let
        mkDerivation = lib.makeOverridable (pkgs.callPackage ./generic-builder.nix { inherit ghc; });
        scope = pkgs // self;
        callPackage =
          fn: manualArgs:
          let
            drv = if lib.isFunction fn then fn else import fn;
            auto = builtins.intersectAttrs (lib.functionArgs drv) scope;
          in
          lib.makeOverridable drv (auto // manualArgs);
      in
      lib.importIfExists ../../pkgs/hackage-packages.nix (_: _: { }) { inherit pkgs lib callPackage; } self
      // {
        inherit mkDerivation callPackage ghc;
        ghcWithPackages =
          f:
          pkgs.symlinkJoin {
            name = "ghc-with-packages-${ghc.version}";
            paths = [ ghc ] ++ f self;
          };
      }
    )
  );
in
fixed
