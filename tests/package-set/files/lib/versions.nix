{ lib }:
let
  inherit (lib) concatStringsSep elemAt take;
in
rec {
  splitVersion = builtins.splitVersion;
  major = v: elemAt (splitVersion v) 0;
  minor = v: elemAt (splitVersion v) 1;
  patch = v: elemAt (splitVersion v) 2;
  majorMinor = v: concatStringsSep "." (take 2 (splitVersion v));
  pad =
    n: version:
    let
      numbers = take n (splitVersion version ++ lib.replicate n "0");
    in
    concatStringsSep "." numbers;
}
