# Runs for every output, behind its installation.
fixupOutputHooks+=(_separate_debug_info)
_separate_debug_info() {
    if [ -n "${dont_separate_debug_info:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "separate-debug-info in $prefix"
}
