{
  lib,
  stdenv,
  fetchurl,
  bison,
  interactive ? true,
  readline,
  withDocs ? null,
  texinfo,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "bash${lib.optionalString interactive "-interactive"}";
  version = "5.3p${toString finalAttrs.patchLevel}";
  patchLevel = 3;
  src = fetchurl {
    url = "mirror://gnu/bash/bash-5.3.tar.gz";
    hash = "sha256-DVzYaWX4aaJs9k9Lcb57lvkKO6iz104n6OnZ1VUPMbo=";
  };
  patchFlags = [ "-p0" ];
  # The upstream patches, numbered.
  patches = lib.imap1 (
    index: hash:
    fetchurl {
      url = "mirror://gnu/bash/bash-5.3-patches/bash53-${lib.fixedWidthNumber 3 index}";
      inherit hash;
    }
  ) [
    "sha256-JC8B/V0iQt9Wzx+UbtGT0uQ+1Xk3qO2ZbyzSoUqRz1A="
    "sha256-4lVZUkfZwKHvAuQ9rF7w7SDcEWsB0xKpsTR5VYZt8bs="
    "sha256-KFZOPJgzkIHVZXvdZ5Q3XvCvV5OaLc4jAf7QKJ2bFpU="
  ];
  outputs = [ "out" "dev" "man" "doc" "info" ];
  strictDeps = true;
  nativeBuildInputs = [ bison ] ++ lib.optional (withDocs == true) texinfo;
  buildInputs = lib.optional interactive readline;
  configureFlags =
    if interactive then [ "--with-installed-readline" ] else [ "--disable-readline" ];
  env.NIX_CFLAGS_COMPILE = ''
    -DSYS_BASHRC="/etc/bashrc"
    -DSSH_SOURCE_BASHRC
  '';
  enableParallelBuilding = true;
  passthru.shellPath = "/bin/bash";
  meta = {
    description = "GNU Bourne-Again Shell, the de facto standard shell on Linux";
    homepage = "https://www.gnu.example.org/software/bash/";
    license = lib.licenses.gpl3Plus;
    platforms = lib.platforms.all;
    mainProgram = "bash";
    teams = [ lib.teams.bootstrap ];
  };
})
