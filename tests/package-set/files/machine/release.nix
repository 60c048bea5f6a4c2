# What the machine comes to, and what it comes to after changes.
{ unused ? null }:
let
  machine = import ./. { };
  inherit (machine.config.environment) etc;
  after = modules: (machine.extend modules).system.drvPath;
  packages = import ../. { };
  inherit (packages) lib;
  attempt = value: let found = builtins.tryEval value; in if found.success then found.value else "refused";
in
{
  system = {
    drv = machine.system.drvPath;
    out = machine.system.outPath;
  };
  etc = builtins.mapAttrs (_: file: "${file.source}") etc;
  texts = builtins.mapAttrs (_: file: builtins.unsafeDiscardStringContext (toString file.text)) etc;
  units = builtins.mapAttrs (_: unit: unit.file.outPath) machine.config.systemd.units;
  users = builtins.mapAttrs (_: user: { inherit (user) home extraGroups; shell = "${user.shell}"; }) machine.config.users.users;
  # Declarations are paths of this folder, which differ from place to place.
  documentation = map (option: removeAttrs option [ "declarations" ]) machine.documentation;
  changed = {
    host = after [ { networking.hostName = lib.mkForce "harbour"; } ];
    without = after [ { services.web.enable = lib.mkForce false; } ];
    renamed = after [ { boot.timeout = 9; } ];
    more = after [ ({ config, pkgs, ... }: { environment.systemPackages = [ pkgs.gnused ]; services.timers.extra = { schedule = "hourly"; script = config.networking.hostName; }; }) ];
    wrong = map attempt [
      (after [ { networking.hostName = "harbour"; } ])
      (after [ { networking.hostName = lib.mkForce "not a name"; } ])
      (after [ { fileSystems = lib.mkForce { }; } ])
      (after [ { boot.grub = true; } ])
      (after [ { services.openssh.settings.PermitRootLogin = lib.mkForce "perhaps"; } ])
      (after [ { services.unknown.enable = true; } ])
    ];
  };
}
