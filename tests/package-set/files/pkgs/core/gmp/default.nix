{
  lib,
  stdenv,
  fetchurl,
  gnum4,
  cxx ? !stdenv.hostPlatform.useLLVM && !stdenv.hostPlatform.isMusl,
  withStatic ? stdenv.hostPlatform.isStatic,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gmp${lib.optionalString cxx "-with-cxx"}";
  version = "6.3.0";
  src = fetchurl {
    urls = [
      "mirror://gnu/gmp/gmp-${finalAttrs.version}.tar.bz2"
      "ftp://ftp.gmplib.example.org/pub/gmp-${finalAttrs.version}/gmp-${finalAttrs.version}.tar.bz2"
    ];
    hash = "sha256-rCghGTu7Qjpuo4VwcHhYkHB+mrxKpeXvMgWUGIHZTaY=";
  };
  outputs = [ "out" "dev" "info" ];
  strictDeps = true;
  depsBuildBuild = [ ];
  nativeBuildInputs = [ gnum4 ];
  configureFlags = [
    "--with-pic"
    (lib.enableFeature cxx "cxx")
    # Builds for the processor of the builder are not reproducible.
    "--enable-fat"
  ]
  ++ lib.optional (stdenv.hostPlatform.isMinGW) "--build=${stdenv.buildPlatform.config}";
  doCheck = true;
  dontDisableStatic = withStatic;
  enableParallelBuilding = true;
  meta = {
    description = "GNU multiple precision arithmetic library";
    homepage = "https://gmplib.example.org/";
    license = [
      lib.licenses.lgpl3Only
      lib.licenses.gpl2Only
    ];
    platforms = lib.platforms.all;
    badPlatforms = [ "x86_64-darwin" ];
    teams = [ lib.teams.bootstrap ];
  };
})
