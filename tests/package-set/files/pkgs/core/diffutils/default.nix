{
  lib,
  stdenv,
  fetchurl,
  xz,
  coreutils,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "diffutils";
  version = "3.12";
  src = fetchurl {
    url = "mirror://gnu/diffutils/diffutils-${finalAttrs.version}.tar.xz";
    hash = "sha256-xlu54GN65MR0CGa0muJsGd4jcvnFICDFErVIq+8KLpI=";
  };
  outputs = [ "out" "info" ];
  nativeBuildInputs = [ xz ];
  buildInputs = [ coreutils ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Commands for showing the differences between files";
    homepage = "https://gnu.example.org/diffutils";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "diffutils";
  };
})
