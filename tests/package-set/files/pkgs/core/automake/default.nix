{
  lib,
  stdenv,
  fetchurl,
  autoconf,
  perl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "automake";
  version = "1.18.1";
  src = fetchurl {
    url = "mirror://gnu/automake/automake-${finalAttrs.version}.tar.xz";
    hash = "sha256-naJowIwk9o5mojzdpdqq59a1QzQFijz+R6VsF4bTn3s=";
  };
  nativeBuildInputs = [ autoconf perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU standard-compliant makefile generator";
    homepage = "https://gnu.example.org/automake";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "automake";
  };
})
