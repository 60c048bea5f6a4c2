{
  lib,
  stdenv,
  fetchurl,
  meson,
  ninja,
  pkg-config,
  python3,
  gettext,
  libffi,
  zlib,
  pcre2,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "glib";
  version = "2.86.1";
  src = fetchurl {
    url = "https://gnome.example.org/glib/glib-${finalAttrs.version}.tar.gz";
    hash = "sha256-JODhhYeCFw44meQCnIFJOhPTuoNWY1+K41T51Zm0ASY=";
  };
  outputs = [ "bin" "out" "dev" "devdoc" ];
  nativeBuildInputs = [ meson ninja pkg-config python3 gettext ];
  buildInputs = [ libffi zlib pcre2 ];
  strictDeps = true;
  enableParallelBuilding = true;
  mesonFlags = [ (lib.mesonBool "documentation" false) (lib.mesonEnable "selinux" false) ];
  propagatedBuildInputs = [ zlib libffi ];
  meta = {
    description = "C library of programming buildings blocks";
    homepage = "https://gnome.example.org/glib";
    license = lib.licenses.lgpl21Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "glib";
  };
})
