{ stdenv, fetchurl, lib, curl, openssl, pcre2, zlib
, withHttps ? true
}:

stdenv.mkDerivation rec {
  pname = "git";
  version = "2.51.0";

  src = fetchurl {
    url = "https://www.kernel.org/pub/software/scm/git/git-${version}.tar.xz";
    hash = "sha256-Khz6ENH8FAByU7Q2zCr2/X8fJsRSYUOX2Czw1AFSXgE=";
  };

  buildInputs = [ openssl pcre2 zlib ] ++ lib.optional withHttps curl;
  makeFlags = [ "USE_LIBPCRE2=1" ] ++ lib.optional (!withHttps) "NO_CURL=1";
}
