{ inputs.a = { url = "path:./x"; follows = "b"; }; outputs = _: { }; }
