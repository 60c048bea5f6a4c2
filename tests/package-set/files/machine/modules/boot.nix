{ config, lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  imports = [
    (lib.mkRenamedOptionModule [ "boot" "timeout" ] [ "boot" "loader" "timeout" ])
    (lib.mkRemovedOptionModule [ "boot" "grub" ] "There is one loader only.")
  ];
  options = {
    boot.kernelModules = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Modules of the kernel.";
    };
    boot.kernelParams = mkOption {
      type = types.listOf (types.strMatching ''([^"[:space:]]|"[^"]*")+'');
      default = [ "loglevel=4" ];
      description = "Parameters of the kernel.";
    };
    boot.loader.timeout = mkOption {
      type = types.nullOr types.ints.unsigned;
      default = 5;
      description = "Seconds to wait.";
    };
    fileSystems = mkOption {
      default = { };
      description = "What is mounted.";
      type = types.attrsOf (
        types.submodule (
          { name, ... }:
          {
            options = {
              mountPoint = mkOption {
                type = types.nonEmptyStr;
                default = name;
                description = "Where.";
              };
              device = mkOption {
                type = types.nullOr types.nonEmptyStr;
                default = null;
                description = "What.";
              };
              fsType = mkOption {
                type = types.enum [ "auto" "ext4" "vfat" "tmpfs" ];
                default = "auto";
                description = "As what.";
              };
              options = mkOption {
                type = types.nonEmptyListOf types.str;
                default = [ "defaults" ];
                description = "How.";
              };
            };
          }
        )
      );
    };
  };
  config.boot.kernelParams = [ "root=${config.fileSystems."/".device}" ];
  config.environment.etc.fstab.text = lib.concatMapStrings (
    fs: "${toString fs.device} ${fs.mountPoint} ${fs.fsType} ${lib.concatStringsSep "," fs.options} 0 ${if fs.mountPoint == "/" then "1" else "2"}\n"
  ) (lib.sortOn (fs: lib.stringLength fs.mountPoint) (lib.attrValues config.fileSystems));
  config.assertions = [
    {
      assertion = config.fileSystems ? "/";
      message = "There must be a file system for /.";
    }
  ];
}
