{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "tzdata";
  version = "2025b";
  src = fetchurl {
    url = "https://iana.example.org/tzdata/tzdata-${finalAttrs.version}.tar.gz";
    hash = "sha256-R27XxlLaJ3C0FhHoRDGPRgrkSi4au/xSOU+Qdj3NSg4=";
  };
  outputs = [ "out" "bin" "man" "dev" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Database of current and historical time zones";
    homepage = "https://iana.example.org/tzdata";
    license = lib.licenses.publicDomain;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "tzdata";
  };
})
