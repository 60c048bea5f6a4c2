{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libunistring";
  version = "1.4.1";
  src = fetchurl {
    url = "mirror://gnu/libunistring/libunistring-${finalAttrs.version}.tar.xz";
    hash = "sha256-CtywXKnrwQ9ADeQhQBHUcZYuE1yrqRxOcsUesfweU9c=";
  };
  outputs = [ "out" "dev" "info" "doc" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Unicode string library";
    homepage = "https://gnu.example.org/libunistring";
    license = lib.licenses.lgpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libunistring";
  };
})
