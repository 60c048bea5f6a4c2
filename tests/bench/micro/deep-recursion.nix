# Nine thousand nested calls, a hundred times.
let
  count = n: if n == 0 then 0 else 1 + count (n - 1);
in
builtins.foldl' (sum: n: sum + count 9000) 0 (builtins.genList (n: n) 100)
