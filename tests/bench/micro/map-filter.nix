# Mapping, filtering, and building lists.
let
  numbers = builtins.genList (n: n) 200000;
  squares = map (n: n * n) (builtins.filter (n: n - (n / 3) * 3 == 0) numbers);
  pairs = builtins.concatMap (n: [ n (n + 1) ]) squares;
in
builtins.length (builtins.filter (n: n > 1000) pairs) + (if builtins.any (n: n < 0) pairs then 1 else 0)
