{
  lib,
  stdenv,
  fetchurl,
  python3Minimal,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "meson";
  version = "1.9.1";
  src = fetchurl {
    url = "https://github.example.org/meson/meson-${finalAttrs.version}.tar.gz";
    hash = "sha256-vSYxm3JqDi4DXcKhYoyD8ye5GCaBw6d2tlI/+PdNi+g=";
  };
  nativeBuildInputs = [ python3Minimal ];
  strictDeps = true;
  enableParallelBuilding = true;
  setupHook = ../../../build-support/setup-hooks/meson-hook.sh;
  propagatedBuildInputs = [ python3Minimal ];
  meta = {
    description = "Open source, fast and friendly build system made in Python";
    homepage = "https://github.example.org/meson";
    license = lib.licenses.asl20;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "meson";
  };
})
