{ config, options, lib, pkgs, ... }:
let
  inherit (lib) mkOption types mkIf mkEnableOption;
  ssh = config.services.openssh;
  web = config.services.web;
  settingsFormat = lib.generators.toKeyValue {
    mkKeyValue = lib.generators.mkKeyValueDefault {
      mkValueString = v: if v == true then "yes" else if v == false then "no" else toString v;
    } " ";
  };
  location =
    { ... }:
    {
      options = {
        proxyPass = mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "Where requests go.";
        };
        extraConfig = mkOption {
          type = types.lines;
          default = "";
          description = "More lines.";
        };
      };
    };
  site =
    { name, config, ... }:
    {
      options = {
        aliases = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "More names.";
        };
        root = mkOption {
          type = types.nullOr types.path;
          default = null;
          description = "Where files are.";
        };
        redirect = mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "Where everything goes.";
        };
        locations = mkOption {
          type = types.attrsOf (types.submodule location);
          default = { };
          description = "By path.";
        };
        text = mkOption {
          type = types.lines;
          internal = true;
          description = "The section of the configuration.";
        };
      };
      config.text = ''
        server {
          server_name ${lib.concatStringsSep " " ([ name ] ++ config.aliases)};
          ${lib.optionalString (config.root != null) "root ${config.root};"}
          ${lib.optionalString (config.redirect != null) "return 301 https://${config.redirect};"}
          ${lib.concatStrings (
            lib.mapAttrsToList (path: l: ''
              location ${path} {
                ${lib.optionalString (l.proxyPass != null) "proxy_pass ${l.proxyPass};"}
                ${l.extraConfig}
              }
            '') config.locations
          )}
        }
      '';
    };
in
{
  options.services = {
    openssh = {
      enable = mkEnableOption "remote logins";
      package = lib.mkPackageOption pkgs "openssl" { };
      ports = mkOption {
        type = types.listOf types.port;
        default = [ 22 ];
        description = "Where it listens.";
      };
      settings = mkOption {
        default = { };
        description = "Its configuration.";
        type = types.submodule {
          freeformType = types.attrsOf (types.oneOf [ types.bool types.int types.str ]);
          options.PermitRootLogin = mkOption {
            type = types.enum [ "yes" "no" "prohibit-password" ];
            default = "prohibit-password";
            description = "Whether the administrator may.";
          };
          options.X11Forwarding = mkOption {
            type = types.bool;
            default = false;
            description = "Whether windows may.";
          };
        };
      };
    };
    web = {
      enable = mkEnableOption "the web server";
      sites = mkOption {
        type = types.attrsOf (types.submodule site);
        default = { };
        description = "What it serves.";
      };
    };
    timers = mkOption {
      default = { };
      description = "What runs at times.";
      type = types.attrsOf (
        types.submodule {
          options = {
            schedule = mkOption {
              type = types.str;
              description = "When.";
            };
            script = mkOption {
              type = types.lines;
              description = "What.";
            };
          };
        }
      );
    };
  };
  config = lib.mkMerge [
    (mkIf ssh.enable {
      networking.firewall.allowedTCPPorts = ssh.ports;
      environment.etc."ssh/sshd_config".text = settingsFormat (ssh.settings // { Port = lib.head ssh.ports; });
      systemd.services.sshd = {
        description = "Remote logins";
        after = [ "network.target" ];
        serviceConfig.ExecStart = "${ssh.package}/bin/sshd -D";
        serviceConfig.Restart = "always";
        restartIfChanged = true;
      };
    })
    (mkIf web.enable {
      networking.firewall.allowedTCPPorts = [ 443 80 ];
      environment.etc."web.conf".text = lib.concatMapStrings (site: site.text) (lib.attrValues web.sites);
      systemd.services.web = {
        description = "Web server";
        environment.TZ = lib.mkIf (config.time.timeZone != null) config.time.timeZone;
        environment.PACKAGE = pkgs.curl;
        serviceConfig = {
          ExecStart = "${lib.getExe pkgs.curl} --serve";
          ExecReload = [ "kill -HUP $MAINPID" "true" ];
          PrivateTmp = true;
        };
      };
    })
    {
      systemd.services = lib.mapAttrs (name: timer: {
        description = "Timer ${name}";
        serviceConfig.ExecStart = toString (pkgs.writeShellScript "timer-${name}" timer.script);
        serviceConfig.Type = "oneshot";
      }) config.services.timers;
      systemd.units = lib.mapAttrs' (
        name: timer:
        lib.nameValuePair "${name}.timer" {
          text = lib.generators.toINI { } { Timer.OnCalendar = timer.schedule; };
        }
      ) config.services.timers;
    }
  ];
}
