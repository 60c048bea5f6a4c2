{
  lib,
  stdenv,
  fetchurl,
  python3Minimal,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "ninja";
  version = "1.13.1";
  src = fetchurl {
    url = "https://github.example.org/ninja/ninja-${finalAttrs.version}.tar.gz";
    hash = "sha256-BUJjPOn2XpoWaWYIqZZ2LTDooDykI7TxQnDogSkrfZs=";
  };
  nativeBuildInputs = [ python3Minimal ];
  strictDeps = true;
  enableParallelBuilding = true;
  setupHook = ../../../build-support/setup-hooks/ninja-hook.sh;
  meta = {
    description = "Small build system with a focus on speed";
    homepage = "https://github.example.org/ninja";
    license = lib.licenses.asl20;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "ninja";
  };
})
