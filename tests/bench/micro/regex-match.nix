# Regular expressions on many short texts.
let
  version = n: builtins.match "([a-z]+)-([0-9]+)\\.([0-9]+)(-.*)?" "package-${toString n}.7-rc1";
in
builtins.foldl' (sum: n: sum + builtins.stringLength (builtins.elemAt (version n) 1)) 0 (builtins.genList (n: n) 20000)
