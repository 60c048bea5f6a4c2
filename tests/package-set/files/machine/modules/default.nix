map (name: ./. + "/${name}") (
  builtins.filter (name: name != "default.nix" && builtins.match ".*\\.nix" name != null) (
    builtins.attrNames (builtins.readDir ./.)
  )
)
