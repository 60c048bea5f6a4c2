{ inputs.a = { url = "path:./a"; colour = "red"; }; outputs = { self, a }: { }; }
