# The standard environment: a derivation with a setup script, and `mkDerivation`.
{ lib, config }:
argsStdenv@{
  name ? "stdenv",
  preHook ? "",
  initialPath,
  cc,
  shell,
  allowedRequisites ? null,
  extraAttrs ? { },
  overrides ? (self: super: { }),
  mkDerivationFromStdenv ? null,
  fetchurlBoot,
  setupScript ? ./setup.sh,
  extraNativeBuildInputs ? [ ],
  extraBuildInputs ? [ ],
  __stdenvImpureHostDeps ? [ ],
  __extraImpureHostDeps ? [ ],
  stdenvSandboxProfile ? "",
  extraSandboxProfile ? "",
  buildPlatform,
  hostPlatform,
  targetPlatform,
  hasCC ? cc != null,
  disallowedRequisites ? [ ],
}:
let
  defaultNativeBuildInputs =
    extraNativeBuildInputs
    ++ [
      ../../build-support/setup-hooks/audit-tmpdir.sh
      ../../build-support/setup-hooks/compress-man-pages.sh
      ../../build-support/setup-hooks/make-symlinks-relative.sh
      ../../build-support/setup-hooks/move-docs.sh
      ../../build-support/setup-hooks/multiple-outputs.sh
      ../../build-support/setup-hooks/patch-shebangs.sh
      ../../build-support/setup-hooks/reproducible-builds.sh
      ../../build-support/setup-hooks/strip.sh
    ]
    ++ lib.optionals hasCC [ cc ];
  defaultBuildInputs = extraBuildInputs;

  mkDerivationFull = import ./make-derivation.nix { inherit lib config; } stdenv;

  stdenv =
    derivation (
      lib.optionalAttrs (allowedRequisites != null) {
        allowedRequisites = allowedRequisites ++ defaultNativeBuildInputs ++ defaultBuildInputs;
      }
      // {
        inherit name disallowedRequisites;
        inherit (buildPlatform) system;
        builder = shell;
        args = [
          "-e"
          ./builder.sh
        ];
        setup = setupScript;
        inherit preHook initialPath shell defaultNativeBuildInputs defaultBuildInputs;
      }
    )
    // {
      meta = {
        description = "The environment that packages are built in";
        platforms = lib.platforms.all;
      };
      inherit buildPlatform hostPlatform targetPlatform;
      inherit extraNativeBuildInputs extraBuildInputs __extraImpureHostDeps extraSandboxProfile;
      inherit (hostPlatform) isDarwin isLinux isx86_64 isAarch64 is64bit isStatic system;
      inherit cc hasCC shell initialPath overrides fetchurlBoot;
      inherit (mkDerivationFull) mkDerivation;
      tests = { };
      override = f: import ./. { inherit lib config; } (argsStdenv // (if lib.isFunction f then f argsStdenv else f));
    }
    // lib.optionalAttrs (mkDerivationFromStdenv != null) {
      mkDerivation = mkDerivationFromStdenv stdenv;
    }
    // extraAttrs;
in
stdenv
