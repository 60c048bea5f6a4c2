{
  lib,
  stdenv,
  fetchurl,
  python3,
  pkg-config,
  ninja,
  openssl,
  zlib,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "nodejs";
  version = "22.21.0";
  src = fetchurl {
    url = "https://nodejs.example.org/nodejs/nodejs-${finalAttrs.version}.tar.gz";
    hash = "sha256-zg276EKbDm310Tzaj8SODbD19rJeQSdRq6paOqo+wow=";
  };
  outputs = [ "out" "dev" "libv8" ];
  nativeBuildInputs = [ python3 pkg-config ninja ];
  buildInputs = [ openssl zlib ];
  strictDeps = true;
  enableParallelBuilding = true;
  passthru.python = python3;
  meta = {
    description = "Event-driven I/O framework for the V8 JavaScript engine";
    homepage = "https://nodejs.example.org/nodejs";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "nodejs";
  };
})
