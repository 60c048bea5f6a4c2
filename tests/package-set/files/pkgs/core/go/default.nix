{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "go";
  version = "1.25.3";
  src = fetchurl {
    url = "https://golang.example.org/go/go-${finalAttrs.version}.tar.gz";
    hash = "sha256-IJZ3kfxXRsZiDRYO2vNz013/FkMN3gvFzCiKetCo1c4=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  env.GOROOT_BOOTSTRAP = "/no-such-path";
  passthru = {
    GOOS = stdenv.targetPlatform.go.GOOS;
    GOARCH = stdenv.targetPlatform.go.GOARCH;
  };
  meta = {
    description = "Go programming language";
    homepage = "https://golang.example.org/go";
    license = lib.licenses.bsd3;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "go";
  };
})
