for flag in ${NIX_HARDENING_ENABLE:-}; do
  case $flag in
    fortify) hardeningCFlags+=(-O2 -D_FORTIFY_SOURCE=2) ;;
    pic) hardeningCFlags+=(-fPIC) ;;
  esac
done
