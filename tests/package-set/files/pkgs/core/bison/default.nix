{
  lib,
  stdenv,
  fetchurl,
  gnum4,
  perl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "bison";
  version = "3.8.2";
  src = fetchurl {
    url = "mirror://gnu/bison/bison-${finalAttrs.version}.tar.xz";
    hash = "sha256-m1G1uMnTZETltYftEy19n/2u50xs5GIaXMZxFbixj4Y=";
  };
  outputs = [ "out" "info" ];
  nativeBuildInputs = [ gnum4 perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ gnum4 ];
  meta = {
    description = "Yacc-compatible parser generator";
    homepage = "https://gnu.example.org/bison";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "bison";
  };
})
