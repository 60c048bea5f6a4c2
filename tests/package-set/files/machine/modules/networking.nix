{ config, lib, pkgs, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.networking;
in
{
  options = {
    networking = {
      hostName = mkOption {
        type = types.strMatching "^$|^[[:alnum:]]([[:alnum:]_-]{0,61}[[:alnum:]])?$";
        default = "machine";
        description = "The name of the machine.";
      };
      nameservers = mkOption {
        type = types.listOf types.str;
        default = [ "192.0.2.53" ];
        description = "Servers of names.";
      };
      extraHosts = mkOption {
        type = types.lines;
        default = "";
        description = "More lines of hosts.";
      };
      firewall = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether packets are filtered.";
        };
        allowedTCPPorts = mkOption {
          type = types.listOf types.port;
          default = [ ];
          apply = ports: lib.unique (builtins.sort builtins.lessThan ports);
          description = "Ports that are open.";
        };
      };
    };
    time.timeZone = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "Where the machine is.";
    };
  };
  config.environment.etc = lib.mkMerge [
    {
      hostname.text = cfg.hostName;
      hosts.text = lib.mkMerge [
        (lib.mkBefore "127.0.0.1 localhost ${cfg.hostName}")
        cfg.extraHosts
      ];
      "resolv.conf".text = lib.concatMapStrings (server: "nameserver ${server}\n") cfg.nameservers;
    }
    (lib.mkIf (config.time.timeZone != null) {
      localtime.source = "${pkgs.tzdata}/share/zoneinfo/${config.time.timeZone}";
    })
    (lib.mkIf cfg.firewall.enable {
      "nftables.conf".text = ''
        table inet filter {
          ${lib.concatMapStringsSep "\n    " (port: "tcp dport ${toString port} accept") cfg.firewall.allowedTCPPorts}
        }
      '';
    })
  ];
}
