{
  lib,
  stdenv,
  fetchurl,
  bison,
  perl,
  texinfo,
  zlib,
  noSysDirs ? true,
  enableGold ? stdenv.hostPlatform.isLinux,
  enableShared ? !stdenv.hostPlatform.isStatic,
  withAllTargets ? false,
}:
let
  inherit (stdenv) buildPlatform hostPlatform targetPlatform;
  targetPrefix = lib.optionalString (targetPlatform != hostPlatform) "${targetPlatform.config}-";
in
stdenv.mkDerivation (finalAttrs: {
  pname = targetPrefix + "binutils";
  version = "2.44";
  src = fetchurl {
    url = "mirror://gnu/binutils/binutils-with-gold-${finalAttrs.version}.tar.bz2";
    hash = "sha256-NHM+pJXMDlDnDbTliQ3sKKxB8OFMShZeac8n+5moxMg=";
  };
  outputs = [ "out" "info" "man" "dev" ] ++ lib.optional enableShared "lib";
  strictDeps = true;
  depsBuildBuild = [ ];
  nativeBuildInputs = [ bison perl texinfo ];
  buildInputs = [ zlib ];
  configurePlatforms = [ "build" "host" ] ++ lib.optional (targetPlatform != hostPlatform) "target";
  configureFlags = [
    "--enable-64-bit-bfd"
    "--with-system-zlib"
    "--enable-deterministic-archives"
    "--enable-new-dtags"
    "--program-prefix=${targetPrefix}"
  ]
  ++ lib.optionals withAllTargets [ "--enable-targets=all" ]
  ++ lib.optionals enableGold [ "--enable-gold${lib.optionalString (lib.versionAtLeast "2.43" "2.44") "=default"}" "--enable-plugins" ]
  ++ lib.optional enableShared "--enable-shared";
  hardeningDisable = [ "format" "pie" ];
  enableParallelBuilding = true;
  passthru = {
    inherit targetPrefix;
    hasGold = enableGold;
    isGNU = true;
  };
  meta = {
    description = "Tools for manipulating binaries (linker, assembler, etc.)";
    homepage = "https://www.gnu.example.org/software/binutils/";
    license = lib.licenses.gpl3Plus;
    teams = [ lib.teams.bootstrap ];
    platforms = lib.platforms.unix;
    priority = 10;
  };
})
