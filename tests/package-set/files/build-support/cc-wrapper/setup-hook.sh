ccWrapper_addCVars() { export NIX_CFLAGS_COMPILE="${NIX_CFLAGS_COMPILE:-} -isystem $1/include"; }
envHooks+=(ccWrapper_addCVars)
