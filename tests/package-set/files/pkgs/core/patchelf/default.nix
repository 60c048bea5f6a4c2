{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "patchelf";
  version = "0.18.0";
  src = fetchurl {
    url = "https://nixos.example.org/patchelf/patchelf-${finalAttrs.version}.tar.gz";
    hash = "sha256-Iwlv2ajVeW+W9SrJNIMy08sGuHp6xxgf6LQfs1L9ZLc=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  doCheck = false;
  meta = {
    description = "Small utility to modify the dynamic linker and RPATH of ELF executables";
    homepage = "https://nixos.example.org/patchelf";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "patchelf";
  };
})
