{
  lib,
  stdenv,
  fetchurl,
  libunistring,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "libidn2";
  version = "2.3.8";
  src = fetchurl {
    url = "mirror://gnu/libidn2/libidn2-${finalAttrs.version}.tar.xz";
    hash = "sha256-gh+tz2eamCy3CagZMi059R2OvXLW+ZO86VXRvqFXHkk=";
  };
  outputs = [ "bin" "dev" "out" "info" ];
  buildInputs = [ libunistring ];
  strictDeps = true;
  enableParallelBuilding = true;
  propagatedBuildInputs = [ libunistring ];
  meta = {
    description = "Free software implementation of IDNA2008 and TR46";
    homepage = "https://gnu.example.org/libidn2";
    license = lib.licenses.lgpl3Plus;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "libidn2";
  };
})
