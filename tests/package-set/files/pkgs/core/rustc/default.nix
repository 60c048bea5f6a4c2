{
  lib,
  stdenv,
  fetchurl,
  cmake,
  ninja,
  python3Minimal,
  openssl,
  zlib,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "rustc";
  version = "1.91.0";
  src = fetchurl {
    url = "https://rust.example.org/rustc/rustc-${finalAttrs.version}.tar.gz";
    hash = "sha256-PO36J7lJTSh0sw2xysa0EC+ER/qvPyN8hUqturwpawA=";
  };
  outputs = [ "out" "man" "doc" ];
  nativeBuildInputs = [ cmake ninja python3Minimal ];
  buildInputs = [ openssl zlib ];
  strictDeps = true;
  enableParallelBuilding = true;
  passthru.targetPlatforms = lib.platforms.linux ++ lib.platforms.darwin;
  env.RUSTFLAGS = "-Ccodegen-units=10";
  meta = {
    description = "Safe, concurrent, practical language";
    homepage = "https://rust.example.org/rustc";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "rustc";
  };
})
