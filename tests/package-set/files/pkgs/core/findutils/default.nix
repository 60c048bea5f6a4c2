{
  lib,
  stdenv,
  fetchurl,
  coreutils,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "findutils";
  version = "4.10.0";
  src = fetchurl {
    url = "mirror://gnu/findutils/findutils-${finalAttrs.version}.tar.xz";
    hash = "sha256-9ZB2+KP3ZOZFFEUBrVauY2WInLczNRNpVA0Fr3Llm/A=";
  };
  outputs = [ "out" "info" "locate" ];
  nativeBuildInputs = [ coreutils ];
  strictDeps = true;
  enableParallelBuilding = true;
  hardeningDisable = lib.optional stdenv.hostPlatform.isMusl "fortify";
  meta = {
    description = "GNU Find Utilities";
    homepage = "https://gnu.example.org/findutils";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "findutils";
  };
})
