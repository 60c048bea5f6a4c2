{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  ids = lib.listToAttrs (lib.imap0 (index: name: lib.nameValuePair name (1000 + index)) (lib.attrNames config.users.users));
in
{
  options.users.users = mkOption {
    default = { };
    description = "Who uses the machine.";
    type = types.attrsOf (
      types.submodule (
        { name, config, ... }:
        {
          options = {
            name = mkOption {
              type = types.str;
              default = name;
              description = "The user's name.";
            };
            isNormalUser = lib.mkEnableOption "logging in";
            uid = mkOption {
              type = types.nullOr types.int;
              default = null;
              description = "The user's number.";
            };
            shell = mkOption {
              type = types.either types.package types.path;
              default = pkgs.bash;
              defaultText = lib.literalExpression "pkgs.bash";
              description = "The user's shell.";
            };
            home = mkOption {
              type = types.path;
              description = "Where the user's files are.";
            };
            extraGroups = mkOption {
              type = types.listOf types.str;
              default = [ ];
              description = "Groups.";
            };
            packages = mkOption {
              type = types.listOf types.package;
              default = [ ];
              description = "Packages of this user alone.";
            };
          };
          config = lib.mkMerge [
            { home = lib.mkDefault "/var/empty"; }
            (lib.mkIf config.isNormalUser { home = "/home/${config.name}"; })
          ];
        }
      )
    );
  };
  config.users.users.root = {
    uid = 0;
    home = "/root";
  };
  config.environment.etc.passwd.text = lib.concatStrings (
    lib.mapAttrsToList (
      name: user:
      let
        uid = if user.uid == null then ids.${name} else user.uid;
        shell = if lib.isDerivation user.shell then "${user.shell}${user.shell.shellPath or ""}" else toString user.shell;
      in
      "${user.name}:x:${toString uid}:${toString uid}::${user.home}:${shell}\n"
    ) config.users.users
  );
  config.environment.systemPackages = lib.concatMap (user: user.packages) (lib.attrValues config.users.users);
}
