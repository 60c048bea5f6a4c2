{
  lib,
  stdenv,
  fetchurl,
  gmp,
  mpfr,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libmpc";
  version = "1.3.1";
  src = fetchurl {
    url = "mirror://gnu/libmpc/libmpc-${finalAttrs.version}.tar.xz";
    hash = "sha256-6k7hlt/jUhrzbgGGa29z8U+Eo22IAC1WJwgnQoHGqqk=";
  };
  buildInputs = [ gmp mpfr ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Library for multiprecision complex arithmetic with exact rounding";
    homepage = "https://gnu.example.org/libmpc";
    license = lib.licenses.lgpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libmpc";
  };
})
