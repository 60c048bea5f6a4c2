{ outputs = { self }: { value = "c"; }; }
