{ stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "zlib";
  version = "1.3.1";

  src = fetchurl {
    url = "https://zlib.net/fossils/zlib-${version}.tar.gz";
    hash = "sha256-DGVUQh6CcXD2dFT0mbZDfh3LmBV6+FdrUCmkOyrIUCw=";
  };

  outputs = [ "out" "dev" ];
}
