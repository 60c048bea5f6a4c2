# Run by busybox's shell, which is also every command used here.
mkdir "$out"
unxz < "$tarball" | tar x -C "$out"

# The tools were linked for /build-bootstrap; let them find each other where they are now.
"$out/bin/relocate" "$out"
