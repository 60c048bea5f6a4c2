# What the kernel and the compiler need to know about a platform.
{ lib }:
rec {
  pc = {
    linux-kernel = {
      name = "pc";
      baseConfig = "defconfig";
      autoModules = true;
      target = "bzImage";
    };
  };
  pc_simplekernel = lib.recursiveUpdate pc { linux-kernel.autoModules = false; };
  aarch64-multiplatform = {
    linux-kernel = {
      name = "aarch64-multiplatform";
      baseConfig = "defconfig";
      DTB = true;
      autoModules = true;
      preferBuiltin = true;
      target = "Image";
    };
    gcc.arch = "armv8-a";
  };
  armv7l-hf-multiplatform = {
    linux-kernel = {
      name = "armv7l-hf-multiplatform";
      baseConfig = "multi_v7_defconfig";
      DTB = true;
      target = "zImage";
    };
    gcc = {
      arch = "armv7-a";
      fpu = "vfpv3-d16";
    };
  };
  riscv-multiplatform = {
    linux-kernel = {
      name = "riscv-multiplatform";
      target = "Image";
      baseConfig = "defconfig";
    };
  };
  select =
    platform:
    if platform.isx86 then
      pc
    else if platform.isAarch64 then
      aarch64-multiplatform
    else if platform.isAarch32 then
      armv7l-hf-multiplatform
    else if platform.isRiscV then
      riscv-multiplatform
    else
      { };
}
