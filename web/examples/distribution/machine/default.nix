# From the wishes in configuration.nix to one derivation that is the whole machine:
# kernel, initial RAM disk, /etc and commands, all reachable from a single store path.

{ callPackage, configuration, runCommandLocal, dinit, linux, wireless-firmware }:

let
  etc = callPackage ./etc.nix { };
  initrd = callPackage ./initrd.nix { };

  # All commands in one place, as links.
  path = runCommandLocal "system-path" { inherit (configuration) packages; } ''
    mkdir -p $out/bin
    for package in $packages; do ln -s $package/bin/* $out/bin/; done
  '';
in
runCommandLocal "system"
  {
    inherit etc initrd path;
    kernel = linux;
    modules = linux.modules;
    firmware = wireless-firmware;
    init = "${dinit}/bin/dinit";
  } ''
  mkdir $out
  ln -s $kernel/bzImage $out/kernel
  ln -s $modules $out/kernel-modules
  ln -s $initrd/initrd $out/initrd
  ln -s $firmware $out/firmware
  ln -s $etc $out/etc
  ln -s $path $out/sw
  ln -s $init $out/init
''
