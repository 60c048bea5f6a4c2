{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "expand-response-params";
  version = "1.0";
  src = fetchurl {
    url = "https://local.example.org/expand-response-params/expand-response-params-${finalAttrs.version}.tar.gz";
    hash = "sha256-TYbwsik6AaS6lzGXKvSCqVpyii+8fk0261rwAGwAmXg=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Expands the response files of a command line";
    homepage = "https://local.example.org/expand-response-params";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "expand-response-params";
  };
})
