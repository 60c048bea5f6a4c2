# `//` of small sets.
builtins.foldl' (n: i: n + ({ a = i; b = 2; c = 3; } // { c = 4; d = i; }).d) 0 (builtins.genList (n: n) 300000)
