{
  lib,
  stdenv,
  fetchurl,
  gnum4,
  perl,
  file,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libtool";
  version = "2.5.4";
  src = fetchurl {
    url = "mirror://gnu/libtool/libtool-${finalAttrs.version}.tar.xz";
    hash = "sha256-k6+vf2obfAa52pnm/Nhp49kwwO4kXBry5g4u2MwG6oI=";
  };
  outputs = [ "out" "lib" "info" ];
  nativeBuildInputs = [ gnum4 perl ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ gnum4 file ];
  meta = {
    description = "GNU Libtool, a generic library support script";
    homepage = "https://gnu.example.org/libtool";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libtool";
  };
})
