{
  lib,
  stdenv,
  fetchurl,
  pcre2,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "gnugrep";
  version = "3.12";
  src = fetchurl {
    url = "mirror://gnu/gnugrep/gnugrep-${finalAttrs.version}.tar.xz";
    hash = "sha256-z44HtAysr71YyFiV+r9XfkLJMHG2ihjbxe8W7rYcCow=";
  };
  outputs = [ "out" "info" ];
  buildInputs = [ pcre2 ];
  strictDeps = true;
  enableParallelBuilding = true;
  postInstall = ''
    rm $out/bin/egrep $out/bin/fgrep
  '';
  meta = {
    description = "GNU implementation of the Unix grep command";
    homepage = "https://gnu.example.org/gnugrep";
    license = lib.licenses.gpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "gnugrep";
  };
})
