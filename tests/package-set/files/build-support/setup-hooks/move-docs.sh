# Runs for every output, behind its installation.
fixupOutputHooks+=(_move_docs)
_move_docs() {
    if [ -n "${dont_move_docs:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "move-docs in $prefix"
}
