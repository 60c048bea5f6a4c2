{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "bzip2";
  version = "1.0.8";
  src = fetchurl {
    url = "https://sourceware.example.org/bzip2/bzip2-${finalAttrs.version}.tar.gz";
    hash = "sha256-RPqrgI9YBb2mAQMnVokPPjuPsUdGTQB/q2tocl7N5DY=";
  };
  outputs = [ "bin" "dev" "out" "man" ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = lib.optionals stdenv.hostPlatform.isStatic [ "--disable-shared" ];
  meta = {
    description = "High-quality data compression program";
    homepage = "https://sourceware.example.org/bzip2";
    license = lib.licenses.bsdOriginal;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "bzip2";
  };
})
