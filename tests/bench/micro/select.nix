# Selection of attributes, through several sets and of several shapes.
let
  pkgs = { lib = { a = 1; b = 2; strings = { x = 3; y = 4; }; }; stdenv = { cc = { version = 5; }; }; };
  other = { z = 1; lib = { c = 1; a = 6; }; };
in
builtins.foldl'
  (sum: n: sum + pkgs.lib.a + pkgs.lib.strings.y + pkgs.stdenv.cc.version + other.lib.a + (pkgs.lib.missing or 1))
  0
  (builtins.genList (n: n) 200000)
