{
  lib,
  stdenv,
  fetchurl,
  ghc,
  gmp,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "shellcheck-minimal";
  version = "0.11.0";
  src = fetchurl {
    url = "https://github.example.org/shellcheck-minimal/shellcheck-minimal-${finalAttrs.version}.tar.gz";
    hash = "sha256-1e09g87//iOBMdXaQk06+Z2TZxz3VTE05dkgV3JRgHU=";
  };
  nativeBuildInputs = [ ghc ];
  buildInputs = [ gmp ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Shell script analysis tool";
    homepage = "https://github.example.org/shellcheck-minimal";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "shellcheck-minimal";
  };
})
