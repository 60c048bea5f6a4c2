# Functions that take sets, with defaults and the rest.
let
  package = { name, version ? "1.0", extra ? 0, ... }@arguments: { inherit name version; size = extra + builtins.stringLength (arguments.suffix or name); };
in
builtins.foldl' (sum: n: sum + (package { name = "hello"; extra = n; suffix = "x"; }).size) 0 (builtins.genList (n: n) 200000)
