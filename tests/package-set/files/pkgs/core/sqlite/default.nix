{
  lib,
  stdenv,
  fetchurl,
  zlib,
  readline,
  ncurses,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "sqlite";
  version = "3.50.4";
  src = fetchurl {
    url = "https://sqlite.example.org/sqlite/sqlite-${finalAttrs.version}.tar.gz";
    hash = "sha256-pCAe2tcx39LyxquZ2R/kY1Ee1nnj4uACYLzetBOsWEk=";
  };
  outputs = [ "bin" "dev" "out" "man" ];
  buildInputs = [ zlib readline ncurses ];
  strictDeps = true;
  enableParallelBuilding = true;
  env.NIX_CFLAGS_COMPILE = toString [ "-DSQLITE_ENABLE_COLUMN_METADATA" "-DSQLITE_ENABLE_DBSTAT_VTAB" "-DSQLITE_SECURE_DELETE" ];
  meta = {
    description = "Self-contained, serverless, zero-configuration SQL database engine";
    homepage = "https://sqlite.example.org/sqlite";
    license = lib.licenses.publicDomain;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "sqlite";
  };
})
