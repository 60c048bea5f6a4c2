# The folder /etc.

{ lib, callPackage, configuration, runCommandLocal, writeText }:

let
  hostname = writeText "etc-hostname" "${configuration.hostName}\n";

  # name:password:uid:gid:description:home:shell
  passwd = writeText "etc-passwd" ''
    root:x:0:0::/root:/bin/sh
    ${lib.concatMapAttrsStringsSep "\n"
      (name: user: "${name}:x:${toString user.uid}:100::${user.home}:${user.shell}")
      configuration.users}
  '';

  services = callPackage ./services.nix { };
in
runCommandLocal "etc" { inherit hostname passwd services; } ''
  mkdir $out
  ln -s $hostname $out/hostname
  ln -s $passwd $out/passwd
  ln -s $services $out/dinit.d
''
