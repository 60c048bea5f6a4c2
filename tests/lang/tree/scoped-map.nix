{ inherit map; nested = import ./three.nix; }
