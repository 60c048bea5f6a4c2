# Substitution of several texts in a long one.
let
  text = builtins.concatStringsSep "" (builtins.genList (n: "a sentence of no meaning with @name@ and \${value} in it\n") 2000);
  replaced = n: builtins.replaceStrings [ "@name@" "\${value}" "meaning" ] [ "name${toString n}" "value" "sense" ] text;
in
builtins.foldl' (sum: n: sum + builtins.stringLength (replaced n)) 0 (builtins.genList (n: n) 40)
