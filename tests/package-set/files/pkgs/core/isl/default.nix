{
  lib,
  stdenv,
  fetchurl,
  gmp,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "isl";
  version = "0.27";
  src = fetchurl {
    url = "https://libisl.example.org/isl/isl-${finalAttrs.version}.tar.gz";
    hash = "sha256-BU4YDqeEaFrxfyIr4hUl2xaQhe0ijS8tQhH0T/peXv0=";
  };
  buildInputs = [ gmp ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Library for manipulating sets and relations of integer points";
    homepage = "https://libisl.example.org/isl";
    license = lib.licenses.lgpl21Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "isl";
  };
})
