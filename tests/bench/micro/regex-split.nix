# A long text taken apart by a regular expression.
let
  text = builtins.concatStringsSep "" (builtins.genList (n: "field${toString n}, other field;") 10000);
in
builtins.length (builtins.split "[ ,;]+" text)
