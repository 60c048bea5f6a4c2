{
  lib,
  stdenv,
  fetchurl,
  ed,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnupatch";
  version = "2.8";
  src = fetchurl {
    url = "mirror://gnu/gnupatch/gnupatch-${finalAttrs.version}.tar.xz";
    hash = "sha256-PnTxg9I34FJUiz5peGS/vXCF0yG87j1gp2lYj6nQx8Y=";
  };
  buildInputs = [ ed ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "GNU Patch, a program to apply differences to files";
    homepage = "https://gnu.example.org/gnupatch";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnupatch";
  };
})
