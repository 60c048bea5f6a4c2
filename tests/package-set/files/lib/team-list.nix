# Maintainers who care for something together.
{ lib }:
let
  everyone = lib.attrNames lib.maintainers;
  pick = from: count: map (name: lib.maintainers.${name}) (lib.sublist from count everyone);
  team = from: count: scope: shortName: {
    members = pick from count;
    inherit scope shortName;
    enableFeatureFreezePing = true;
  };
in
{
  bootstrap = team 0 4 "The compiler, the C library and the standard environment." "Bootstrap";
  python = team 10 6 "The interpreter and its package set." "Python";
  perl = team 20 3 "The interpreter and its package set." "Perl";
}
