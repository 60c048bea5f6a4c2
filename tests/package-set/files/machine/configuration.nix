{ lib, pkgs, config, ... }:
{
  imports = [ ./hardware.nix ];
  networking.hostName = "lighthouse";
  networking.firewall.allowedTCPPorts = [ 22 ];
  time.timeZone = "Europe/Paris";
  users.users.keeper = {
    isNormalUser = true;
    extraGroups = [ "wheel" ] ++ lib.optional config.services.web.enable "web";
    packages = with pkgs; [ jq git ];
  };
  users.users.root.shell = lib.mkForce pkgs.bashInteractive;
  environment.systemPackages = with pkgs; [ curl git jq openssl ];
  environment.variables.EDITOR = lib.mkDefault "ed";
  services.openssh = {
    enable = true;
    settings.PermitRootLogin = "no";
    settings.Banner = "welcome";
  };
  services.web = {
    enable = true;
    sites = {
      "example.org" = {
        root = "/srv/www";
        locations."/api".proxyPass = "http://localhost:8080";
        locations."/".extraConfig = "autoindex on;";
      };
      "example.net" = lib.mkMerge [
        { redirect = "example.org"; }
        (lib.mkIf config.services.openssh.enable { aliases = lib.mkBefore [ "www.example.net" ]; })
        { aliases = [ "old.example.net" ]; }
      ];
    };
  };
  services.timers = lib.genAttrs [ "backup" "rotate" "report" ] (name: {
    schedule = "daily";
    script = "echo ${name} on ${config.networking.hostName}";
  });
}
