# Runs for every output, behind its installation.
fixupOutputHooks+=(_strip)
_strip() {
    if [ -n "${dont_strip:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "strip in $prefix"
}
