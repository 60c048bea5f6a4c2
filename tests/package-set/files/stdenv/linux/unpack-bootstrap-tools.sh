"$builder" mkdir "$out"
cd "$out"
< "$tarball" "$builder" unxz | "$builder" tar x
for program in "$out"/bin/*; do
    if [ -L "$program" ]; then continue; fi
    LD_LIBRARY_PATH="$out/lib" "$out/lib/ld-linux-x86-64.so.2" "$out/bin/patchelf" --set-rpath "$out/lib" --force-rpath "$program" || true
done
