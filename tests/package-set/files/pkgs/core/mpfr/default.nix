{
  lib,
  stdenv,
  fetchurl,
  gmp,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "mpfr";
  version = "4.2.2";
  src = fetchurl {
    url = "https://mpfr.example.org/mpfr/mpfr-${finalAttrs.version}.tar.gz";
    hash = "sha256-Vd+gZVODmGFKe7piyH9y5CTW5MMLCii+GL89UdDmUe0=";
  };
  outputs = [ "out" "dev" "doc" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ gmp ];
  meta = {
    description = "Library for multiple-precision floating-point arithmetic";
    homepage = "https://mpfr.example.org/mpfr";
    license = lib.licenses.lgpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "mpfr";
  };
})
