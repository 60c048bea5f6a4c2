# Regular expressions. Used by git and nginx, and through them by the machine.

{ stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "pcre2";
  version = "10.46";

  src = fetchurl {
    url = "https://github.com/PCRE2Project/pcre2/releases/download/pcre2-${version}/pcre2-${version}.tar.bz2";
    hash = "sha256-oqILXvRcu+Rn0zlWbGx6hUzjuuRcbsQQude+98UuZv0=";
  };

  # Try adding ../patches/pcre2-match-limit.patch: which packages are built again?
  patches = [ ../patches/pcre2-no-static.patch ];

  outputs = [ "out" "dev" ];
  configureFlags = [ "--enable-jit" "--enable-unicode" ];
}
