{
  lib,
  stdenv,
  fetchurl,
  which,
  zlib,
  bzip2,
  xz,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "boost";
  version = "1.89.0";
  src = fetchurl {
    url = "https://boost.example.org/boost/boost-${finalAttrs.version}.tar.gz";
    hash = "sha256-L4wv8MKjI2hyuqzaCk9gXcsTMiyt5+pXYF7ge90TSuI=";
  };
  outputs = [ "out" "dev" ];
  nativeBuildInputs = [ which ];
  buildInputs = [ zlib bzip2 xz ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Collection of C++ libraries";
    homepage = "https://boost.example.org/boost";
    license = lib.licenses.boost;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "boost";
  };
})
