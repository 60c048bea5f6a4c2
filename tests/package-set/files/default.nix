# The entry: a package set for one platform, or for a pair of them.
let
  lib = import ./lib;
in
assert lib.assertMsg (lib.versionAtLeast (builtins.nixVersion or "0") lib.minimalVersion) ''
  This package set needs at least version ${lib.minimalVersion} of the evaluator.
'';
import ./top-level
