# Runs for every output, behind its installation.
fixupOutputHooks+=(_compress_man_pages)
_compress_man_pages() {
    if [ -n "${dont_compress_man_pages:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "compress-man-pages in $prefix"
}
