# Names found through `with`, `let` and `inherit`.
let
  lib = { id = x: x; add = a: b: a + b; const = a: b: a; };
  step = sum: n: with lib; let inherit (lib) const; m = add n 1; in id (add sum (const m n));
in
builtins.foldl' step 0 (builtins.genList (n: n) 200000)
