# Overlays: sets that extend each other and see the final one.
let
  extend = set: overlay: self: let super = set self; in super // overlay self super;
  base = self: { v0 = 1; v1 = self.v0 + 1; v2 = self.v1 + 1; v3 = self.v2 + 1; last = 0; };
  overlay = n: self: super: { "v${toString n}" = super."v${toString (n - 1)}" + 1; last = super.last + n; };
  set = builtins.foldl' extend base (builtins.genList (n: overlay (n + 4)) 150);
  final = let self = set self; in self;
in
builtins.foldl' (sum: n: let self = set self; in sum + self.last + self.v150) final.last (builtins.genList (n: n) 30)
