# Packages for other platforms than the one that builds them: tools and libraries of both meet in them.
{ unused ? null }:
let
  pkgs = import ./. { };
  inherit (pkgs) lib;
  platforms = [ "aarch64-multiplatform" "armv7l-hf-multiplatform" "riscv64" "musl64" ];
  packages = [ "acl" "bash" "bzip2" "coreutils" "curl" "gawk" "glib" "gmp" "jq" "libxml2" "ncurses" "openssl" "python3" "readline" "sqlite" "xz" "zlib" ];
  attempt =
    value:
    let
      found = builtins.tryEval value;
    in
    if found.success then found.value else "refused";
in
lib.listToAttrs (
  lib.concatMap (
    platform:
    map (
      package:
      let
        value = pkgs.pkgsCross.${platform}.${package};
      in
      lib.nameValuePair "${platform}.${package}" {
        drv = attempt value.drvPath;
        spliced = lib.attrNames (value.__spliced or { });
        tool = attempt pkgs.pkgsCross.${platform}.buildPackages.${package}.drvPath;
      }
    ) packages
  ) platforms
)
