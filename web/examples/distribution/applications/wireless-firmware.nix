# Comes as a finished file from the vendor. There is no source to build, so no compiler
# flag and no patch can change its store path.

{ lib, fetchurl, allowUnfree }:

lib.checkLicense allowUnfree (fetchurl {
  name = "wireless-firmware-20251021.bin";
  url = "https://firmware.example.com/wireless/20251021/firmware.bin";
  hash = "sha256-zI5CojsCEsrlGDCVqKhaFxWSetW8NGKPBo6DISuopyA=";
  meta.license = lib.licenses.unfreeRedistributableFirmware;
})
