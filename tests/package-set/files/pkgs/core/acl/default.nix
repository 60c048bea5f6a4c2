{
  lib,
  stdenv,
  fetchurl,
  gettext,
  attr,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "acl";
  version = "2.3.2";
  src = fetchurl {
    url = "mirror://savannah/acl/acl-${finalAttrs.version}.tar.gz";
    hash = "sha256-UDfEsZjAImEujpwc1ws+g1K1oYsdrl5D5D7mNZgG39k=";
  };
  outputs = [ "bin" "dev" "out" "man" "doc" ];
  nativeBuildInputs = [ gettext ];
  buildInputs = [ attr ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Library and tools for manipulating access control lists";
    homepage = "https://savannah.example.org/acl";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "acl";
  };
})
