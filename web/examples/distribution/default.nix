# A small distribution: nearly fifty derivations, from a downloaded set of bootstrap tools
# up to a machine that serves web pages. Start here:
#
#   nix-instantiate default.nix -A system      the whole machine
#   nix-instantiate default.nix -A nginx       one package
#
# Try: change the host name in machine/configuration.nix, a patch in
# libraries/pcre2.nix, or `cpuFlags` below, and watch which store paths follow.

{ system ? "x86_64-linux"

  # What the compiler is told about the processor. Everything built from source depends on it.
, cpuFlags ? "-O2 -march=x86-64"

  # May packages be used whose licence forbids changing or sharing them?
, allowUnfree ? true

  # Functions `final: prev: { … }` that add packages or replace them.
, overlays ? [ ]
}:

let
  lib = import ./lib.nix;
  packages = import ./packages.nix { inherit lib system cpuFlags allowUnfree; };
in
# The package set is a fixed point: every package is looked up in the *final* set, so
# replacing one package in an overlay reaches all packages that use it.
lib.fix (lib.foldl' (set: overlay: lib.extends overlay set) packages overlays)
