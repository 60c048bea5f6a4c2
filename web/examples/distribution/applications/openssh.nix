{ stdenv, fetchurl, openssl, zlib }:

stdenv.mkDerivation rec {
  pname = "openssh";
  version = "10.2p1";

  src = fetchurl {
    url = "https://cdn.openbsd.org/pub/OpenBSD/OpenSSH/portable/openssh-${version}.tar.gz";
    hash = "sha256-zQreCzTeKdVwIjV0UOAwGjpERECrmOa+S0OHWJDlHPo=";
  };

  buildInputs = [ openssl zlib ];
  configureFlags = [ "--sysconfdir=/etc/ssh" "--with-privsep-path=/var/empty" ];
}
