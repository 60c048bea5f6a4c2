{
  lib,
  stdenv,
  fetchurl,
  perl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "patchutils";
  version = "0.4.2";
  src = fetchurl {
    url = "https://cyberelk.example.org/patchutils/patchutils-${finalAttrs.version}.tar.gz";
    hash = "sha256-QTsyRHe+Dy2Km6iqPa8nmthUZHgY3BkJd7aeEzzo3lw=";
  };
  nativeBuildInputs = [ perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Tools to manipulate patch files";
    homepage = "https://cyberelk.example.org/patchutils";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "patchutils";
  };
})
