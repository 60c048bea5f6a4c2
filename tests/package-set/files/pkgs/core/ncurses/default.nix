{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "ncurses";
  version = "6.5";
  src = fetchurl {
    url = "mirror://gnu/ncurses/ncurses-${finalAttrs.version}.tar.xz";
    hash = "sha256-xa+92LIMNRyYDMnYaFw0bswRm8xYjfwTg51SRCmxeTc=";
  };
  outputs = [ "out" "dev" "man" ];
  nativeBuildInputs = [ pkg-config ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [ (lib.withFeature true "shared") "--without-debug" "--enable-pc-files" "--enable-symlinks" ];
  meta = {
    description = "Free software emulation of curses in System V Release 4.0";
    homepage = "https://gnu.example.org/ncurses";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "ncurses";
  };
})
