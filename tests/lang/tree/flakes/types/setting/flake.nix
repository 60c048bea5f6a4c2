{ nixConfig.a = { }; outputs = _: { }; }
