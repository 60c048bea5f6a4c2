bintoolsWrapper_addLDVars() { export NIX_LDFLAGS="${NIX_LDFLAGS:-} -L$1/lib"; }
envHooks+=(bintoolsWrapper_addLDVars)
