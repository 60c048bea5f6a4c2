{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "pcre2";
  version = "10.46";
  src = fetchurl {
    url = "https://pcre.example.org/pcre2/pcre2-${finalAttrs.version}.tar.gz";
    hash = "sha256-/d5SkVXvhngZuYWzpT9uLmFSRTwzv89Jh9cJ9M0X+OA=";
  };
  outputs = [ "bin" "dev" "out" "doc" "man" ];
  strictDeps = true;
  enableParallelBuilding = true;
  configureFlags = [ "--enable-pcre2-16" "--enable-pcre2-32" (lib.enableFeature (!stdenv.hostPlatform.isS390x) "jit") ];
  meta = {
    description = "Library for Perl-compatible regular expressions";
    homepage = "https://pcre.example.org/pcre2";
    license = lib.licenses.bsd3;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "pcre2";
  };
})
