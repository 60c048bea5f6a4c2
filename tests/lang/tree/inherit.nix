{ x = __curPos.line; inherit (import ./set.nix) answer; }
