{
  lib,
  stdenv,
  fetchurl,
  acl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnutar";
  version = "1.35";
  src = fetchurl {
    url = "mirror://gnu/gnutar/gnutar-${finalAttrs.version}.tar.xz";
    hash = "sha256-GC6W57oijWxDbIDloEuGrjJsOXh/Yc5AUQ2xIo5e6no=";
  };
  outputs = [ "out" "info" ];
  buildInputs = [ acl ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU implementation of the `tar' archiver";
    homepage = "https://gnu.example.org/gnutar";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnutar";
  };
})
