# The compiler, told where the C library, the linker and hardening are.
{
  name ? "",
  lib,
  stdenvNoCC,
  runtimeShell,
  cc ? null,
  libc ? null,
  bintools,
  coreutils ? null,
  gnugrep ? null,
  zlib ? null,
  nativeTools,
  noLibc ? false,
  nativeLibc,
  nativePrefix ? "",
  propagateDoc ? cc != null && cc ? man,
  extraTools ? [ ],
  extraPackages ? [ ],
  extraBuildCommands ? "",
  nixSupport ? { },
  isGNU ? false,
  isClang ? cc.isClang or false,
  expand-response-params ? "",
  libcxx ? null,
  extraAttrs ? { },
}:
assert nativeTools -> !propagateDoc && nativePrefix != "";
assert !nativeTools -> cc != null && coreutils != null && gnugrep != null;
let
  inherit (lib) any attrByPath concatMapStringsSep concatStringsSep getBin getDev getLib getName getVersion mapAttrsToList optional optionalAttrs optionals optionalString recurseIntoAttrs replaceStrings toList versionAtLeast;
  inherit (stdenvNoCC) hostPlatform targetPlatform;
  includeFortifyHeaders' = targetPlatform.libc == "musl" && isGNU;
  targetPrefix = optionalString (targetPlatform != hostPlatform) (targetPlatform.config + "-");
  ccVersion = getVersion cc;
  ccName = lib.removePrefix targetPrefix (getName cc);
  libc_bin = optionalString (libc != null) (getBin libc);
  libc_dev = optionalString (libc != null) (getDev libc);
  libc_lib = optionalString (libc != null) (getLib libc);
  cc_solib = getLib cc + optionalString (targetPlatform != hostPlatform) "/${targetPlatform.config}";
  suffixSalt = replaceStrings [ "-" "." ] [ "_" "_" ] targetPlatform.config;
  isGccArchSupported =
    arch:
    if targetPlatform.isPower then
      false
    else if isGNU then
      {
        skylake = versionAtLeast ccVersion "6.0";
        haswell = versionAtLeast ccVersion "4.9";
        x86-64-v3 = versionAtLeast ccVersion "11.0";
        x86-64-v4 = versionAtLeast ccVersion "11.0";
        znver3 = versionAtLeast ccVersion "10.3";
      }
      .${arch} or true
    else
      true;
  machineFlags =
    optional (targetPlatform ? gcc.arch && isGccArchSupported targetPlatform.gcc.arch) "-march=${targetPlatform.gcc.arch}"
    ++ optional (targetPlatform ? gcc.tune) "-mtune=${targetPlatform.gcc.tune}"
    ++ optional (targetPlatform ? gcc.fpu) "-mfpu=${targetPlatform.gcc.fpu}";
  defaultHardeningFlags = bintools.defaultHardeningFlags or [ ];
  hardeningUnsupportedFlags = cc.hardeningUnsupportedFlags or [ ] ++ optional includeFortifyHeaders' "fortify3";
in
stdenvNoCC.mkDerivation (
  {
    pname = targetPrefix + (if name != "" then name else "${ccName}-wrapper");
    version = optionalString (cc != null) ccVersion;
    preferLocalBuild = true;
    outputs = [ "out" ] ++ optionals propagateDoc [ "man" "info" ];
    enableParallelBuilding = true;
    dontBuild = true;
    dontConfigure = true;
    unpackPhase = ''
      src=$PWD
    '';
    wrapper = ./cc-wrapper.sh;
    installPhase = ''
      mkdir -p $out/bin $out/nix-support
      wrap() {
        local dst="$1" wrapper="$2"
        export prog="$3"
        substituteAll "$wrapper" "$out/bin/$dst"
        chmod +x "$out/bin/$dst"
      }
      ${if nativeTools then "echo ${nativePrefix} > $out/nix-support/orig-cc" else "echo ${cc} > $out/nix-support/orig-cc"}
      wrap ${targetPrefix}cc $wrapper ${cc}/bin/${targetPrefix}cc
      ${concatMapStringsSep "\n" (tool: "wrap ${targetPrefix}${tool} $wrapper ${cc}/bin/${targetPrefix}${tool}") ([ "gcc" "g++" ] ++ extraTools)}
    '';
    strictDeps = true;
    propagatedBuildInputs = [ bintools ] ++ extraTools;
    depsTargetTargetPropagated = optional (libcxx != null) libcxx ++ extraPackages;
    setupHooks = [
      ../setup-hooks/role.bash
      ./setup-hook.sh
    ];
    postFixup =
      optionalString (libc != null && !noLibc) ''
        touch "$out/nix-support/libc-cflags"
        touch "$out/nix-support/libc-ldflags"
        echo "-B${libc_lib}${libc.libdir or "/lib/"}" >> $out/nix-support/libc-crt1-cflags
        include "-idirafter" "${libc_dev}${libc.incdir or "/include"}" >> $out/nix-support/libc-cflags
        echo "${libc_lib}" > $out/nix-support/orig-libc
        echo "${libc_dev}" > $out/nix-support/orig-libc-dev
      ''
      + optionalString (!nativeTools) ''
        ccLDFlags="-L${cc_solib}/lib"
        ccCFlags="-B${cc_solib}/lib"
        echo "$ccLDFlags" >> $out/nix-support/cc-ldflags
        echo "$ccCFlags" >> $out/nix-support/cc-cflags
      ''
      + optionalString (machineFlags != [ ]) ''
        echo "${concatStringsSep " " machineFlags}" >> $out/nix-support/cc-cflags-before
      ''
      + ''
        hardening_unsupported_flags="${concatStringsSep " " hardeningUnsupportedFlags}"
        substituteAll ${./add-flags.sh} $out/nix-support/add-flags.sh
        substituteAll ${./add-hardening.sh} $out/nix-support/add-hardening.sh
      ''
      + extraBuildCommands
      + concatStringsSep "; " (mapAttrsToList (name: value: "echo ${toString value} >> $out/nix-support/${name}") nixSupport);
    env = {
      inherit isClang suffixSalt targetPrefix;
      wrapperName = "CC_WRAPPER";
      shell = runtimeShell + (runtimeShell.shellPath or "");
      expandResponseParams = "${expand-response-params}";
      coreutils_bin = optionalString (!nativeTools) (getBin coreutils);
      gnugrep_bin = optionalString (!nativeTools) (getBin gnugrep);
      bintools = "${bintools}";
      default_hardening_flags_str = toString defaultHardeningFlags;
    };
    passthru = {
      inherit targetPrefix suffixSalt cc libc libcxx bintools nativeTools nativeLibc nativePrefix isGNU isClang;
      inherit (cc) version;
      shell = runtimeShell;
      emacsBufferSetup = pkgs: "; nothing";
      libllvm = cc.libllvm or null;
      expand-response-params = expand-response-params;
      inherit defaultHardeningFlags;
    }
    // extraAttrs;
    meta =
      let
        cc_ = lib.optionalAttrs (cc != null) cc;
      in
      removeAttrs (lib.optionalAttrs (cc_ ? meta) cc_.meta) [ "name" "available" "broken" "insecure" "unfree" "unsupported" "outputsToInstall" "nonTeamMaintainers" ]
      // {
        description = (attrByPath [ "meta" "description" ] "System C compiler" cc_) + " (wrapper script)";
        priority = 10;
        mainProgram = if name != "" then name else "${targetPrefix}${ccName}";
      };
  }
)
