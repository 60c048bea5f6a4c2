# A prebuilt compiler, shell and core utilities: just enough to build the real ones.

{ platform, busybox, fetchurl }:

derivation {
  name = "bootstrap-tools";
  system = platform;
  builder = busybox;
  args = [ "ash" "-e" ./unpack-bootstrap-tools.sh ];
  tarball = fetchurl {
    url = "https://tarballs.example.org/bootstrap/x86_64-linux/bootstrap-tools.tar.xz";
    hash = "sha256-NT1IR+T65rYn4OfneW1/ydkXyBEcsx3+KfPUiqxQqvA=";
  };
}
