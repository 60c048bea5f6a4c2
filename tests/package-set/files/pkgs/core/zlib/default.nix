{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "zlib";
  version = "1.3.1";
  src = fetchurl {
    url = "https://zlib.example.org/zlib/zlib-${finalAttrs.version}.tar.gz";
    hash = "sha256-NUgEOXTkRTgJWDchuSNJ+4StSEg7fdtN2+v/8aJFlJc=";
  };
  outputs = [ "out" "dev" "static" ];
  strictDeps = true;
  enableParallelBuilding = true;
  dontConfigure = stdenv.hostPlatform.libc == "msvcrt";
  env.NIX_CFLAGS_COMPILE = lib.optionalString (stdenv.hostPlatform.isx86) "-fPIC";
  meta = {
    description = "Lossless data-compression library";
    homepage = "https://zlib.example.org/zlib";
    license = lib.licenses.zlib;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "zlib";
  };
})
