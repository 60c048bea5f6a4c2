# One description for each service, in the format of dinit.

{ lib, configuration, runCommandLocal, writeText }:

let
  description = name: service:
    writeText "service-${name}" ''
      type = process
      command = ${service.command (writeText service.config.name service.config.text)}
      restart = true
    '';
in
runCommandLocal "services" (builtins.mapAttrs description configuration.services) ''
  mkdir $out
  for service in ${toString (lib.attrNames configuration.services)}; do
    ln -s "''${!service}" $out/$service
  done
''
