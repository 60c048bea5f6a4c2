# Runs for every output, behind its installation.
fixupOutputHooks+=(_multiple_outputs)
_multiple_outputs() {
    if [ -n "${dont_multiple_outputs:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "multiple-outputs in $prefix"
}
