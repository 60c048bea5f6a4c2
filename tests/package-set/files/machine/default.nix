# A machine from modules: options, definitions from several files, and one derivation for all of it.
{
  configuration ? ./configuration.nix,
  system ? "x86_64-linux",
  packages ? import ../. { inherit system; },
}:
let
  inherit (packages) lib;
  machine = lib.evalModules {
    modules = import ./modules ++ [ configuration ];
    specialArgs.modulesPath = toString ./modules;
    class = "machine";
  };
  withPackages = machine.extendModules {
    modules = [ { _module.args.pkgs = packages; } ];
  };
  failed = map (x: x.message) (lib.filter (x: !x.assertion) withPackages.config.assertions);
  checked =
    x:
    if failed != [ ] then
      throw "\nFailed assertions:\n${lib.concatMapStringsSep "\n" (message: "- ${message}") failed}"
    else
      lib.foldr lib.warn x withPackages.config.warnings;
in
{
  inherit (withPackages) config options;
  system = checked withPackages.config.system.build.toplevel;
  # The documentation of every option.
  documentation = lib.optionAttrSetToDocList (removeAttrs withPackages.options [ "_module" ]);
  # The machine with other definitions.
  extend = modules: import ./. { inherit system packages; configuration = { imports = [ configuration ] ++ modules; }; };
}
