# Runs for every output, behind its installation.
fixupOutputHooks+=(_patch_shebangs)
_patch_shebangs() {
    if [ -n "${dont_patch_shebangs:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "patch-shebangs in $prefix"
}
