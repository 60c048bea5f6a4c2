# The archive that everything starts from, for each platform.
{ localSystem }:
let
  table = {
    x86_64-linux = {
      bootstrapTools = "sha256-YQlr088HPoVWBU2jpPhpIMyOyoEDZYDw1y60SGGbUM0=";
      busybox = "sha256-QrTEnQTBM1Y/qV9odq8irZkQSD9uOMbs2Q5NgCvKCNQ=";
    };
    aarch64-linux = {
      bootstrapTools = "sha256-aJvtsWeuQHbb14BGZ2EiOKzjQn46h3x3duuPEawG0eE=";
      busybox = "sha256-0MuIeQlBUaeisqoFSu8y+8oB6K4ZG5Lhq8RcS9JqkFQ=";
    };
  };
  files = table.${localSystem.system} or (throw "there are no bootstrap files for ${localSystem.system}");
  fetch =
    { name, hash, executable ? false }:
    import ../../build-support/fetchurl/boot.nix { inherit (localSystem) system; } {
      url = "https://bootstrap.example.org/stdenv/${localSystem.system}/${name}";
      inherit name hash executable;
    };
in
{
  bootstrapTools = fetch {
    name = "bootstrap-tools.tar.xz";
    hash = files.bootstrapTools;
  };
  busybox = fetch {
    name = "busybox";
    hash = files.busybox;
    executable = true;
  };
}
