{
  system,
  bootstrapFiles,
  lib,
  extraAttrs,
}:
derivation (
  {
    name = "bootstrap-tools";
    builder = bootstrapFiles.busybox;
    args = [
      "ash"
      "-e"
      ./unpack-bootstrap-tools.sh
    ];
    tarball = bootstrapFiles.bootstrapTools;
    inherit system;
    langC = true;
    langCC = true;
    isGNU = true;
    hardeningUnsupportedFlags = [ "fortify3" "stackclashprotection" "zerocallusedregs" "trivialautovarinit" ];
  }
  // extraAttrs
)
