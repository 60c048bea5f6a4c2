# Platforms: from a short description to everything that is known about them.
{ lib }:
let
  inherit (lib) isAttrs isString foldl mapAttrs optionalString removePrefix;
  inherit (lib.systems.parse) kernels doubleFromSystem;
in
rec {
  parse = import ./parse.nix { inherit lib; };
  inspect = import ./inspect.nix { inherit lib; };
  platforms = import ./platforms.nix { inherit lib; };
  examples = import ./examples.nix { inherit lib; };
  architectures = import ./architectures.nix { inherit lib; };
  doubles = import ./doubles.nix { inherit lib; };

  flakeExposed = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" "armv7l-linux" "riscv64-linux" "powerpc64le-linux" ];

  # The same platform, however much is known about either.
  equals =
    let
      withoutFunctions = lib.filterAttrs (_: value: !builtins.isFunction value);
    in
    a: b: withoutFunctions a == withoutFunctions b;

  elaborate =
    systemOrArgs:
    let
      allArgs = if isAttrs systemOrArgs then systemOrArgs else { system = systemOrArgs; };
      args = removeAttrs allArgs [ "_elaborated" ];
      initial = {
        inherit parsed;
        system = doubleFromSystem final.parsed;
        config = parse.tripleFromSystem final.parsed;
        canExecute =
          platform:
          final.isAndroid == platform.isAndroid
          && parse.isCompatible final.parsed.cpu platform.parsed.cpu
          && final.parsed.kernel == platform.parsed.kernel;

        libc =
          if final.isDarwin then
            "libSystem"
          else if final.isMinGW then
            "msvcrt"
          else if final.isMusl then
            "musl"
          else if final.isLinux then
            "glibc"
          else if final.isFreeBSD then
            "fblibc"
          else if final.isNone then
            "newlib"
          else
            "native/impure";
        linker = if final.isDarwin then "cctools" else "bfd";
        useLLVM = false;
        rust.rustcTarget = "${final.parsed.cpu.name}-${
          if final.isDarwin then "apple" else "unknown"
        }-${final.parsed.kernel.name}${optionalString (final.parsed.abi.name != "unknown") "-${removePrefix "gnueabi" final.parsed.abi.name}"}";
        go = {
          GOARCH = { x86_64 = "amd64"; i686 = "386"; aarch64 = "arm64"; armv7l = "arm"; riscv64 = "riscv64"; }.${final.parsed.cpu.name} or null;
          GOOS = final.parsed.kernel.name;
          CGO_ENABLED = "1";
        };
        extensions = {
          executable = if final.isWindows then ".exe" else "";
          sharedLibrary =
            if final.isDarwin then
              ".dylib"
            else if final.isWindows then
              ".dll"
            else if final.isStatic then
              throw "there are no shared libraries for ${final.config}"
            else
              ".so";
          staticLibrary = ".a";
          library = if final.isStatic then final.extensions.staticLibrary else final.extensions.sharedLibrary;
        };
        uname = {
          system = { linux = "Linux"; windows = "Windows"; darwin = "Darwin"; freebsd = "FreeBSD"; }.${final.parsed.kernel.name} or null;
          processor = if final.isPower64 then "ppc64${optionalString final.isLittleEndian "le"}" else final.parsed.cpu.name;
          release = null;
        };
        isStatic = final.isWasi or false;
        hasSharedLibraries = !final.isStatic && (final.isLinux || final.isDarwin || final.isFreeBSD || final.isWindows);
        linuxArch =
          if final.isAarch32 then
            "arm"
          else if final.isAarch64 then
            "arm64"
          else if final.isx86 then
            "x86"
          else
            final.parsed.cpu.name;
        qemuArch = if final.isAarch32 then "arm" else if final.isx86_32 then "i386" else final.uname.processor;
        emulatorAvailable = pkgs: (final.canExecute pkgs.stdenv.buildPlatform) || final.isLinux;
      }
      // mapAttrs (_: predicate: predicate final.parsed) inspect.predicates
      // mapAttrs (_: predicate: predicate final.gcc.arch or "default") architectures.predicates
      // args;
      # Known before all else: what the others are chosen by.
      parsed = args.parsed or (parse.mkSystemFromString (args.config or args.system));
      final = platforms.select (mapAttrs (_: predicate: predicate parsed) inspect.predicates) // initial;
    in
    if allArgs ? _elaborated then
      systemOrArgs
    else
      assert foldl (pass: { assertion, message }: if assertion then pass else throw message) true (
        final.parsed.abi.assertions or [ ]
      );
      final // { _elaborated = true; };
}
