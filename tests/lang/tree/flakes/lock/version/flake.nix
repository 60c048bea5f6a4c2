{ inputs.a.url = "path:./a"; outputs = { self, a }: { value = 1; }; }
