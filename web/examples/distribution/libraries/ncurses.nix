{ stdenv, fetchurl }:

stdenv.mkDerivation rec {
  pname = "ncurses";
  version = "6.5";

  src = fetchurl {
    url = "https://invisible-island.net/archives/ncurses/ncurses-${version}.tar.gz";
    hash = "sha256-/mf0MW4eTpplOvlu9cFFhghs8jSLpPu3ggRpuIwatZ4=";
  };

  outputs = [ "out" "dev" ];
  configureFlags = [ "--with-shared" "--without-debug" "--enable-widec" ];
}
