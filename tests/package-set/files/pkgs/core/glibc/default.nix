{
  lib,
  stdenv,
  fetchurl,
  linuxHeaders ? null,
  bison,
  python3Minimal,
  perl,
  texinfo,
  gettext,
  withLinuxHeaders ? true,
  profilingLibraries ? false,
  withGd ? false,
}:
let
  version = "2.42";
  patchSuffix = "-51";
in
stdenv.mkDerivation (
  {
    pname = "glibc";
    version = version + patchSuffix;
    enableParallelBuilding = true;
    src = fetchurl {
      url = "mirror://gnu/glibc/glibc-${version}.tar.xz";
      hash = "sha256-0XdeMuRijmTvkw9DW2e7Y691may2viszW58Z8WUJ8X8=";
    };
    patches = [
      ./dont-use-system-ld-so-cache.patch
      ./locale-archive.patch
    ]
    ++ lib.optional stdenv.hostPlatform.isMusl ./dont-use-system-ld-so-cache.patch;
    outputs = [ "out" "bin" "dev" "static" "getent" ];
    strictDeps = true;
    depsBuildBuild = [ ];
    nativeBuildInputs = [ bison python3Minimal gettext ] ++ lib.optional (perl != null) perl;
    buildInputs = lib.optional withLinuxHeaders linuxHeaders;
    postPatch = ''
      substituteInPlace iconvdata/Makefile --replace-warn '-z combreloc' ""
      echo "#undef SYSCONFDIR" >> config.h.in
    '';
    configureFlags = [
      "-C"
      "--enable-add-ons"
      "--sysconfdir=/etc"
      "--enable-stack-protector=strong"
      "--enable-bind-now"
      (lib.withFeatureAs withLinuxHeaders "headers" "${linuxHeaders}/include")
      (lib.enableFeature profilingLibraries "profile")
    ]
    ++ lib.optionals (stdenv.hostPlatform.isx86) [ "--enable-static-pie" "--enable-cet" ]
    ++ lib.optional withGd "--with-gd";
    installFlags = [ "sysconfdir=$(out)/etc" ];
    hardeningDisable = [ "fortify" "pie" "stackprotector" "strictoverflow" ];
    env.BASH_SHELL = "/bin/sh";
    env.NIX_CFLAGS_COMPILE = lib.concatStringsSep " " (lib.optionals (stdenv.cc.isGNU or false) [ "-Wno-error=attributes" ]);
    passthru = {
      inherit version;
      minorRelease = version;
      libgcc = stdenv.cc.cc.libgcc or null;
    };
    meta = {
      description = "GNU C Library";
      longDescription = ''
        Any Unix-like operating system needs a C library: the library which
        defines the system calls and other basic facilities such as open,
        malloc, printf and exit.
      '';
      homepage = "https://www.gnu.example.org/software/libc/";
      license = lib.licenses.lgpl2Plus;
      teams = [ lib.teams.bootstrap ];
      platforms = lib.platforms.linux;
    };
  }
  // lib.optionalAttrs (stdenv.hostPlatform != stdenv.buildPlatform) {
    preConfigure = ''
      sed -i s/-lgcc_eh//g "../$sourceRoot/Makeconfig"
    '';
  }
)
