{ inputs.a.type = "path"; outputs = { self, a }: { }; }
