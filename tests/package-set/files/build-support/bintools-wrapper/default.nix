# The linker and its friends, told where the C library is.
{
  name ? "",
  lib,
  stdenvNoCC,
  runtimeShell,
  bintools ? null,
  libc ? null,
  coreutils ? null,
  gnugrep ? null,
  nativeTools,
  nativeLibc,
  nativePrefix ? "",
  propagateDoc ? bintools != null && bintools ? man,
  expand-response-params ? "",
  extraPackages ? [ ],
  extraBuildCommands ? "",
  sharedLibraryLoader ? if libc == null then null else libc,
  defaultHardeningFlags ? [ "bindnow" "format" "fortify" "fortify3" "pic" "relro" "stackprotector" "strictoverflow" "zerocallusedregs" ],
}:
assert nativeTools -> !propagateDoc && nativePrefix != "";
assert !nativeTools -> bintools != null && coreutils != null && gnugrep != null;
let
  inherit (lib) attrByPath concatStringsSep getBin getDev getLib getName getVersion optionalString optionals;
  inherit (stdenvNoCC) hostPlatform targetPlatform;
  targetPrefix = optionalString (targetPlatform != hostPlatform) (targetPlatform.config + "-");
  bintoolsVersion = getVersion bintools;
  bintoolsName = lib.removePrefix targetPrefix (getName bintools);
  libc_bin = optionalString (libc != null) (getBin libc);
  libc_dev = optionalString (libc != null) (getDev libc);
  libc_lib = optionalString (libc != null) (getLib libc);
  suffixSalt = lib.replaceStrings [ "-" "." ] [ "_" "_" ] targetPlatform.config;
  dynamicLinker =
    if sharedLibraryLoader == null then
      ""
    else if targetPlatform.libc == "musl" then
      "${getLib sharedLibraryLoader}/lib/ld-musl-*"
    else if targetPlatform.system == "x86_64-linux" then
      "${getLib sharedLibraryLoader}/lib/ld-linux-x86-64.so.2"
    else if targetPlatform.system == "aarch64-linux" then
      "${getLib sharedLibraryLoader}/lib/ld-linux-aarch64.so.1"
    else if targetPlatform.isAarch32 then
      "${getLib sharedLibraryLoader}/lib/ld-linux*.so.3"
    else if targetPlatform.isRiscV then
      "${getLib sharedLibraryLoader}/lib/ld-linux-riscv*.so.1"
    else
      "";
in
stdenvNoCC.mkDerivation {
  pname = targetPrefix + (if name != "" then name else "${bintoolsName}-wrapper");
  version = optionalString (bintools != null) bintoolsVersion;
  preferLocalBuild = true;
  outputs = [ "out" ] ++ optionals propagateDoc [ "man" "info" ];
  dontBuild = true;
  dontConfigure = true;
  enableParallelBuilding = true;
  unpackPhase = ''
    src=$PWD
  '';
  installPhase = ''
    mkdir -p $out/bin $out/nix-support
    wrap() {
      local dst="$1" wrapper="$2"
      export prog="$3"
      substitute "$wrapper" "$out/bin/$dst" --subst-var prog
      chmod +x "$out/bin/$dst"
    }
    ${if nativeTools then "echo ${nativePrefix} > $out/nix-support/orig-bintools" else "echo ${bintools} > $out/nix-support/orig-bintools"}
    for prog in ar as dlltool dwp gprof elfedit ld nm objcopy objdump ranlib readelf size strings strip windres; do
      if [ -x ${bintools}/bin/${targetPrefix}$prog ]; then wrap ${targetPrefix}$prog ${./ld-wrapper.sh} ${bintools}/bin/${targetPrefix}$prog; fi
    done
  '';
  strictDeps = true;
  depsTargetTargetPropagated = extraPackages;
  setupHook = ./setup-hook.sh;
  postFixup =
    optionalString (libc != null) ''
      echo "-L${libc_lib}/lib" > $out/nix-support/libc-ldflags
      echo "${libc_lib}" > $out/nix-support/orig-libc
      echo "${libc_dev}" > $out/nix-support/orig-libc-dev
      echo -n "${dynamicLinker}" > $out/nix-support/dynamic-linker
    ''
    + optionalString (!nativeTools) ''
      printWords ${bintools} > $out/nix-support/propagated-user-env-packages
    ''
    + optionalString hostPlatform.isDarwin ''
      echo "-arch ${targetPlatform.parsed.cpu.name}" >> $out/nix-support/libc-ldflags
    ''
    + extraBuildCommands;
  env = {
    inherit suffixSalt targetPrefix;
    shell = runtimeShell + (runtimeShell.shellPath or "");
    coreutils_bin = optionalString (!nativeTools) (getBin coreutils);
    gnugrep_bin = optionalString (!nativeTools) (getBin gnugrep);
    expandResponseParams = "${expand-response-params}";
    wrapperName = "BINTOOLS_WRAPPER";
    defaultHardening = concatStringsSep " " defaultHardeningFlags;
  };
  passthru = {
    inherit targetPrefix suffixSalt bintools libc nativeTools nativeLibc nativePrefix dynamicLinker;
    isGNU = bintools.isGNU or false;
    defaultHardeningFlags = defaultHardeningFlags;
  };
  meta =
    let
      bintools_ = lib.optionalAttrs (bintools != null) bintools;
    in
    removeAttrs (lib.optionalAttrs (bintools_ ? meta) bintools_.meta) [ "name" "available" "broken" "insecure" "unfree" "unsupported" "outputsToInstall" "nonTeamMaintainers" ]
    // {
      description = (attrByPath [ "meta" "description" ] "System binary utilities" bintools_) + " (wrapper script)";
      priority = 10;
    };
}
