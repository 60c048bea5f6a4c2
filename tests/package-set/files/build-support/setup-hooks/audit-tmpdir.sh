# Runs for every output, behind its installation.
fixupOutputHooks+=(_audit_tmpdir)
_audit_tmpdir() {
    if [ -n "${dont_audit_tmpdir:-}" ] || [ ! -e "$prefix" ]; then return; fi
    echo "audit-tmpdir in $prefix"
}
