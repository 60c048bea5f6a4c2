{
  lib,
  stdenv,
  fetchurl,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "xz";
  version = "5.8.1";
  src = fetchurl {
    url = "https://tukaani.example.org/xz/xz-${finalAttrs.version}.tar.gz";
    hash = "sha256-i7NejfJ7btz0B+6Mpbtc/OPhhSgkXKsRLkHcKo6go+M=";
  };
  outputs = [ "bin" "dev" "out" "man" "doc" ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "General-purpose data compression software, successor of LZMA";
    homepage = "https://tukaani.example.org/xz";
    license = lib.licenses.gpl2Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "xz";
  };
})
