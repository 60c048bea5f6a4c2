# The first process of the machine: it starts the services and starts them again when they stop.

{ stdenv, fetchurl, ncurses }:

stdenv.mkDerivation rec {
  pname = "dinit";
  version = "0.19.4";

  src = fetchurl {
    url = "https://github.com/davmac314/dinit/releases/download/v${version}/dinit-${version}.tar.xz";
    hash = "sha256-t8YYTc9MlDXcAbvQVO+CgVNrMpnEvVdqzlKbdJfMfRg=";
  };

  buildInputs = [ ncurses ];
}
