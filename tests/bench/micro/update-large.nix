# `//` of small sets onto a large one, again and again.
let
  name = n: "attribute${toString n}";
  large = builtins.listToAttrs (builtins.genList (n: { name = name n; value = n; }) 2000);
  result = builtins.foldl' (set: n: set // { "${name (n - (n / 1700) * 1700)}" = n; last = n; }) large (builtins.genList (n: n) 20000);
in
result.last + result.attribute7 + builtins.length (builtins.attrNames result)
