{
  inputs = {
    part.url = "path:./part";
    data = { url = "path:./part"; flake = false; };
    far.url = "github:owner/repo";
    again.follows = "part";
  };
  outputs = { self, part, data, far, again }: {
    inherit (part) answer;
    same = again.answer;
    file = builtins.readFile (data + "/text");
    place = part.outPath;
    info = builtins.attrNames part.sourceInfo == builtins.attrNames self.sourceInfo;
    inputs = builtins.attrNames self.inputs;
  };
}
