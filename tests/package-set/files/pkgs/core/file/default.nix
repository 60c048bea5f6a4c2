{
  lib,
  stdenv,
  fetchurl,
  zlib,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "file";
  version = "5.46";
  src = fetchurl {
    url = "https://astron.example.org/file/file-${finalAttrs.version}.tar.gz";
    hash = "sha256-oKpSxqacF+cW2XCYqHAEJvCbe4wgayJ43kt6RtjVVp8=";
  };
  outputs = [ "out" "dev" "man" ];
  buildInputs = [ zlib ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Program that shows the type of files";
    homepage = "https://astron.example.org/file";
    license = lib.licenses.bsd2;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "file";
  };
})
