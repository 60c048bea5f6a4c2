{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  toUnit = lib.generators.toINI { listsAsDuplicateKeys = true; };
in
{
  options.systemd = {
    units = mkOption {
      default = { };
      description = "Units by their full names.";
      type = types.attrsOf (
        types.submodule (
          { name, config, ... }:
          {
            options = {
              text = mkOption {
                type = types.lines;
                description = "The unit's text.";
              };
              file = mkOption {
                type = types.package;
                readOnly = true;
                description = "The unit's file.";
              };
            };
            config.file = pkgs.writeTextDir name config.text;
          }
        )
      );
    };
    services = mkOption {
      default = { };
      description = "What runs.";
      type = types.attrsOf (
        types.submodule {
          freeformType = types.attrsOf types.anything;
          options = {
            description = mkOption {
              type = types.singleLineStr;
              default = "";
              description = "What it is.";
            };
            after = mkOption {
              type = types.listOf types.str;
              default = [ ];
              description = "What starts before.";
            };
            environment = mkOption {
              type = types.attrsOf (types.oneOf [ types.str types.int types.path types.package ]);
              default = { };
              description = "Variables.";
            };
            serviceConfig = mkOption {
              type = types.attrsOf (types.oneOf [ types.bool types.int types.str (types.listOf types.str) ]);
              default = { };
              description = "The section Service.";
            };
          };
        }
      );
    };
  };
  config.systemd.units = lib.mapAttrs' (
    name: service:
    lib.nameValuePair "${name}.service" {
      text = toUnit {
        Unit = {
          Description = service.description;
          After = service.after;
        };
        Service =
          service.serviceConfig
          // {
            Environment = lib.mapAttrsToList (key: value: "\"${key}=${toString value}\"") service.environment;
          };
      };
    }
  ) config.systemd.services;
}
