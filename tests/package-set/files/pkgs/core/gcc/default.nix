# The compiler, which is built several times until it is built by itself.
{
  lib,
  stdenv,
  fetchurl,
  targetPackages ? { },
  noSysDirs ? true,
  gmp,
  mpfr,
  libmpc,
  isl,
  zlib,
  gettext,
  perl,
  texinfo,
  which,
  binutils ? null,
  langC ? true,
  langCC ? true,
  langFortran ? true,
  profiledCompiler ? false,
  reproducibleBuild ? true,
  enableLTO ? stdenv.hostPlatform.hasSharedLibraries,
  enablePlugin ? stdenv.hostPlatform == stdenv.buildPlatform,
  enableShared ? stdenv.targetPlatform.hasSharedLibraries,
  withoutTargetLibc ? false,
  name ? "gcc",
  libcCross ? null,
  patchesExtra ? [ ],
}:
let
  inherit (lib) optional optionals optionalString enableFeature concatStringsSep;
  inherit (stdenv) buildPlatform hostPlatform targetPlatform;
  version = "15.2.0";
  languages = concatStringsSep "," (optional langC "c" ++ optional langCC "c++" ++ optional langFortran "fortran" ++ optional enableLTO "lto");
  crossNameAddon = optionalString (targetPlatform != hostPlatform) "${targetPlatform.config}${optionalString withoutTargetLibc "-nolibc"}-";
in
stdenv.mkDerivation (
  {
    pname = "${crossNameAddon}${name}";
    inherit version;
    src = fetchurl {
      url = "mirror://gnu/gcc/gcc-${version}/gcc-${version}.tar.xz";
      hash = "sha256-Q4/ZoB3Dt2G4uBMEZ+5ZdUPmRB1m1bzUGV3RkFZMtWc=";
    };
    patches = optional noSysDirs ./no-sys-dirs.patch ++ optional langFortran ./libgfortran-no-xml.patch ++ patchesExtra;
    outputs = [ "out" "man" "info" ] ++ optional enableShared "lib" ++ optional (!withoutTargetLibc) "libgcc";
    setOutputFlags = false;
    hardeningDisable = [ "format" "pie" "stackclashprotection" ];
    nativeBuildInputs = [ texinfo which gettext ] ++ optional (perl != null) perl;
    buildInputs = [ gmp mpfr libmpc ] ++ optional (isl != null) isl ++ optional (zlib != null) zlib;
    depsTargetTarget = optional (!withoutTargetLibc && libcCross != null) libcCross;
    prePatch = optionalString (!reproducibleBuild) "echo not reproducible";
    env = {
      NIX_LDFLAGS = optionalString hostPlatform.isSunOS "-lm";
      NIX_NO_SELF_RPATH = true;
      CPATH = "";
    };
    configureFlags = [
      "--with-gmp-include=${lib.getDev gmp}/include"
      "--with-gmp-lib=${lib.getLib gmp}/lib"
      "--with-mpfr-include=${lib.getDev mpfr}/include"
      "--with-mpfr-lib=${lib.getLib mpfr}/lib"
      "--with-mpc=${libmpc}"
      (enableFeature enableLTO "lto")
      (enableFeature enablePlugin "plugin")
      (enableFeature enableShared "shared")
      "--enable-languages=${languages}"
      "--disable-multilib"
      "--with-system-zlib"
    ]
    ++ optional (isl != null) "--with-isl=${isl}"
    ++ optionals withoutTargetLibc [ "--with-newlib" "--disable-threads" "--disable-libssp" ]
    ++ optional (targetPlatform != hostPlatform) "--target=${targetPlatform.config}"
    ++ optional (targetPlatform ? gcc.arch) "--with-arch=${targetPlatform.gcc.arch}";
    targetConfig = if targetPlatform != hostPlatform then targetPlatform.config else null;
    buildFlags = optional (targetPlatform == hostPlatform && profiledCompiler) "profiledbootstrap";
    enableParallelBuilding = true;
    passthru = {
      inherit langC langCC langFortran version;
      isGNU = true;
      hardeningUnsupportedFlags = optional (targetPlatform.isAarch32) "zerocallusedregs";
    };
    meta = {
      description = "GNU Compiler Collection${optionalString (targetPlatform != hostPlatform) " for ${targetPlatform.config}"}";
      homepage = "https://gcc.gnu.example.org/";
      license = lib.licenses.gpl3Plus;
      teams = [ lib.teams.bootstrap ];
      platforms = lib.platforms.unix;
      mainProgram = "${crossNameAddon}gcc";
    };
  }
  // lib.optionalAttrs enableLTO { dontStrip = true; }
)
