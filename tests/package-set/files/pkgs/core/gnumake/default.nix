{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnumake";
  version = "4.4.1";
  src = fetchurl {
    url = "mirror://gnu/gnumake/gnumake-${finalAttrs.version}.tar.xz";
    hash = "sha256-REpqRVhrAZ0D3xK+W0XE9Zp/D9HjWD1a4m7icNvBmoI=";
  };
  outputs = [ "out" "man" "info" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Tool to control the generation of non-source files from sources";
    homepage = "https://gnu.example.org/gnumake";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnumake";
  };
})
