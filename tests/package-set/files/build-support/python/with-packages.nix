# An interpreter that finds packages.
{
  lib,
  symlinkJoin,
  buildEnvHook ? null,
}:
python: packages:
let
  # Packages and all that they propagate, each once.
  requiredPythonModules =
    drvs:
    let
      modules = lib.filter (drv: drv ? pythonModule) drvs;
    in
    lib.unique (
      [ python ]
      ++ modules
      ++ lib.concatLists (map (drv: drv.requiredPythonModules) modules)
    );
in
symlinkJoin {
  name = "${python.name}-env";
  paths = requiredPythonModules packages;
  passthru = {
    inherit python packages;
    env = null;
  };
  meta = {
    description = "${python.name} with ${toString (lib.length packages)} packages";
    platforms = python.meta.platforms;
  };
}
