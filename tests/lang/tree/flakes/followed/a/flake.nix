{ outputs = { self }: { name = "a"; }; }
