{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnum4";
  version = "1.4.20";
  src = fetchurl {
    url = "mirror://gnu/gnum4/gnum4-${finalAttrs.version}.tar.xz";
    hash = "sha256-UsgUrA4MUCJTBQ5NRUeb/ecOMgGl9iqpdzTGdTBsEeo=";
  };
  outputs = [ "out" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU M4, a macro processor";
    homepage = "https://gnu.example.org/gnum4";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnum4";
  };
})
