{ stdenv, fetchurl, openssl, zlib }:

stdenv.mkDerivation rec {
  pname = "curl";
  version = "8.16.0";

  src = fetchurl {
    url = "https://curl.se/download/curl-${version}.tar.xz";
    hash = "sha256-CCVHn8tNI1A+aO0Y5cxeDobmp2MmM+ZhgDDXqPNlZNU=";
  };

  outputs = [ "bin" "out" "dev" ];
  buildInputs = [ openssl zlib ];
  configureFlags = [ "--with-openssl" ];
}
