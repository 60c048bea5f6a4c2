# Runs for every output, behind its installation.
fixupOutputHooks+=(_make_symlinks_relative)
_make_symlinks_relative() {
    if [ -n "${dont_make_symlinks_relative:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "make-symlinks-relative in $prefix"
}
