{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gawk";
  version = "5.3.2";
  src = fetchurl {
    url = "mirror://gnu/gawk/gawk-${finalAttrs.version}.tar.xz";
    hash = "sha256-teDWQTtaWgmHtrksqS9ifjR277i4I+3kfDU3SGNbNB8=";
  };
  outputs = [ "out" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU implementation of the Awk programming language";
    homepage = "https://gnu.example.org/gawk";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gawk";
  };
})
