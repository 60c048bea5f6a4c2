{
  inputs = {
    a.url = "path:./a";
    b.url = "path:./b";
    b.inputs.a.follows = "a";
    c.follows = "b/a";
    d = { url = "path:./a"; flake = false; };
  };
  outputs = { self, a, b, c, d }: { x = b.value; y = c.name; z = a.name; files = builtins.readDir d; places = [ a.outPath b.outPath d.outPath ]; };
}
