# Many strings joined.
let
  words = builtins.genList (n: "word-${toString n}") 1000;
in
builtins.foldl' (sum: n: sum + builtins.stringLength (builtins.concatStringsSep " " words)) 0 (builtins.genList (n: n) 1000)
