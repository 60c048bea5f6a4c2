# The one program nobody builds: a static binary, downloaded. It unpacks the other
# bootstrap tools, and later serves in the initial RAM disk.

{ fetchurl }:

fetchurl {
  name = "busybox";
  url = "https://tarballs.example.org/bootstrap/x86_64-linux/busybox";
  hash = "sha256-N6TR+nG0Q92gqRUzYHQEDANjlSHwSQrkg9Iw2TWeyL8=";
  executable = true;
}
