{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
in
{
  options.system = {
    build = mkOption {
      type = types.lazyAttrsOf types.package;
      default = { };
      description = "Derivations that the machine is made of.";
    };
    stateVersion = mkOption {
      type = types.str;
      default = lib.trivial.release;
      description = "The release that data on the machine are from.";
    };
    activationScripts = mkOption {
      type = types.attrsOf (types.coercedTo types.str lib.noDepEntry (types.submodule {
        options = {
          deps = mkOption {
            type = types.listOf types.str;
            default = [ ];
            description = "What runs before.";
          };
          text = mkOption {
            type = types.lines;
            description = "What runs.";
          };
        };
      }));
      default = { };
      apply = set: lib.textClosureMap lib.id (lib.mapAttrs (name: entry: lib.fullDepEntry "# ${name}\n${entry.text}" entry.deps) set) (lib.attrNames set);
      description = "What runs when the machine changes.";
    };
  };
  config.system.activationScripts = {
    users = {
      deps = [ "etc" ];
      text = lib.concatMapStringsSep "\n" (user: "useradd ${user.name}") (lib.attrValues config.users.users);
    };
    etc = "ln -sfn ${config.system.build.etc} /etc";
  };
  config.system.build.toplevel = pkgs.stdenvNoCC.mkDerivation {
    name = "machine-${config.networking.hostName}-${config.system.stateVersion}";
    preferLocalBuild = true;
    passAsFile = [ "activation" ];
    activation = config.system.activationScripts;
    units = lib.mapAttrsToList (_: unit: unit.file) config.systemd.units;
    inherit (config.system.build) etc path;
    kernelParams = config.boot.kernelParams;
    buildCommand = ''
      mkdir -p $out
      ln -s $etc $out/etc
      ln -s $path $out/sw
      cp $activationPath $out/activate
    '';
  };
}
