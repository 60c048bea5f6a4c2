# The C library: the first thing that the new compiler compiles.

{ platform, bootstrap-tools, gcc, fetchurl, cpuFlags }:

derivation rec {
  name = "glibc-${version}";
  version = "2.42";
  system = platform;
  builder = "${bootstrap-tools}/bin/bash";
  args = [ "-e" ./build.sh ];
  PATH = "${gcc}/bin:${bootstrap-tools}/bin";
  src = fetchurl {
    url = "https://ftpmirror.gnu.org/glibc/glibc-${version}.tar.xz";
    hash = "sha256-ROa3/reiUrme5eMq6HslAtXRTD5At2ntaOBA9zbjK5k=";
  };
  configureFlags = [ "--enable-kernel=5.10" ];
  CFLAGS = cpuFlags;
  outputs = [ "out" "dev" ];
}
