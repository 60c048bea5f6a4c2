# The parts of a platform's name, each with a type, and the rules by which a name is cut.
{ lib }:
let
  inherit (lib)
    all any assertMsg attrValues elem elemAt filter hasPrefix head id length mapAttrs mapAttrsToList mergeOneOption
    optionalString splitString versionAtLeast mkOptionType isType setType
    ;
  inherit (lib.strings) match;
  inherit (lib.systems.inspect.predicates) isAarch32 isBigEndian isDarwin isLinux isPower64 isWindows;

  setTypes =
    type:
    mapAttrs (
      name: value:
      assert type.check value;
      setType type.name ({ inherit name; } // value)
    );
  enumOf =
    name: values:
    mkOptionType {
      inherit name;
      description = "one of the known ${name}";
      check = x: elem x (attrValues values);
      merge = mergeOneOption;
    };
  open =
    name: check:
    mkOptionType {
      name = "open-${name}";
      description = "a ${name} as it is written down";
      inherit check;
      merge = mergeOneOption;
    };
in
rec {
  types = {
    openSignificantByte = open "significant-byte" (x: true);
    significantByte = enumOf "significant-byte" significantBytes;
    openCpuType = open "cpu-type" (x: elem x.bits [ 8 16 32 64 128 ] && (if 8 < x.bits then types.significantByte.check x.significantByte else !x ? significantByte));
    cpuType = enumOf "cpu-type" cpuTypes;
    openExecFormat = open "exec-format" (x: true);
    execFormat = enumOf "exec-format" execFormats;
    openKernelFamily = open "kernel-family" (x: true);
    kernelFamily = enumOf "kernel-family" kernelFamilies;
    openKernel = open "kernel" (x: types.execFormat.check x.execFormat && all types.kernelFamily.check (attrValues x.families));
    kernel = enumOf "kernel" kernels;
    openVendor = open "vendor" (x: true);
    vendor = enumOf "vendor" vendors;
    openAbi = open "abi" (x: true);
    abi = enumOf "abi" abis;
    parsedPlatform = mkOptionType {
      name = "system";
      description = "a platform in parts";
      merge = mergeOneOption;
      check = { cpu, vendor, kernel, abi }: types.cpuType.check cpu && types.vendor.check vendor && types.kernel.check kernel && types.abi.check abi;
    };
  };

  significantBytes = setTypes types.openSignificantByte {
    bigEndian = { };
    littleEndian = { };
  };

  cpuTypes =
    let
      inherit (significantBytes) bigEndian littleEndian;
      cpu = bits: significantByte: family: { inherit bits significantByte family; };
    in
    setTypes types.openCpuType {
      arm = cpu 32 littleEndian "arm";
      armv5tel = cpu 32 littleEndian "arm" // { version = "5"; arch = "armv5t"; };
      armv6l = cpu 32 littleEndian "arm" // { version = "6"; arch = "armv6"; };
      armv7a = cpu 32 littleEndian "arm" // { version = "7"; arch = "armv7-a"; };
      armv7l = cpu 32 littleEndian "arm" // { version = "7"; arch = "armv7"; };
      aarch64 = cpu 64 littleEndian "arm" // { version = "8"; arch = "armv8-a"; };
      aarch64_be = cpu 64 bigEndian "arm" // { version = "8"; arch = "armv8-a"; };
      i386 = cpu 32 littleEndian "x86" // { arch = "i386"; };
      i486 = cpu 32 littleEndian "x86" // { arch = "i486"; };
      i586 = cpu 32 littleEndian "x86" // { arch = "i586"; };
      i686 = cpu 32 littleEndian "x86" // { arch = "i686"; };
      x86_64 = cpu 64 littleEndian "x86" // { arch = "x86-64"; };
      microblaze = cpu 32 bigEndian "microblaze";
      mips = cpu 32 bigEndian "mips";
      mipsel = cpu 32 littleEndian "mips";
      mips64 = cpu 64 bigEndian "mips";
      mips64el = cpu 64 littleEndian "mips";
      powerpc = cpu 32 bigEndian "power";
      powerpc64 = cpu 64 bigEndian "power";
      powerpc64le = cpu 64 littleEndian "power";
      riscv32 = cpu 32 littleEndian "riscv";
      riscv64 = cpu 64 littleEndian "riscv";
      s390x = cpu 64 bigEndian "s390";
      loongarch64 = cpu 64 littleEndian "loongarch";
      sparc64 = cpu 64 bigEndian "sparc";
      wasm32 = cpu 32 littleEndian "wasm";
      avr = { bits = 8; family = "avr"; };
    };

  # Whether code for `b` runs on `a`.
  isCompatible =
    a: b:
    with cpuTypes;
    any id [
      (b == i386 && isCompatible a i486)
      (b == i486 && isCompatible a i586)
      (b == i586 && isCompatible a i686)
      (b == i686 && isCompatible a x86_64)
      (b == armv5tel && isCompatible a armv6l)
      (b == armv6l && isCompatible a armv7l)
      (b == armv7l && isCompatible a armv7a)
      (b == powerpc && isCompatible a powerpc64)
      (b == mips && isCompatible a mips64)
      (b == riscv32 && false)
      (a == b)
    ];

  vendors = setTypes types.openVendor {
    apple = { };
    pc = { };
    none = { };
    unknown = { };
    w64 = { };
    knuth = { };
  };
  execFormats = setTypes types.openExecFormat {
    aout = { };
    elf = { };
    macho = { };
    pe = { };
    wasm = { };
    unknown = { };
  };
  kernelFamilies = setTypes types.openKernelFamily {
    bsd = { };
    darwin = { };
  };
  kernels =
    let
      inherit (execFormats) elf pe wasm unknown macho;
      inherit (kernelFamilies) bsd darwin;
      kernel = execFormat: families: { inherit execFormat families; };
    in
    setTypes types.openKernel {
      macos = kernel macho { inherit darwin; } // { name = "darwin"; };
      ios = kernel macho { inherit darwin; };
      freebsd = kernel elf { inherit bsd; } // { name = "freebsd"; };
      linux = kernel elf { };
      netbsd = kernel elf { inherit bsd; };
      none = kernel unknown { };
      openbsd = kernel elf { inherit bsd; };
      solaris = kernel elf { };
      wasi = kernel wasm { };
      windows = kernel pe { };
      genode = kernel elf { };
    }
    // {
      darwin = kernels.macos;
      watchos = kernels.ios;
      win32 = kernels.windows;
    };

  abis = setTypes types.openAbi {
    cygnus = { };
    msvc = { };
    eabi = { float = "soft"; };
    eabihf = { float = "hard"; };
    androideabi = { };
    android = {
      assertions = [
        {
          assertion = true;
          message = "android is fine";
        }
      ];
    };
    gnueabi = { float = "soft"; };
    gnueabihf = { float = "hard"; };
    gnu = {
      assertions = [
        {
          assertion = true;
          message = "gnu is fine";
        }
      ];
    };
    gnuabi64 = { abi = "64"; };
    musleabi = { float = "soft"; };
    musleabihf = { float = "hard"; };
    musl = { };
    unknown = { };
  };

  mkSystem =
    parts:
    assert types.parsedPlatform.check parts;
    setType "system" parts;

  mkSkeletonFromList =
    l:
    {
      "1" =
        if elemAt l 0 == "cygwin" then
          {
            cpu = "x86_64";
            kernel = "windows";
            abi = "cygnus";
          }
        else
          throw "a platform of one part is ambiguous: ${head l}";
      "2" = # CPU-KERNEL
        if elem (elemAt l 1) [ "cygwin" ] then
          {
            cpu = elemAt l 0;
            kernel = "windows";
            abi = "cygnus";
          }
        else if elemAt l 1 == "elf" then
          {
            cpu = elemAt l 0;
            vendor = "unknown";
            kernel = "none";
            abi = "unknown";
          }
        else
          {
            cpu = elemAt l 0;
            kernel = elemAt l 1;
          };
      "3" = # CPU-VENDOR-KERNEL, or CPU-KERNEL-ABI
        if elemAt l 1 == "apple" || elem (elemAt l 2) [ "wasi" "redox" "mmixware" "ghcjs" "mingw32" ] || hasPrefix "freebsd" (elemAt l 2) || hasPrefix "netbsd" (elemAt l 2) || hasPrefix "openbsd" (elemAt l 2) then
          {
            cpu = elemAt l 0;
            vendor = elemAt l 1;
            kernel = if elemAt l 2 == "mingw32" then "windows" else elemAt l 2;
          }
        else if elemAt l 1 == "linux" || elem (elemAt l 2) [ "eabi" "eabihf" "elf" "gnu" ] then
          {
            cpu = elemAt l 0;
            vendor = if elemAt l 1 == "none" then "none" else "unknown";
            kernel = if elemAt l 1 == "none" then "none" else elemAt l 1;
            abi = elemAt l 2;
          }
        else
          throw "cannot read the platform ${lib.concatStringsSep "-" l}";
      "4" = {
        cpu = elemAt l 0;
        vendor = elemAt l 1;
        kernel = elemAt l 2;
        abi = elemAt l 3;
      };
    }
    .${toString (length l)} or (throw "a platform has one to four parts, ${lib.concatStringsSep "-" l} has ${toString (length l)}");

  mkSystemFromSkeleton =
    {
      cpu,
      vendor ? assert false; null,
      kernel,
      abi ? assert false; null,
    }@args:
    let
      getCpu = name: cpuTypes.${name} or (throw "unknown CPU: ${name}");
      getVendor = name: vendors.${name} or (throw "unknown vendor: ${name}");
      getKernel = name: kernels.${name} or (throw "unknown kernel: ${name}");
      getAbi = name: abis.${name} or (throw "unknown ABI: ${name}");
      parsed = {
        cpu = getCpu args.cpu;
        vendor =
          if args ? vendor then
            getVendor args.vendor
          else if isDarwin parsed then
            vendors.apple
          else if isWindows parsed then
            vendors.pc
          else
            vendors.unknown;
        kernel =
          if hasPrefix "darwin" args.kernel then
            getKernel "darwin"
          else if hasPrefix "netbsd" args.kernel then
            getKernel "netbsd"
          else
            getKernel args.kernel;
        abi =
          if args ? abi then
            getAbi args.abi
          else if isLinux parsed || isWindows parsed then
            if isAarch32 parsed then
              if versionAtLeast (parsed.cpu.version or "0") "6" then abis.gnueabihf else abis.gnueabi
            else
              abis.gnu
          else
            abis.unknown;
      };
    in
    mkSystem parsed;

  mkSystemFromString = s: mkSystemFromSkeleton (mkSkeletonFromList (splitString "-" s));

  kernelName = kernel: kernel.name + toString (kernel.version or "");
  doubleFromSystem =
    { cpu, kernel, abi, ... }:
    if kernel.families ? darwin then "${cpu.name}-darwin" else "${cpu.name}-${kernelName kernel}";
  tripleFromSystem =
    { cpu, vendor, kernel, abi, ... }@sys:
    assert isType "system" sys;
    let
      optExecFormat = optionalString (kernel.name == "netbsd" && kernel.execFormat != execFormats.elf) kernel.execFormat.name;
      optAbi = optionalString (abi != abis.unknown) "-${abi.name}";
    in
    "${cpu.name}-${vendor.name}-${kernelName kernel}${optExecFormat}${optAbi}";
}
