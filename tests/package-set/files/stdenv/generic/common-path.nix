{ pkgs }:
[
  pkgs.coreutils
  pkgs.findutils
  pkgs.diffutils
  pkgs.gnused
  pkgs.gnugrep
  pkgs.gawk
  pkgs.gnutar
  pkgs.gzip
  pkgs.bzip2.bin
  pkgs.gnumake
  pkgs.bash
  pkgs.gnupatch
  pkgs.xz.bin
  pkgs.file
]
