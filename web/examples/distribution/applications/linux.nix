# The kernel and its modules.

{ stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "linux";
  version = "6.17.8";

  src = fetchurl {
    url = "https://cdn.kernel.org/pub/linux/kernel/v6.x/linux-${version}.tar.xz";
    hash = "sha512-zKanIxxbbf3/REXNytjpdfEXQsuNQvKETuk37Fqx988b3j5QDgE8PtUo76xxazNggdPSPXj7gW0fysxRCYc/4g==";
  };

  outputs = [ "out" "modules" ];
  makeFlags = [ "ARCH=x86_64" "INSTALL_MOD_PATH=$(modules)" ];
}
