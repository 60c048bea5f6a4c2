{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnu-config";
  version = "2024-01-01";
  src = fetchurl {
    url = "mirror://savannah/gnu-config/gnu-config-${finalAttrs.version}.tar.gz";
    hash = "sha256-pmtJTEymm0RGjfkQ7Sl/ThdiuPOPckMdawgJVwHtlvI=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  dontBuild = true;
  meta = {
    description = "Config.guess and config.sub scripts";
    homepage = "https://savannah.example.org/gnu-config";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnu-config";
  };
})
