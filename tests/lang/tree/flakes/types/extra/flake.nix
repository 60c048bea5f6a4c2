{ outputs = _: { }; extra = 1; }
