# A graph of 30,000 nodes.
builtins.length (builtins.genericClosure {
  startSet = [ { key = 1; } ];
  operator = { key }: builtins.filter (node: node.key < 30000) [ { key = key * 2; } { key = key * 2 + 1; } ];
})
