# Lists that are mapped, filtered, sorted and joined; a closure; JSON.
let
  inherit (builtins) all any concatLists concatMap elem filter foldl' fromJSON genericClosure genList length partition sort tail toJSON;
  numbers = genList (n: (n * 7919) - (n * 7919) / 10007 * 10007) 5000;
  unique = foldl' (seen: x: if elem x seen then seen else seen ++ [ x ]) [ ];
  pairs = xs: concatMap (x: map (y: { inherit x y; }) xs) xs;
  closure = genericClosure {
    startSet = [ { key = 1; } ];
    operator = { key }: map (key: { inherit key; }) (filter (n: n < 3000) [ (2 * key) (2 * key + 1) ]);
  };
  records = genList (n: { id = n; name = "n${toString n}"; nested = [ n { ok = true; } null 1.5 ]; }) 500;
in
[
  (sort (a: b: a < b) numbers == sort builtins.lessThan numbers)
  (length (unique (map (n: n / 100) numbers)))
  (length (filter ({ x, y }: x + y == 50) (pairs (genList (n: n) 60))))
  (length closure)
  (all (n: n >= 0) numbers && any (n: n == 0) numbers)
  (length (concatLists [ (partition (n: n < 500) numbers).right (tail numbers) ]))
  (fromJSON (toJSON records) == records)
]
