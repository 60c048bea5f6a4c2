# Patterns of platforms, and predicates made of them.
{ lib }:
let
  inherit (lib.systems.parse) cpuTypes kernels kernelFamilies abis significantBytes execFormats;
  inherit (lib) toList matchAttrs any all mapAttrs;
in
rec {
  patterns = rec {
    isi686 = { cpu = cpuTypes.i686; };
    isx86_32 = { cpu = { family = "x86"; bits = 32; }; };
    isx86_64 = { cpu = { family = "x86"; bits = 64; }; };
    isx86 = { cpu = { family = "x86"; }; };
    isAarch32 = { cpu = { family = "arm"; bits = 32; }; };
    isArmv7 = map ({ arch, ... }: { cpu = { inherit arch; }; }) (lib.filter (cpu: lib.hasPrefix "armv7" cpu.arch or "") (lib.attrValues cpuTypes));
    isAarch64 = { cpu = { family = "arm"; bits = 64; }; };
    isAarch = { cpu = { family = "arm"; }; };
    isPower = { cpu = { family = "power"; }; };
    isPower64 = { cpu = { family = "power"; bits = 64; }; };
    isMips = { cpu = { family = "mips"; }; };
    isMips64 = { cpu = { family = "mips"; bits = 64; }; };
    isRiscV = { cpu = { family = "riscv"; }; };
    isRiscV64 = { cpu = { family = "riscv"; bits = 64; }; };
    isS390x = { cpu = cpuTypes.s390x; };
    isLoongArch64 = { cpu = { family = "loongarch"; bits = 64; }; };
    isSparc64 = { cpu = { family = "sparc"; bits = 64; }; };
    isWasm = { cpu = { family = "wasm"; }; };
    isAvr = { cpu = { family = "avr"; }; };
    is32bit = { cpu = { bits = 32; }; };
    is64bit = { cpu = { bits = 64; }; };
    isBigEndian = { cpu = { significantByte = significantBytes.bigEndian; }; };
    isLittleEndian = { cpu = { significantByte = significantBytes.littleEndian; }; };
    isBSD = { kernel = { families = { inherit (kernelFamilies) bsd; }; }; };
    isDarwin = { kernel = { families = { inherit (kernelFamilies) darwin; }; }; };
    isUnix = [ isBSD isDarwin isLinux isSunOS isCygwin ];
    isMacOS = { kernel = kernels.macos; };
    isiOS = { kernel = kernels.ios; };
    isLinux = { kernel = kernels.linux; };
    isSunOS = { kernel = kernels.solaris; };
    isFreeBSD = { kernel = kernels.freebsd; };
    isNetBSD = { kernel = kernels.netbsd; };
    isOpenBSD = { kernel = kernels.openbsd; };
    isWindows = { kernel = kernels.windows; };
    isCygwin = { kernel = kernels.windows; abi = abis.cygnus; };
    isMinGW = { kernel = kernels.windows; abi = abis.gnu; };
    isWasi = { kernel = kernels.wasi; };
    isGenode = { kernel = kernels.genode; };
    isNone = { kernel = kernels.none; };
    isAndroid = [ { abi = abis.android; } { abi = abis.androideabi; } ];
    isGnu = with abis; map (a: { abi = a; }) [ gnuabi64 gnu gnueabi gnueabihf ];
    isMusl = with abis; map (a: { abi = a; }) [ musl musleabi musleabihf ];
    isElf = { kernel.execFormat = execFormats.elf; };
    isMacho = { kernel.execFormat = execFormats.macho; };
  };
  matchAnyAttrs = patterns: if builtins.isList patterns then attrs: any (pattern: matchAttrs pattern attrs) patterns else matchAttrs patterns;
  predicates = mapAttrs (_: matchAnyAttrs) patterns;
}
