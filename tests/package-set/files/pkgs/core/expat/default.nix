{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "expat";
  version = "2.7.3";
  src = fetchurl {
    url = "https://github.example.org/expat/expat-${finalAttrs.version}.tar.gz";
    hash = "sha256-66NSCr5KL6NdA0EeY8/VLjLaGIEn+nqMrAnGe5Pc6WQ=";
  };
  outputs = [ "out" "dev" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Stream-oriented XML parser library";
    homepage = "https://github.example.org/expat";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "expat";
  };
})
