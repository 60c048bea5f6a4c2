extra + builtins.length [ extra ]
