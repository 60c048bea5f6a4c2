export NIX_CC_WRAPPER_FLAGS_SET=1
NIX_CFLAGS_COMPILE="$(< @out@/nix-support/libc-cflags) ${NIX_CFLAGS_COMPILE:-}"
