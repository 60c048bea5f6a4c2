# Platforms to build for.
{ lib }:
rec {
  gnu64 = { config = "x86_64-unknown-linux-gnu"; };
  gnu32 = { config = "i686-unknown-linux-gnu"; };
  musl64 = { config = "x86_64-unknown-linux-musl"; };
  aarch64-multiplatform = { config = "aarch64-unknown-linux-gnu"; };
  aarch64-multiplatform-musl = { config = "aarch64-unknown-linux-musl"; };
  armv7l-hf-multiplatform = { config = "armv7l-unknown-linux-gnueabihf"; };
  riscv64 = { config = "riscv64-unknown-linux-gnu"; };
  ppc64le = { config = "powerpc64le-unknown-linux-gnu"; };
  mingwW64 = { config = "x86_64-w64-mingw32"; };
  aarch64-darwin = { config = "aarch64-apple-darwin"; };
}
