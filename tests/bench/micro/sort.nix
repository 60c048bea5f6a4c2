# Sorting a list by a function.
let
  next = n: let m = n * 1103515245 + 12345; in m - (m / 2147483648) * 2147483648;
  numbers = builtins.genList (n: next (next n)) 100000;
  sorted = builtins.sort (a: b: a < b) numbers;
in
builtins.elemAt sorted 0 + builtins.elemAt sorted 99999
