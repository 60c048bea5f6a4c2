{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  etc' = lib.filter (file: file.enable) (lib.attrValues config.environment.etc);
in
{
  options.environment = {
    systemPackages = mkOption {
      type = types.listOf types.package;
      default = [ ];
      description = "Packages that every user has.";
    };
    variables = mkOption {
      type = types.attrsOf (types.either (types.listOf types.str) types.str);
      default = { };
      apply = lib.mapAttrs (_: value: if lib.isList value then lib.concatStringsSep ":" value else value);
      description = "Variables of every shell.";
    };
    etc = mkOption {
      default = { };
      description = "Files below /etc.";
      type = types.attrsOf (
        types.submodule (
          { name, config, options, ... }:
          {
            options = {
              enable = mkOption {
                type = types.bool;
                default = true;
                description = "Whether the file is there.";
              };
              target = mkOption {
                type = types.str;
                description = "Its name below /etc.";
              };
              text = mkOption {
                type = types.nullOr types.lines;
                default = null;
                description = "Its text.";
              };
              source = mkOption {
                type = types.path;
                description = "Where it is copied from.";
              };
              mode = mkOption {
                type = types.strMatching "symlink|[0-7]{3,4}";
                default = "symlink";
                description = "Its mode.";
              };
            };
            config = {
              target = lib.mkDefault name;
              source = lib.mkIf (config.text != null) (
                lib.mkDefault (pkgs.writeText "etc-${lib.replaceStrings [ "/" ] [ "-" ] name}" config.text)
              );
            };
          }
        )
      );
    };
  };
  config = {
    environment.systemPackages = lib.mkBefore [ pkgs.bashInteractive pkgs.coreutils ];
    environment.variables.PATH = [ "/run/current-system/sw/bin" "/bin" ];
    environment.etc."profile".text = lib.mkMerge (
      lib.mapAttrsToList (name: value: "export ${name}=${lib.escapeShellArg value}") config.environment.variables
    );
    system.build.etc = pkgs.linkFarm "etc" (
      map (file: {
        name = file.target;
        path = file.source;
      }) etc'
    );
    system.build.path = pkgs.symlinkJoin {
      name = "system-path";
      paths = lib.unique config.environment.systemPackages;
    };
  };
}
