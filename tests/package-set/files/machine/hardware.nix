{ lib, config, ... }:
{
  boot.kernelModules = [ "kvm-intel" ];
  boot.kernelParams = lib.mkAfter [ "quiet" ];
  fileSystems = {
    "/".device = "/dev/disk/by-label/root";
    "/boot" = {
      device = "/dev/disk/by-label/boot";
      fsType = "vfat";
      options = [ "umask=0077" ];
    };
  };
  boot.loader.timeout = lib.mkOverride 900 3;
}
