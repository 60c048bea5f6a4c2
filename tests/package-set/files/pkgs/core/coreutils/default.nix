{
  lib,
  stdenv,
  fetchurl,
  perl,
  xz,
  acl,
  attr,
  gmp,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "coreutils";
  version = "9.8";
  src = fetchurl {
    url = "mirror://gnu/coreutils/coreutils-${finalAttrs.version}.tar.xz";
    hash = "sha256-lGn7PoerJ3aydr2mtWzlpWxvivVv1/mnqsO29AS9chc=";
  };
  outputs = [ "out" "info" ];
  nativeBuildInputs = [ perl xz ];
  buildInputs = [ acl attr gmp ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [
    "--with-packager=drvlab"
    (lib.enableFeature false "nls")
  ];
  FORCE_UNSAFE_CONFIGURE = stdenv.hostPlatform.isLinux;
  meta = {
    description = "GNU Core Utilities";
    homepage = "https://gnu.example.org/coreutils";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "coreutils";
  };
})
