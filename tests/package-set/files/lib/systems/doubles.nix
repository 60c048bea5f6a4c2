# The systems by their short names.
{ lib }:
let
  inherit (lib) lists;
  inherit (lib.systems) parse;
  inherit (lib.systems.inspect) predicates;
  all = [
    "x86_64-cygwin"
    "x86_64-darwin" "i686-darwin" "aarch64-darwin" "armv7a-darwin"
    "i686-freebsd" "x86_64-freebsd" "aarch64-freebsd"
    "aarch64-genode" "i686-genode" "x86_64-genode"
    "x86_64-solaris"
    "aarch64-linux" "armv5tel-linux" "armv6l-linux" "armv7a-linux" "armv7l-linux" "i686-linux" "loongarch64-linux"
    "microblaze-linux" "mips-linux" "mips64-linux" "mipsel-linux" "mips64el-linux" "powerpc64-linux"
    "powerpc64le-linux" "riscv32-linux" "riscv64-linux" "s390x-linux" "x86_64-linux"
    "aarch64-netbsd" "armv6l-netbsd" "i686-netbsd" "mipsel-netbsd" "powerpc-netbsd" "riscv64-netbsd" "x86_64-netbsd"
    "aarch64_be-none" "aarch64-none" "arm-none" "avr-none" "i686-none" "microblaze-none" "powerpc-none" "riscv64-none" "x86_64-none"
    "i686-openbsd" "x86_64-openbsd"
    "wasm32-wasi"
    "aarch64-windows" "x86_64-windows" "i686-windows"
  ];
  allParsed = map parse.mkSystemFromString all;
  filterDoubles = f: map parse.doubleFromSystem (lists.filter f allParsed);
in
{
  inherit all;
  none = [ ];
  arm = filterDoubles predicates.isAarch32;
  armv7 = filterDoubles predicates.isArmv7;
  aarch = filterDoubles predicates.isAarch;
  aarch64 = filterDoubles predicates.isAarch64;
  x86 = filterDoubles predicates.isx86;
  i686 = filterDoubles predicates.isi686;
  x86_64 = filterDoubles predicates.isx86_64;
  mips = filterDoubles predicates.isMips;
  riscv = filterDoubles predicates.isRiscV;
  bigEndian = filterDoubles predicates.isBigEndian;
  littleEndian = filterDoubles predicates.isLittleEndian;
  cygwin = filterDoubles predicates.isCygwin;
  darwin = filterDoubles predicates.isDarwin;
  freebsd = filterDoubles predicates.isFreeBSD;
  gnu = filterDoubles (lib.matchAttrs {
    kernel = parse.kernels.linux;
    abi = parse.abis.gnu;
  });
  linux = filterDoubles predicates.isLinux;
  netbsd = filterDoubles predicates.isNetBSD;
  openbsd = filterDoubles predicates.isOpenBSD;
  unix = filterDoubles predicates.isUnix;
  wasi = filterDoubles predicates.isWasi;
  windows = filterDoubles predicates.isWindows;
  genode = filterDoubles predicates.isGenode;
  embedded = filterDoubles predicates.isNone;
  mesaPlatforms = [ "i686-linux" "x86_64-linux" "x86_64-darwin" "armv7l-linux" "aarch64-linux" "riscv64-linux" ];
}
