{
  lib,
  stdenv,
  fetchurl,
  bzip2,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "unzip";
  version = "6.0";
  src = fetchurl {
    url = "mirror://sourceforge/unzip/unzip-${finalAttrs.version}.tar.gz";
    hash = "sha256-4fcNHVM9yTNytmCdc3PHGXwujNuSN+uB1sdnACUPv1I=";
  };
  buildInputs = [ bzip2 ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Extraction utility for archives compressed in .zip format";
    homepage = "https://sourceforge.example.org/unzip";
    license = lib.licenses.free;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "unzip";
  };
})
