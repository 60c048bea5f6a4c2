{ file = __curPos.file; copy = "${./default.nix}"; }
