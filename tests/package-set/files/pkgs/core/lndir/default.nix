{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "lndir";
  version = "1.0.5";
  src = fetchurl {
    url = "mirror://xorg/individual/util/lndir-${finalAttrs.version}.tar.xz";
    hash = "sha256-v02UY64yV6y4Gg6d4hOBOjVGqYyIHQDc5A4pZNOBrzk=";
  };
  nativeBuildInputs = [ pkg-config ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Create shadow directory of symbolic links to another directory tree";
    homepage = "https://xorg.example.org/lndir";
    license = lib.licenses.hpnd;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "lndir";
  };
})
