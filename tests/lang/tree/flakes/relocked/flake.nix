{
  inputs.a.url = "path:./a";
  inputs.b.follows = "a";
  inputs.c.url = ./c;
  inputs.d = { url = "./d"; inputs.e.follows = "a"; };

  outputs = { self, a, b, c, d }: { values = [ a.value b.value c.value d.value ]; };
}
