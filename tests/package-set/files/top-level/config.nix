# What users can configure, as options.
{ config, lib, ... }:
let
  inherit (lib) literalExpression mapAttrsToList mkOption optionals types;

  mkMassRebuild =
    args:
    mkOption (
      removeAttrs args [ "feature" ]
      // {
        type = args.type or (types.uniq or (x: x) types.bool);
        default = args.default or false;
        description = "${args.feature}. Changes all packages.";
      }
    );
  flag =
    default: description:
    mkOption {
      type = types.bool;
      inherit default description;
    };
  predicate =
    description:
    mkOption {
      type = types.functionTo types.bool;
      default = pkg: false;
      defaultText = literalExpression "pkg: false";
      inherit description;
    };
in
{
  freeformType = types.lazyAttrsOf types.raw;
  options = {
    warnings = mkOption {
      type = types.listOf types.str;
      default = [ ];
      internal = true;
    };
    doCheckByDefault = mkMassRebuild { feature = "run checkPhase by default"; };
    strictDepsByDefault = mkMassRebuild { feature = "set strictDeps to true by default"; };
    structuredAttrsByDefault = mkMassRebuild { feature = "set __structuredAttrs to true by default"; };
    enableParallelBuildingByDefault = mkMassRebuild { feature = "set enableParallelBuilding to true by default"; };
    contentAddressedByDefault = mkMassRebuild { feature = "set __contentAddressed to true by default"; };
    configurePlatformsByDefault = mkMassRebuild {
      feature = "set configurePlatforms to [\"build\" \"host\"] by default";
    };
    allowAliases = flag true "Whether to expose old names of packages.";
    allowUnfree = flag false "Whether to allow packages whose licence is not free.";
    allowUnfreePredicate = predicate "Which packages whose licence is not free are allowed.";
    allowBroken = flag false "Whether to allow packages that are known not to build.";
    allowUnsupportedSystem = flag false "Whether to allow packages for other platforms.";
    allowInsecurePredicate = predicate "Which packages with known vulnerabilities are allowed.";
    permittedInsecurePackages = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Packages with known vulnerabilities that are allowed, by name and version.";
    };
    allowlistedLicenses = mkOption {
      type = types.listOf types.attrs;
      default = [ ];
      description = "Licences that are allowed in any case.";
    };
    blocklistedLicenses = mkOption {
      type = types.listOf types.attrs;
      default = [ ];
      description = "Licences that are forbidden.";
    };
    checkMeta = flag false "Whether to check the types of meta attributes.";
    showDerivationWarnings = mkOption {
      type = types.listOf (types.enum [ "maintainerless" ]);
      default = [ ];
      description = "Which warnings are shown.";
    };
    cudaSupport = mkMassRebuild { feature = "build packages with CUDA support by default"; };
    packageOverrides = mkOption {
      type = types.raw;
      default = pkgs: { };
      description = "Packages that replace others.";
    };
  };
  config.warnings = optionals (config.allowBroken && config.checkMeta && config.blocklistedLicenses != [ ]) [
    "blocklistedLicenses together with allowBroken makes little sense"
  ];
}
