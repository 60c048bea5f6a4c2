{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "ed";
  version = "1.22.2";
  src = fetchurl {
    url = "mirror://gnu/ed/ed-${finalAttrs.version}.tar.xz";
    hash = "sha256-rr4wCnw8fc8rXafF5ecBK05FPNTtktFvp+VHVtXT43Q=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU implementation of the standard Unix editor";
    homepage = "https://gnu.example.org/ed";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "ed";
  };
})
