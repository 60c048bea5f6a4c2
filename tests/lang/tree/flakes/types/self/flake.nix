{ inputs.self.url = "path:./a"; outputs = { self }: { }; }
