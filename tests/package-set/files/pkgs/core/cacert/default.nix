{
  lib,
  stdenv,
  fetchurl,
  python3Minimal,
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "cacert";
  version = "3.117";
  src = fetchurl {
    url = "https://mozilla.example.org/cacert/cacert-${finalAttrs.version}.tar.gz";
    hash = "sha256-q/BkNshFXEqACitF1oujeq3ClqZSxj4QRRBHZWaXKQc=";
  };
  outputs = [ "out" "unbundled" ];
  nativeBuildInputs = [ python3Minimal ];
  strictDeps = true;
  enableParallelBuilding = true;
  meta = {
    description = "Bundle of X.509 certificates of public certificate authorities";
    homepage = "https://mozilla.example.org/cacert";
    license = lib.licenses.mpl20;
    maintainers = lib.teams.bootstrap.members;
    platforms = lib.platforms.unix;
    mainProgram = "cacert";
  };
})
