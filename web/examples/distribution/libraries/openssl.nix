{ stdenv, fetchurl, zlib }:

stdenv.mkDerivation rec {
  pname = "openssl";
  version = "3.6.0";

  src = fetchurl {
    url = "https://github.com/openssl/openssl/releases/download/openssl-${version}/openssl-${version}.tar.gz";
    hash = "sha256-rV2V56czmyz8FejkRIMu1rZwsdyoDfFwX0wHpkLuf/A=";
  };

  # Three outputs: the library, the command, the headers.
  outputs = [ "out" "bin" "dev" ];
  buildInputs = [ zlib ];
  configureFlags = [ "shared" "zlib" ];
}
