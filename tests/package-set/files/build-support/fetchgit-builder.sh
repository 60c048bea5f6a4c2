source "$stdenv/setup"
git clone "$url" "$out"
git -C "$out" checkout "$rev"
