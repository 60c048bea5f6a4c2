{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "which";
  version = "2.23";
  src = fetchurl {
    url = "mirror://gnu/which/which-${finalAttrs.version}.tar.xz";
    hash = "sha256-yUptMuQsk3/G+qibCqnC41GFhlPN3U0zIt3bjdkMMp4=";
  };
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Shows the full path of shell commands";
    homepage = "https://gnu.example.org/which";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "which";
  };
})
