{
  lib,
  stdenv,
  fetchurl,
  perl,
  ncurses,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "texinfo";
  version = "7.2";
  src = fetchurl {
    url = "mirror://gnu/texinfo/texinfo-${finalAttrs.version}.tar.xz";
    hash = "sha256-0ueI7G83gUAggUcSzwFlNNRFzmBdjX73ypjma3K0ALM=";
  };
  outputs = [ "out" "info" ];
  nativeBuildInputs = [ perl ];
  buildInputs = [ ncurses ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU documentation system";
    homepage = "https://gnu.example.org/texinfo";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "texinfo";
  };
})
