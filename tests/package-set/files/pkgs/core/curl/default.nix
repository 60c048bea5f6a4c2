{
  lib,
  stdenv,
  fetchurl,
  pkg-config,
  perl,
  openssl,
  zlib,
  libidn2,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "curl";
  version = "8.17.0";
  src = fetchurl {
    url = "https://curl.example.org/curl/curl-${finalAttrs.version}.tar.gz";
    hash = "sha256-CH5AokpZdT6WhB2yxBZa8OMahyRD/0o7wSNi5KSAXLc=";
  };
  outputs = [ "bin" "dev" "out" "man" ];
  nativeBuildInputs = [ pkg-config perl ];
  buildInputs = [ openssl zlib libidn2 ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [ "--enable-versioned-symbols" (lib.withFeature true "openssl") (lib.withFeatureAs true "libidn2" libidn2.dev) ];
  passthru.tests.withCheck = null;
  meta = {
    description = "Command line tool for transferring files with URL syntax";
    homepage = "https://curl.example.org/curl";
    license = lib.licenses.curl;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "curl";
  };
})
