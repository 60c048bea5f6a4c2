{
  lib,
  stdenv,
  fetchurl,
  perl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnused";
  version = "4.9";
  src = fetchurl {
    url = "mirror://gnu/gnused/gnused-${finalAttrs.version}.tar.xz";
    hash = "sha256-HpmP8iyMKF/mcjbCMuVJSHFNMPwD8m/8IZA+emvwGpQ=";
  };
  outputs = [ "out" "info" ];
  nativeBuildInputs = [ perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  preConfigure = "patchShebangs ./build-aux/help2man";
  meta = {
    description = "GNU sed, a batch stream editor";
    homepage = "https://gnu.example.org/gnused";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnused";
  };
})
