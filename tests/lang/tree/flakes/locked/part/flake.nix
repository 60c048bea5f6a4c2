{ outputs = { self }: { answer = 42; }; }
