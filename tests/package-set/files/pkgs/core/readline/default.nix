{
  lib,
  stdenv,
  fetchurl,
  ncurses,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "readline";
  version = "8.3";
  src = fetchurl {
    url = "mirror://gnu/readline/readline-${finalAttrs.version}.tar.xz";
    hash = "sha256-Y+dSdRxXZONiWsMk07T6JtSkbIfqeK5YoaNhwC8nMWs=";
  };
  outputs = [ "out" "dev" "man" "doc" "info" ];
  buildInputs = [ ncurses ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ ncurses ];
  patchFlags = [ "-p0" ];
  meta = {
    description = "Library for interactive line editing";
    homepage = "https://gnu.example.org/readline";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "readline";
  };
})
