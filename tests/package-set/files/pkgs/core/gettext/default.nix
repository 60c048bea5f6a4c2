{
  lib,
  stdenv,
  fetchurl,
  xz,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gettext";
  version = "0.25.1";
  src = fetchurl {
    url = "mirror://gnu/gettext/gettext-${finalAttrs.version}.tar.xz";
    hash = "sha256-vshT6jAmZ3SCpfehu1MBMK0NNiHoN8/EL0KIvsExr5I=";
  };
  outputs = [ "out" "man" "doc" "info" ];
  nativeBuildInputs = [ xz ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Well integrated set of translation tools and documentation";
    homepage = "https://gnu.example.org/gettext";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gettext";
  };
})
