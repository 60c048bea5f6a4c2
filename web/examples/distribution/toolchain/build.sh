# Builds a package the usual way. Every variable used here is an attribute of the derivation.
if [ -n "$stdenv" ]; then source "$stdenv/setup"; fi

tar xf "$src"
cd ./*/

for patch in $patches; do
  patch -p1 < "$patch"
done

if [ -x ./configure ]; then ./configure --prefix="$out" $configureFlags; fi
make $makeFlags
make install PREFIX="$out" $installFlags
