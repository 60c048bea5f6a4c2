# Arithmetic, comparison and recursion.
let
  inherit (builtins) foldl' genList lessThan bitAnd;
  collatz = n: steps: if n == 1 then steps else collatz (if bitAnd n 1 == 0 then n / 2 else 3 * n + 1) (steps + 1);
  ackermann = m: n: if m == 0 then n + 1 else if n == 0 then ackermann (m - 1) 1 else ackermann (m - 1) (ackermann m (n - 1));
  mean = numbers: foldl' (sum: number: sum + number * 0.5) 0.0 numbers;
  largest = foldl' (a: b: if lessThan a b then b else a) 0;
in
[
  (largest (genList (n: collatz (n + 1) 0) 1000))
  (ackermann 2 40)
  (mean (genList (n: n - 7) 20000))
  (foldl' (count: n: if n - n / 3 * 3 >= 1 && !(n < 10) || n == 4 then count + 1 else count) 0 (genList (n: n) 20000))
]
