# Which stages make the standard environment of a platform.
{
  lib,
  localSystem,
  crossSystem,
  config,
  overlays,
  crossOverlays ? [ ],
}@args:
let
  linux = import ./linux args;
  cross = import ./cross args;
in
if crossSystem != localSystem || crossOverlays != [ ] then
  cross
else if localSystem.isLinux then
  linux
else
  throw "there is no standard environment for ${localSystem.config}"
