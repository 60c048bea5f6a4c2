{
  lib,
  stdenv,
  fetchurl,
  perl,
  gettext,
  curl,
  openssl,
  zlib,
  expat,
  pcre2,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "git";
  version = "2.51.0";
  src = fetchurl {
    url = "mirror://kernel/software/git-${finalAttrs.version}.tar.xz";
    hash = "sha256-/6973/iRwLUExsqCYI10F+H2DJO31iTkVkliO6W/fQA=";
  };
  outputs = [ "out" "doc" ];
  nativeBuildInputs = [ perl gettext ];
  buildInputs = [ curl openssl zlib expat pcre2 ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Distributed version control system";
    homepage = "https://kernel.example.org/git";
    license = lib.licenses.gpl2Only;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "git";
  };
})
