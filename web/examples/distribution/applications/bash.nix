{ stdenv, fetchurl, readline }:

stdenv.mkDerivation rec {
  pname = "bash";
  version = "5.3";

  src = fetchurl {
    url = "https://ftpmirror.gnu.org/bash/bash-${version}.tar.gz";
    hash = "sha256-TSXJachRXXSjiR2srrrCbLcXe15nYF8QxCYmKFpZOwE=";
  };

  buildInputs = [ readline ];
  configureFlags = [ "--with-installed-readline" ];
}
