#! @shell@
source @out@/nix-support/utils.bash
exec @prog@ "$@"
