{
  lib,
  stdenv,
  fetchurl,
  perl,
  python3Minimal,
  gmp,
  ncurses,
  libffi,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "ghc";
  version = "9.10.3";
  src = fetchurl {
    url = "https://haskell.example.org/ghc/ghc-${finalAttrs.version}.tar.gz";
    hash = "sha256-cwZUxRiiAugJ5b1gQL0WaXj/6l2+09JPzHu5UDAi7yQ=";
  };
  outputs = [ "out" "doc" ];
  nativeBuildInputs = [ perl python3Minimal ];
  buildInputs = [ gmp ncurses libffi ];
  strictDeps = true;
  enableParallelBuilding = true;
  passthru.targetPrefix = "";
  meta = {
    description = "Glasgow Haskell Compiler";
    homepage = "https://haskell.example.org/ghc";
    license = lib.licenses.bsd3;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "ghc";
  };
})
