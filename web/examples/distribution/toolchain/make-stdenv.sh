# Writes the script that every build sources first.
mkdir "$out"
cat > "$out/setup" <<END
export PATH="$compiler/bin:$PATH"
export CC=gcc CFLAGS="$cpuFlags -isystem $libcHeaders/include" LDFLAGS="-L$libc/lib"
for input in \$buildInputs; do
  CFLAGS="\$CFLAGS -isystem \$input/include"
done
END
