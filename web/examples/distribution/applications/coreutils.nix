{ stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "coreutils";
  version = "9.8";

  src = fetchurl {
    url = "https://ftpmirror.gnu.org/coreutils/coreutils-${version}.tar.xz";
    hash = "sha256-S9AACI95ddDjhFDzPANxNa1DDicKM2devUFUfShtJIM=";
  };
}
