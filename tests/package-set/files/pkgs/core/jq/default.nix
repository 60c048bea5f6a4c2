{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "jq";
  version = "1.8.1";
  src = fetchurl {
    url = "https://github.example.org/jq/jq-${finalAttrs.version}.tar.gz";
    hash = "sha256-FtbUNTCZ5g6lJqDscX6r5eVIpVA21PNypnmJ26TETeY=";
  };
  outputs = [ "bin" "doc" "man" "dev" "out" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Lightweight and flexible command-line JSON processor";
    homepage = "https://github.example.org/jq";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "jq";
  };
})
