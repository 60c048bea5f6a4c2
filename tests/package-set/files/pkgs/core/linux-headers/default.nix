{
  lib,
  stdenv,
  fetchurl,
  perl,
  patches ? [ ],
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "linux-headers";
  version = "6.16.7";
  src = fetchurl {
    url = "mirror://kernel/linux/kernel/v6.x/linux-${finalAttrs.version}.tar.xz";
    hash = "sha256-W+TTxGyh4V8mKNdAsvySqtjJFuSdXTCf1OCbDGr9zno=";
  };
  inherit patches;
  ARCH = stdenv.hostPlatform.linuxArch;
  strictDeps = true;
  depsBuildBuild = [ ];
  nativeBuildInputs = [ perl ];
  hardeningDisable = lib.optional stdenv.buildPlatform.isDarwin "format";
  makeFlags = [ "SHELL=bash" "ARCH=${stdenv.hostPlatform.linuxArch}" ];
  buildPhase = ''
    make mrproper $makeFlags
    make headers $makeFlags
  '';
  installPhase = ''
    mkdir -p $out
    cp -r usr/include $out
  '';
  meta = {
    description = "Header files and scripts for Linux kernel";
    license = lib.licenses.gpl2Only;
    platforms = lib.platforms.linux;
  };
})
