{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gzip";
  version = "1.14";
  src = fetchurl {
    url = "mirror://gnu/gzip/gzip-${finalAttrs.version}.tar.xz";
    hash = "sha256-SCZAh4XhE02PFnyA82/ncQF91r6jFEA972L1cax9Ax4=";
  };
  outputs = [ "out" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  env.GREP = "grep";
  meta = {
    description = "GNU zip compression program";
    homepage = "https://gnu.example.org/gzip";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gzip";
  };
})
