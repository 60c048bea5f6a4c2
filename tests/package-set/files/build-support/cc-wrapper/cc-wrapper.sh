#! @shell@
source @out@/nix-support/add-flags.sh
exec @prog@ $NIX_CFLAGS_COMPILE "$@"
