{
  lib,
  stdenv,
  fetchurl,
  cmake,
  ninja,
  python3,
  zlib,
  libxml2,
  ncurses,
  libffi,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "llvm";
  version = "21.1.4";
  src = fetchurl {
    url = "https://llvm.example.org/llvm/llvm-${finalAttrs.version}.tar.gz";
    hash = "sha256-+rSmsJQ9FHTiphTiNz8HypsCJVnaXzbsq8AQtsaPBF0=";
  };
  outputs = [ "out" "lib" "dev" "python" ];
  nativeBuildInputs = [ cmake ninja python3 ];
  buildInputs = [ zlib libxml2 ncurses libffi ];
  strictDeps = true;
  enableParallelBuilding = true;
  cmakeFlags = [ (lib.cmakeBool "LLVM_LINK_LLVM_DYLIB" true) (lib.cmakeFeature "LLVM_TARGETS_TO_BUILD" "host") ];
  meta = {
    description = "Collection of modular and reusable compiler and toolchain technologies";
    homepage = "https://llvm.example.org/llvm";
    license = lib.licenses.ncsa;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "llvm";
  };
})
