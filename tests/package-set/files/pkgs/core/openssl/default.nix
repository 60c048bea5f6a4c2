{
  lib,
  stdenv,
  fetchurl,
  perl,
  coreutils,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "openssl";
  version = "3.6.0";
  src = fetchurl {
    url = "https://openssl.example.org/openssl/openssl-${finalAttrs.version}.tar.gz";
    hash = "sha256-6unCS3pQWMw1DpIKzwBgPxpykdlgtdNy1N+YBA+Zjs8=";
  };
  outputs = [ "bin" "dev" "out" "man" "doc" ];
  nativeBuildInputs = [ perl coreutils ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureScript = {
    x86_64-linux = "./Configure linux-x86_64";
    aarch64-linux = "./Configure linux-aarch64";
  }.${stdenv.hostPlatform.system} or "./config";
  configureFlags = [ "shared" "--libdir=lib" ] ++ lib.optional stdenv.hostPlatform.isMusl "-DOPENSSL_NO_SECURE_MEMORY";
  meta = {
    description = "Cryptographic library that implements the SSL and TLS protocols";
    homepage = "https://openssl.example.org/openssl";
    license = lib.licenses.asl20;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "openssl";
  };
})
