{ outputs = { self, e }: { value = "d with ${e.value}"; }; }
