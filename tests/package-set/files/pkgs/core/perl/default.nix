{
  lib,
  stdenv,
  fetchurl,
  coreutils,
  zlib ? null,
  enableThreading ? true,
  pkgs ? null,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "perl";
  version = "5.42.0";
  src = fetchurl {
    url = "mirror://cpan/src/5.0/perl-${finalAttrs.version}.tar.gz";
    hash = "sha256-4JPvGE1/mhuXl+JGUpb1VRCtttq4hCMufGFkJmqfjpI=";
  };
  strictDeps = true;
  outputs = [ "out" "man" "devdoc" ];
  buildInputs = [ coreutils ];
  configureFlags = [
    "-de"
    "-Dinstallprefix=${placeholder "out"}"
    "-Dman1dir=${placeholder "out"}/share/man/man1"
    "-Uinstallusrbinperl"
  ]
  ++ lib.optional enableThreading "-Dusethreads";
  configureScript = "sh ./Configure";
  dontAddPrefix = true;
  enableParallelBuilding = false;
  setupHook = ../../../build-support/setup-hooks/perl-hook.sh;
  passthru = {
    interpreter = "${finalAttrs.finalPackage}/bin/perl";
    libPrefix = "lib/perl5/site_perl";
  };
  meta = {
    description = "Standard implementation of the Perl 5 programming language";
    homepage = "https://www.perl.example.org/";
    license = lib.licenses.artistic1;
    teams = [ lib.teams.perl ];
    platforms = lib.platforms.all;
    priority = 6;
    mainProgram = "perl";
  };
})
