# Text built by interpolation.
let
  line = n: "line ${toString n}: the ${if n < 1000 then "first" else "other"} lines\n";
in
builtins.foldl' (sum: n: sum + builtins.stringLength (line n)) 0 (builtins.genList (n: n) 200000)
