# Runs for every output, behind its installation.
fixupOutputHooks+=(_reproducible_builds)
_reproducible_builds() {
    if [ -n "${dont_reproducible_builds:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "reproducible-builds in $prefix"
}
