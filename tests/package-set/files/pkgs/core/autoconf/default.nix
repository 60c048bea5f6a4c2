{
  lib,
  stdenv,
  fetchurl,
  gnum4,
  perl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "autoconf";
  version = "2.72";
  src = fetchurl {
    url = "mirror://gnu/autoconf/autoconf-${finalAttrs.version}.tar.xz";
    hash = "sha256-kJRimkLcS7IKmS6LEJ0ca+mGtqoi4Xi/TMH3XfxYwpI=";
  };
  outputs = [ "out" "doc" "info" ];
  nativeBuildInputs = [ gnum4 perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ gnum4 perl ];
  meta = {
    description = "Part of the GNU Build System";
    homepage = "https://gnu.example.org/autoconf";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "autoconf";
  };
})
