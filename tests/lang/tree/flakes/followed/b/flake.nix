{ inputs.a.url = "path:../a"; outputs = { self, a }: { value = "b of ${a.name}"; }; }
