{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "pkg-config";
  version = "0.29.2";
  src = fetchurl {
    url = "https://freedesktop.example.org/pkg-config/pkg-config-${finalAttrs.version}.tar.gz";
    hash = "sha256-O27LvWE+gvLtgRpVS2I8E7+yAoRrAI33gII+Z0wUjX0=";
  };
  outputs = [ "out" "man" "doc" ];
  strictDeps = true;
  enableParallelBuilding = true;
  setupHook = ../../../build-support/setup-hooks/pkg-config-hook.sh;
  meta = {
    description = "Tool that allows packages to find out information about other packages";
    homepage = "https://freedesktop.example.org/pkg-config";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "pkg-config";
  };
})
