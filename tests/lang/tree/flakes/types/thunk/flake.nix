{ description = "a" + "b"; outputs = _: { }; }
