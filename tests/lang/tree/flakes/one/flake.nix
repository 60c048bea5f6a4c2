{
  description = "a flake without inputs";
  outputs = { self }: {
    names = builtins.attrNames (removeAttrs self [ "lastModified" "lastModifiedDate" ]);
    inherit (self) narHash outPath;
    whole = "${./.}";
    part = "${./sub}";
    text = toString ./sub;
    filtered = builtins.filterSource (path: type: type == "regular") ./sub;
    imported = import ./sub;
    place = __curPos.file;
    package = derivation { name = "x"; system = "s"; builder = "b"; src = self; source = ./.; };
    missing = self.nothing;
  };
}
