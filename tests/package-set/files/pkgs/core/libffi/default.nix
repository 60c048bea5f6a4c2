{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libffi";
  version = "3.5.2";
  src = fetchurl {
    url = "https://github.example.org/libffi/libffi-${finalAttrs.version}.tar.gz";
    hash = "sha256-HMv2kKId/qQw+vEEY4GLotAgFHusTurmypCCeKFL/Ok=";
  };
  outputs = [ "out" "dev" "man" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [ "--with-gcc-arch=generic" ];
  meta = {
    description = "Foreign function call interface library";
    homepage = "https://github.example.org/libffi";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libffi";
  };
})
