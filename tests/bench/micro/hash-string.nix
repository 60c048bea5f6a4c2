# SHA-256 of many short texts and of a long one.
let
  long = builtins.concatStringsSep "" (builtins.genList (n: "a line of a text that is hashed ${toString n}\n") 20000);
  short = builtins.foldl' (hash: n: builtins.hashString "sha256" "${hash}${toString n}") "" (builtins.genList (n: n) 100000);
in
builtins.hashString "sha256" (short + builtins.concatStringsSep "" (builtins.genList (n: builtins.hashString "sha256" long) 20))
