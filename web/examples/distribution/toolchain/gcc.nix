# The compiler, built by the bootstrap compiler.

{ platform, bootstrap-tools, fetchurl, cpuFlags }:

derivation rec {
  name = "gcc-${version}";
  version = "15.2.0";
  system = platform;
  builder = "${bootstrap-tools}/bin/bash";
  args = [ "-e" ./build.sh ];
  PATH = "${bootstrap-tools}/bin";
  src = fetchurl {
    url = "https://ftpmirror.gnu.org/gcc/gcc-${version}/gcc-${version}.tar.xz";
    hash = "sha256-vGwlTOsKp1YKy1qkvWPnC6HFVF48YuF+VI2s+xltz+4=";
  };
  configureFlags = [ "--enable-languages=c,c++" "--disable-bootstrap" ];
  CFLAGS = cpuFlags;

  # Programs need the runtime libraries (lib), not the whole compiler.
  outputs = [ "out" "lib" ];
}
