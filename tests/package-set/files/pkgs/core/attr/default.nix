{
  lib,
  stdenv,
  fetchurl,
  gettext,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "attr";
  version = "2.5.2";
  src = fetchurl {
    url = "mirror://savannah/attr/attr-${finalAttrs.version}.tar.gz";
    hash = "sha256-AFxKkeB2y/9Cf2QHadWkDkpbS15XBW8XYfkv2ojLrgY=";
  };
  outputs = [ "bin" "dev" "out" "man" "doc" ];
  nativeBuildInputs = [ gettext ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Library and tools for manipulating extended attributes";
    homepage = "https://savannah.example.org/attr";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "attr";
  };
})
