{
  lib,
  stdenvNoCC,
  git,
  cacert,
}:
lib.makeOverridable (
  lib.fetchers.withNormalizedHash (
    {
      url,
      rev ? null,
      tag ? null,
      leaveDotGit ? deepClone,
      outputHash,
      outputHashAlgo,
      fetchSubmodules ? true,
      deepClone ? false,
      branchName ? null,
      sparseCheckout ? [ ],
      name ? "source",
      nativeBuildInputs ? [ ],
      passthru ? { },
      meta ? { },
    }:
    stdenvNoCC.mkDerivation {
      inherit name url leaveDotGit fetchSubmodules deepClone branchName passthru meta;
      builder = ./fetchgit-builder.sh;
      nativeBuildInputs = [
        git
        cacert
      ]
      ++ nativeBuildInputs;
      inherit outputHash outputHashAlgo;
      outputHashMode = "recursive";
      rev = if tag != null then "refs/tags/${tag}" else rev;
      sparseCheckout = lib.concatStringsSep "\n" sparseCheckout;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars ++ [ "GIT_PROXY_COMMAND" "SOCKS_SERVER" ];
      preferLocalBuild = true;
    }
  )
)
