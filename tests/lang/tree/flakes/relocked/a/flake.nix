{ outputs = { self }: { value = "a"; }; }
