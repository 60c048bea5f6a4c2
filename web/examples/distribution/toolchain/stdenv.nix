# The standard environment: compiler, C library and tools, with the function that
# describes a package built in it. `stdenv.override { cpuFlags = "…"; }` is another one.

{ lib, platform, bootstrap-tools, gcc, glibc, cpuFlags }:

let
  shell = "${bootstrap-tools}/bin/bash";

  stdenv = derivation {
    name = "stdenv";
    system = platform;
    builder = shell;
    args = [ "-e" ./make-stdenv.sh ];
    PATH = "${bootstrap-tools}/bin";
    compiler = gcc;
    libc = glibc;
    libcHeaders = glibc.dev;
    inherit cpuFlags;
  };

  mkDerivation =
    { pname
    , version
    , buildInputs ? [ ]                   # libraries to compile against
    , meta ? { license = lib.licenses.free; }
    , ...
    }@attrs:
    derivation (removeAttrs attrs [ "meta" ] // {
      name = "${pname}-${version}";
      system = platform;
      builder = shell;
      args = [ "-e" ./build.sh ];
      inherit stdenv;
      buildInputs = map lib.getDev buildInputs;
    }) // {
      inherit meta;
      # The same package with some attributes replaced.
      overrideAttrs = change: mkDerivation (attrs // change attrs);
    };
in
stdenv // { inherit mkDerivation; }
