# `mkDerivation`: dependencies sorted by where they run and what they make code for, checks, and the fixed point of its arguments.
{ lib, config }:
stdenv:
let
  inherit (lib)
    all any assertMsg concatLists concatMap concatStringsSep elem elemAt extendDerivation filter findFirst getDev head
    imap1 intersectLists isAttrs isBool isDerivation isFloat isInt isList isString mapAttrs mapNullable optional
    optionalAttrs optionalString optionals splitString subtractLists toFunction unique zipAttrsWith
    ;
  inherit (lib.strings) sanitizeDerivationName isStringLike;

  checkMeta = import ./check-meta.nix {
    inherit lib config;
    inherit (stdenv) hostPlatform;
  };

  # A function gets the final arguments; a set is as it is.
  mkDerivation = fnOrAttrs: if builtins.isFunction fnOrAttrs then makeDerivationExtensible fnOrAttrs else makeDerivationExtensibleConst fnOrAttrs;

  makeDerivationExtensible =
    rattrs:
    let
      args = rattrs (args // { inherit finalPackage overrideAttrs; });
      overrideAttrs =
        f0:
        let
          extends' = overlay: f: (
            final:
            let
              prev = f final;
              thisOverlay = overlay final prev;
              warnForBadVersionOverride =
                (thisOverlay ? version && prev ? version && !(thisOverlay ? src)) && !(thisOverlay.__intentionallyOverridingVersion or false);
              pname = args.pname or "<unknown name>";
            in
            (lib.warnIf (warnForBadVersionOverride && config.checkMeta) "${pname} was overridden with `version` but not `src`" prev) // thisOverlay
          );
        in
        makeDerivationExtensible (extends' (lib.toExtension f0) rattrs);
      finalPackage = mkDerivationSimple overrideAttrs args;
    in
    finalPackage;
  makeDerivationExtensibleConst =
    attrs:
    mkDerivationSimple (
      f0:
      let
        f =
          self: super:
          let
            x = f0 super;
          in
          if builtins.isFunction x then f0 self super else x;
      in
      makeDerivationExtensible (self: attrs // (if builtins.isFunction f0 || f0 ? __functor then f self attrs else f0))
    ) attrs;

  knownHardeningFlags = [
    "bindnow" "format" "fortify" "fortify3" "pic" "pie" "relro" "stackprotector" "stackclashprotection" "strictoverflow" "zerocallusedregs" "trivialautovarinit"
  ];
  removedOrReplacedAttrNames = [
    "checkInputs" "installCheckInputs" "nativeCheckInputs" "nativeInstallCheckInputs"
    "__contentAddressed" "__darwinAllowLocalNetworking" "__impureHostDeps" "__propagatedImpureHostDeps"
    "sandboxProfile" "propagatedSandboxProfile" "disallowedReferences" "disallowedRequisites" "allowedReferences" "allowedRequisites"
    "meta" "passthru" "pos" "env" "hardeningDisable" "hardeningEnable" "doCheck" "doInstallCheck" "strictDeps" "__intentionallyOverridingVersion"
  ];
  # For each place of dependencies: which of the spliced packages is meant, and on what it runs.
  dependencyPlaces = [
    [ "depsBuildBuild" "buildBuild" ]
    [ "nativeBuildInputs" "buildHost" ]
    [ "depsBuildTarget" "buildTarget" ]
    [ "depsHostHost" "hostHost" ]
    [ "buildInputs" "hostTarget" ]
    [ "depsTargetTarget" "targetTarget" ]
    [ "depsBuildBuildPropagated" "buildBuild" ]
    [ "propagatedNativeBuildInputs" "buildHost" ]
    [ "depsBuildTargetPropagated" "buildTarget" ]
    [ "depsHostHostPropagated" "hostHost" ]
    [ "propagatedBuildInputs" "hostTarget" ]
    [ "depsTargetTargetPropagated" "targetTarget" ]
  ];

  checkDependencyList = checkDependencyList' [ ];
  checkDependencyList' =
    positions: name: deps:
    imap1 (
      index: dep:
      if isDerivation dep || dep == null || builtins.isString dep || builtins.isPath dep then
        dep
      else if isList dep then
        checkDependencyList' ([ index ] ++ positions) name dep
      else
        throw "Dependency is not of a valid type: ${lib.concatMapStrings (ix: "element ${toString ix} of ") ([ index ] ++ positions)}${name} for ${stdenv.name or "?"}"
    ) deps;

  chosen = where: dep: if dep ? __spliced then dep.__spliced.${where} or dep else dep;

  outputsToInstallOf =
    attrs: outputs:
    let
      has = name: elem name outputs;
      bin = findFirst has null [ "bin" "out" ];
    in
    optional (bin != null) bin ++ optional (has "man") "man";

  makeDerivationArgument =
    {
      strictDeps ? if config.strictDepsByDefault then true else stdenv.hostPlatform != stdenv.buildPlatform,
      nativeCheckInputs ? [ ],
      checkInputs ? [ ],
      nativeInstallCheckInputs ? [ ],
      installCheckInputs ? [ ],
      configureFlags ? [ ],
      cmakeFlags ? [ ],
      mesonFlags ? [ ],
      configurePlatforms ?
        optionals (stdenv.hostPlatform != stdenv.buildPlatform || config.configurePlatformsByDefault) [ "build" "host" ],
      doCheck ? config.doCheckByDefault,
      doInstallCheck ? config.doCheckByDefault,
      enableParallelBuilding ? config.enableParallelBuildingByDefault,
      separateDebugInfo ? false,
      outputs ? [ "out" ],
      __structuredAttrs ? config.structuredAttrsByDefault,
      __contentAddressed ? config.contentAddressedByDefault,
      hardeningEnable ? [ ],
      hardeningDisable ? [ ],
      patches ? [ ],
      env ? { },
      meta ? { },
      passthru ? { },
      ...
    }@attrs:
    assert attrs ? name || (attrs ? pname && attrs ? version);
    let
      doCheck' = doCheck && stdenv.buildPlatform.canExecute stdenv.hostPlatform;
      doInstallCheck' = doInstallCheck && stdenv.buildPlatform.canExecute stdenv.hostPlatform;
      separateDebugInfo' = separateDebugInfo && stdenv.hostPlatform.isLinux;
      outputs' = outputs ++ optional separateDebugInfo' "debug";

      extra = {
        nativeBuildInputs =
          optionals doCheck' nativeCheckInputs
          ++ optionals doInstallCheck' nativeInstallCheckInputs
          ++ optional separateDebugInfo' ../../build-support/setup-hooks/separate-debug-info.sh;
        buildInputs = optionals doCheck' checkInputs ++ optionals doInstallCheck' installCheckInputs;
      };
      placeOf =
        place:
        let
          name = head place;
          attrName = if name == "depsTargetTargetPropagated" then name else name;
          given = attrs.${attrName} or [ ] ++ extra.${name} or [ ];
        in
        map (dep: getDev (chosen (elemAt place 1) dep)) (filter (dep: dep != null) (lib.flatten (checkDependencyList name given)));
      dependencies = lib.listToAttrs (map (place: lib.nameValuePair (head place) (placeOf place)) dependencyPlaces);

      # Flags that are on by default, changed by the package.
      defaultHardening = subtractLists (optionals stdenv.hostPlatform.isMusl [ "fortify" ]) [
        "bindnow" "format" "fortify" "fortify3" "pic" "relro" "stackprotector" "strictoverflow" "zerocallusedregs"
      ];
      erroneous = subtractLists knownHardeningFlags (hardeningEnable ++ lib.remove "all" hardeningDisable);
      enabledHardening =
        if elem "all" hardeningDisable then [ ] else subtractLists hardeningDisable (unique (defaultHardening ++ hardeningEnable));

      hostSuffix = optionalString (stdenv.hostPlatform != stdenv.buildPlatform && !(attrs ? outputHash)) "-${stdenv.hostPlatform.config}";
      name =
        if attrs ? name then
          attrs.name + hostSuffix
        else
          let
            checked =
              assert assertMsg (isString attrs.pname) "'pname' of a derivation must be a string, not a ${builtins.typeOf attrs.pname}";
              assert assertMsg (attrs ? version && attrs.version != null) "'version' of the derivation '${attrs.pname}' must not be null";
              "${attrs.pname}${hostSuffix}-${attrs.version}";
          in
          checked;

      envIsExportable = isAttrs env && !isDerivation env;
      env' = if envIsExportable then env else { };
      checkedEnv =
        let
          overlapping = lib.attrNames (builtins.intersectAttrs attrs env');
          bad = lib.filterAttrs (_: v: !(isString v || isBool v || isInt v || isDerivation v)) env';
        in
        assert assertMsg envIsExportable "When using structured attributes, `env` must be an attribute set of environment variables.";
        assert assertMsg (overlapping == [ ]) "The `env` attribute set cannot contain any attributes passed to derivation. The following attributes are overlapping: ${concatStringsSep ", " overlapping}";
        assert assertMsg (bad == { }) "The `env` attribute set can only contain derivation, string, boolean or integer attributes: ${concatStringsSep ", " (lib.attrNames bad)}";
        mapAttrs (_: v: if isBool v then lib.boolToString v else v) env';

      derivationArg =
        removeAttrs attrs removedOrReplacedAttrNames
        // {
          name = sanitizeDerivationName name;
          builder = attrs.realBuilder or stdenv.shell;
          args =
            attrs.args or [
              "-e"
              ./source-stdenv.sh
              (attrs.builder or ./default-builder.sh)
            ];
          inherit stdenv;
          # The system of the machine that builds.
          inherit (stdenv.buildPlatform) system;
          userHook = config.stdenv.userHook or null;
          __ignoreNulls = true;
          inherit __structuredAttrs strictDeps;
          inherit (dependencies)
            depsBuildBuild nativeBuildInputs depsBuildTarget depsHostHost buildInputs depsTargetTarget
            depsBuildBuildPropagated propagatedNativeBuildInputs depsBuildTargetPropagated depsHostHostPropagated
            propagatedBuildInputs depsTargetTargetPropagated
            ;
          inherit patches;
          outputs = outputs';
          inherit doCheck doInstallCheck;
          configureFlags =
            assert assertMsg (isList configureFlags || isString configureFlags) "configureFlags of ${name} must be a list";
            lib.toList configureFlags
            ++ optional (elem "build" configurePlatforms) "--build=${stdenv.buildPlatform.config}"
            ++ optional (elem "host" configurePlatforms) "--host=${stdenv.hostPlatform.config}"
            ++ optional (elem "target" configurePlatforms) "--target=${stdenv.targetPlatform.config}";
        }
        // optionalAttrs (cmakeFlags != [ ] || attrs ? cmakeFlags) {
          cmakeFlags =
            cmakeFlags
            ++ optionals (stdenv.hostPlatform != stdenv.buildPlatform) [
              "-DCMAKE_SYSTEM_NAME=${stdenv.hostPlatform.uname.system}"
              "-DCMAKE_SYSTEM_PROCESSOR=${stdenv.hostPlatform.uname.processor}"
            ];
        }
        // optionalAttrs (mesonFlags != [ ]) { inherit mesonFlags; }
        // optionalAttrs (hardeningEnable != [ ] || hardeningDisable != [ ] || stdenv.hostPlatform.isMusl) {
          NIX_HARDENING_ENABLE = concatStringsSep " " enabledHardening;
        }
        // optionalAttrs (stdenv.hostPlatform ? gcc.arch) {
          requiredSystemFeatures = attrs.requiredSystemFeatures or [ ] ++ [ "gccarch-${stdenv.hostPlatform.gcc.arch}" ];
        }
        // optionalAttrs enableParallelBuilding {
          inherit enableParallelBuilding;
          enableParallelChecking = attrs.enableParallelChecking or true;
          enableParallelInstalling = attrs.enableParallelInstalling or true;
        }
        // optionalAttrs __contentAddressed {
          inherit __contentAddressed;
          outputHashAlgo = attrs.outputHashAlgo or "sha256";
          outputHashMode = attrs.outputHashMode or "recursive";
        }
        // checkedEnv;
    in
    assert assertMsg (erroneous == [ ])
      "mkDerivation was called with unsupported hardening flags for ${name}: ${lib.generators.toPretty { } erroneous}";
    derivationArg;

  mkDerivationSimple =
    overrideAttrs:
    {
      meta ? { },
      passthru ? { },
      pos ? (
        if attrs.meta.description or null != null then
          builtins.unsafeGetAttrPos "description" attrs.meta
        else if attrs.version or null != null then
          builtins.unsafeGetAttrPos "version" attrs
        else
          builtins.unsafeGetAttrPos "name" attrs
      ),
      ...
    }@attrs:
    let
      derivationArg = makeDerivationArgument attrs;
      meta' = checkMeta.commonMeta {
        inherit validity attrs pos;
        references =
          attrs.nativeBuildInputs or [ ]
          ++ attrs.buildInputs or [ ]
          ++ attrs.propagatedNativeBuildInputs or [ ]
          ++ attrs.propagatedBuildInputs or [ ];
      };
      validity = checkMeta.assertValidity {
        inherit attrs;
        meta = meta';
      };
      checked =
        lib.seq
          (
            if lib.typeOf or builtins.typeOf (attrs.name or "") != "string" then
              throw "the name of a derivation must be a string"
            else
              null
          )
          derivationArg;
    in
    extendDerivation validity.handled (
      {
        # Everything that was given, and the environment alone.
        inherit overrideAttrs;
        meta = meta';
        inherit passthru;
        inputDerivation = derivation (
          removeAttrs derivationArg [ "allowedReferences" "allowedRequisites" "disallowedReferences" "disallowedRequisites" "outputHash" "outputHashAlgo" "outputHashMode" ]
          // {
            name = derivationArg.name + "-inputs";
            outputs = [ "out" ];
            _derivation_original_builder = derivationArg.builder;
            _derivation_original_args = derivationArg.args;
            builder = stdenv.shell;
            args = [
              "-c"
              ''
                export > $out
              ''
            ];
          }
        );
        drvAttrs = checked;
        userEnvVars = builtins.attrNames (attrs.env or { });
      }
      // passthru
    ) (derivation checked);
in
{
  inherit mkDerivation;
}
