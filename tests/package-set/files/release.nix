# What every attribute of the set evaluates to: the paths of a derivation, or that it is refused.
{
  only ? null,
  unused ? null,
  ...
}@args:
let
  # As a build farm evaluates it: metadata are checked.
  pkgs = import ./. (
    {
      config.checkMeta = true;
    }
    // removeAttrs args [ "only" "unused" ]
  );
  inherit (pkgs) lib;

  # Names of packages in sets of packages, `python3Packages.NAME`.
  # The names of what is wanted are known before anything is evaluated.
  scopes = if only != null then { "" = lib.getAttrs only pkgs; } else {
    "" = pkgs;
    "python3Packages." = pkgs.python3Packages;
    "perlPackages." = pkgs.perlPackages;
    "haskellPackages." = lib.getAttrs (lib.importIfExists ./pkgs/haskell-in-use.nix [ ]) pkgs.haskellPackages;
  };
  paths =
    value:
    let
      wanted = builtins.tryEval (
        if lib.isDerivation value then
          builtins.deepSeq value.outPath {
            drv = value.drvPath;
            outputs = lib.genAttrs (value.outputs or [ "out" ]) (output: value.${output}.outPath);
            meta = {
              available = value.meta.available or null;
              position = lib.removePrefix (toString ./. + "/") (value.meta.position or "");
              maintainers = lib.length (value.meta.maintainers or [ ]);
            };
          }
        else
          null
      );
    in
    if wanted.success then wanted.value else "refused";
  ofScope =
    prefix: set:
    lib.concatMapAttrs (
      name: value:
      let
        found = paths value;
      in
      lib.optionalAttrs (found != null) { "${prefix}${name}" = found; }
    ) set;
in
lib.mergeAttrsList (lib.mapAttrsToList ofScope scopes)
