{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
  zlib,
  xz,
  readline,
  ncurses,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libxml2";
  version = "2.15.1";
  src = fetchurl {
    url = "https://gnome.example.org/libxml2/libxml2-${finalAttrs.version}.tar.gz";
    hash = "sha256-SCEEVughwAVQBH7yK0ALj9l5yHiOciVMslGmSYdd3JI=";
  };
  outputs = [ "bin" "dev" "out" "doc" ];
  nativeBuildInputs = [ pkg-config ];
  buildInputs = [ zlib xz readline ncurses ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [ (lib.withFeature true "zlib") (lib.withFeature true "lzma") ];
  meta = {
    description = "XML parsing library for C";
    homepage = "https://gnome.example.org/libxml2";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libxml2";
  };
})
