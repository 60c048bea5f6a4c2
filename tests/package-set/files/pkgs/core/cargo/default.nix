{
  lib,
  stdenv,
  fetchurl,
  rustc,
  pkg-config,
  openssl,
  curl,
  zlib,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "cargo";
  version = "1.91.0";
  src = fetchurl {
    url = "https://rust.example.org/cargo/cargo-${finalAttrs.version}.tar.gz";
    hash = "sha256-ZMVktgNGOb1c0p0kn3LY6rDxl2X0QA8rN6KwHKC697w=";
  };
  nativeBuildInputs = [ rustc pkg-config ];
  buildInputs = [ openssl curl zlib ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Downloads your Rust project's dependencies and builds your project";
    homepage = "https://rust.example.org/cargo";
    license = lib.licenses.mit;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "cargo";
  };
})
