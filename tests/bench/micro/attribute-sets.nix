# Sets made of lists, mapped, and read.
let
  names = builtins.genList (n: "attribute${toString n}") 20000;
  made = builtins.listToAttrs (map (name: { inherit name; value = builtins.stringLength name; }) names);
  mapped = builtins.mapAttrs (name: value: value + builtins.stringLength name) made;
  sum = set: builtins.foldl' (sum: value: sum + value) 0 (builtins.attrValues set);
in
builtins.foldl' (total: n: total + sum (builtins.mapAttrs (_: value: value + n) mapped)) 0 (builtins.genList (n: n) 10)
