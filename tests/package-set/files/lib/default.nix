# The library: one fixed point over all of its files, so that each can use all others and an overlay can replace parts.
let
  inherit (import ./fixed-points.nix { inherit lib; }) makeExtensible;

  lib = makeExtensible (
    self:
    let
      callLibs = file: import file { lib = self; };
    in
    {
      minimalVersion = "2.3";

      trivial = callLibs ./trivial.nix;
      fixedPoints = callLibs ./fixed-points.nix;
      attrsets = callLibs ./attrsets.nix;
      lists = callLibs ./lists.nix;
      strings = callLibs ./strings.nix;
      stringsWithDeps = callLibs ./strings-with-deps.nix;
      customisation = callLibs ./customisation.nix;
      derivations = callLibs ./derivations.nix;
      maintainers = import ./maintainer-list.nix;
      teams = callLibs ./team-list.nix;
      meta = callLibs ./meta.nix;
      versions = callLibs ./versions.nix;
      licenses = callLibs ./licenses.nix;
      systems = callLibs ./systems;
      platforms = self.systems.doubles;
      sources = callLibs ./sources.nix;
      filesystem = callLibs ./filesystem.nix;
      path = callLibs ./path.nix;
      asserts = callLibs ./asserts.nix;
      debug = callLibs ./debug.nix;
      generators = callLibs ./generators.nix;
      fetchers = callLibs ./fetchers.nix;
      cli = callLibs ./cli.nix;
      modules = callLibs ./modules.nix;
      options = callLibs ./options.nix;
      types = callLibs ./types.nix;

      inherit (builtins)
        add addErrorContext attrNames concatLists deepSeq elem elemAt filter genericClosure getAttr
        hasAttr head isAttrs isBool isInt isFloat isList isPath isString length lessThan listToAttrs
        pathExists readFile replaceStrings seq stringLength sub substring tail trace
        ;
      inherit (self.trivial)
        id const pipe concat or and bitAnd boolToString mergeAttrs flip defaultTo mapNullable
        importJSON importTOML warn warnIf warnIfNot throwIf throwIfNot checkListOfEnum
        setFunctionArgs functionArgs isFunction toFunction fromHexString toHexString toBaseDigits
        inPureEvalMode isInOldestRelease release version versionSuffix min max mod compare splitByAndCompare
        ;
      inherit (self.fixedPoints)
        fix fix' converge extends composeExtensions composeManyExtensions makeExtensible makeExtensibleWithCustomName toExtension
        ;
      inherit (self.attrsets)
        attrByPath hasAttrByPath setAttrByPath getAttrFromPath attrVals attrValues getAttrs catAttrs
        filterAttrs filterAttrsRecursive foldlAttrs foldAttrs collect nameValuePair mapAttrs mapAttrs'
        mapAttrsToList concatMapAttrs mapAttrsRecursive mapAttrsRecursiveCond genAttrs isDerivation
        toDerivation optionalAttrs zipAttrsWithNames zipAttrsWith zipAttrs recursiveUpdateUntil
        recursiveUpdate matchAttrs recurseIntoAttrs dontRecurseIntoAttrs cartesianProduct updateManyAttrsByPath
        showAttrPath getOutput getFirstOutput getBin getLib getStatic getDev getMan chooseDevOutputs mergeAttrsList unionOfDisjoint
        ;
      inherit (self.lists)
        singleton forEach map foldr fold foldl foldl' imap0 imap1 ifilter0 concatMap flatten remove findSingle
        findFirst any all count optional optionals toList range replicate partition zipListsWith
        zipLists reverseList listDfs toposort sort sortOn naturalSort compareLists take drop dropEnd sublist last init
        crossLists unique uniqueStrings allUnique intersectLists subtractLists mutuallyExclusive groupBy groupBy' commonPrefix hasPrefixList
        ;
      inherit (self.strings)
        concatStrings concatMapStrings concatImapStrings intersperse concatStringsSep concatMapStringsSep
        concatImapStringsSep concatLines makeSearchPath makeSearchPathOutput makeLibraryPath
        makeIncludePath makeBinPath optionalString hasInfix hasPrefix hasSuffix stringToCharacters
        stringAsChars escape escapeShellArg escapeShellArgs escapeURL isStorePath isStringLike isValidPosixName
        toShellVar toShellVars escapeRegex escapeXML toLower toUpper toSentenceCase addContextFrom
        splitString splitStringBy removePrefix removeSuffix versionOlder versionAtLeast getName getVersion
        nameFromURL enableFeature enableFeatureAs withFeature withFeatureAs fixedWidthString
        fixedWidthNumber toInt toIntBase10 fileContents readPathsFromFile normalizePath trim trimWith lowerChars upperChars cmakeFeature cmakeBool mesonOption mesonBool mesonEnable floatToString
        ;
      inherit (self.stringsWithDeps) textClosureList textClosureMap noDepEntry fullDepEntry packEntry stringAfter;
      inherit (self.customisation)
        overrideDerivation makeOverridable callPackageWith callPackagesWith extendDerivation hydraJob
        makeScope makeScopeWithSplicing'
        ;
      inherit (self.derivations) lazyDerivation optionalDrvAttr;
      inherit (self.meta)
        addMetaAttrs dontDistribute setName updateName appendToName mapDerivationAttrset setPrio lowPrio
        hiPrio licensesSpdx getLicenseFromSpdxId platformMatch availableOn getExe getExe'
        ;
      inherit (self.sources) cleanSourceFilter cleanSource cleanSourceWith sourceByRegex sourceFilesBySuffices pathType;
      inherit (self.filesystem) importIfExists;
      inherit (self.asserts) assertMsg assertOneOf assertEachOneOf;
      inherit (self.modules)
        evalModules mkIf mkMerge mkOverride mkDefault mkForce mkVMOverride mkBefore mkAfter mkOrder
        mkRemovedOptionModule mkRenamedOptionModule mkAliasDefinitions
        ;
      inherit (self.options)
        isOption mkOption mkEnableOption mkPackageOption mergeDefaultOption mergeOneOption
        mergeEqualOption getValues getFiles optionAttrSetToDocList showOption showFiles literalExpression
        ;
      inherit (self.types) isType setType mkOptionType;
    }
  );
in
lib
