# All packages, as a function from the final set to the set (see `fix` in lib.nix).

{ lib, system, cpuFlags, allowUnfree }:

final:

let
  callPackage = lib.callPackageWith final;
in
{
  inherit lib cpuFlags allowUnfree callPackage;
  platform = system;

  # Downloads: their store path follows from the hash of the content.
  inherit (import ./fetch.nix) fetchurl;

  # Bootstrap tools → compiler → C library → the environment all packages are built in.
  busybox = callPackage ./toolchain/busybox.nix { };
  bootstrap-tools = callPackage ./toolchain/bootstrap-tools.nix { };
  gcc = callPackage ./toolchain/gcc.nix { };
  glibc = callPackage ./toolchain/glibc.nix { };
  stdenv = callPackage ./toolchain/stdenv.nix { };

  # Libraries.
  ncurses = callPackage ./libraries/ncurses.nix { };
  pcre2 = callPackage ./libraries/pcre2.nix { };
  readline = callPackage ./libraries/readline.nix { };
  zlib = callPackage ./libraries/zlib.nix { };

  # Cryptography is worth another optimisation level: the same compiler, other flags.
  openssl = callPackage ./libraries/openssl.nix {
    stdenv = final.stdenv.override { cpuFlags = "${cpuFlags} -O3"; };
  };

  # Applications.
  bash = callPackage ./applications/bash.nix { };
  coreutils = callPackage ./applications/coreutils.nix { };
  curl = callPackage ./applications/curl.nix { };
  dinit = callPackage ./applications/dinit.nix { };
  git = callPackage ./applications/git.nix { };
  linux = callPackage ./applications/linux.nix { };
  nginx = callPackage ./applications/nginx.nix { };
  openssh = callPackage ./applications/openssh.nix { };
  wireless-firmware = callPackage ./applications/wireless-firmware.nix { };

  # Small derivations written in place.
  inherit (callPackage ./trivial.nix { }) runCommand runCommandLocal writeText;

  # The machine.
  configuration = import ./machine/configuration.nix final;
  system = callPackage ./machine { };
}
