{ stdenv, fetchurl, ncurses }:

stdenv.mkDerivation rec {
  pname = "readline";
  version = "8.3";

  src = fetchurl {
    url = "https://ftpmirror.gnu.org/readline/readline-${version}.tar.gz";
    hash = "sha256-aHbxgw+Kc2SdUZNXwROYoT9EefwAflCZ6mneX7ONLiY=";
  };

  # Patches may also be written in place.
  patches = [
    (builtins.toFile "no-arch-flags.patch" ''
      --- a/support/shobj-conf
      +++ b/support/shobj-conf
      @@ -1,1 +1,1 @@
      -SHOBJ_ARCHFLAGS='-arch_only native'
      +SHOBJ_ARCHFLAGS=
    '')
  ];

  outputs = [ "out" "dev" ];
  buildInputs = [ ncurses ];
}
