{
  lib,
  stdenv,
  fetchurl,
  openssl,
  curl,
  zlib,
  expat,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "cmake";
  version = "4.1.2";
  src = fetchurl {
    url = "https://kitware.example.org/cmake/cmake-${finalAttrs.version}.tar.gz";
    hash = "sha256-3NQkyfv9BhMpoIkXuKUJjjT5aDLxi1Uy+4i1LrQxopM=";
  };
  buildInputs = [ openssl curl zlib expat ];
  strictDeps = true;
  enableParallelBuilding = true;
  setupHook = ../../../build-support/setup-hooks/cmake-hook.sh;
  meta = {
    description = "Cross-platform, open-source build system generator";
    homepage = "https://kitware.example.org/cmake";
    license = lib.licenses.bsd3;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "cmake";
  };
})
