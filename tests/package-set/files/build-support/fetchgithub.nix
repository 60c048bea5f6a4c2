# Sources of GitHub, as an archive or as a clone.
{
  lib,
  fetchgit,
  fetchzip,
}:
lib.makeOverridable (
  {
    owner,
    repo,
    tag ? null,
    rev ? null,
    name ? "source",
    fetchSubmodules ? false,
    leaveDotGit ? false,
    deepClone ? false,
    private ? false,
    forceFetchGit ? false,
    githubBase ? "github.com",
    passthru ? { },
    meta ? { },
    ...
  }@args:
  assert lib.assertMsg (lib.xor or (a: b: (!a) != (!b)) (tag == null) (rev == null)) "fetchFromGitHub requires one of either `rev` or `tag` to be provided (not both).";
  let
    position = if args.meta.description or null != null then builtins.unsafeGetAttrPos "description" args.meta else builtins.unsafeGetAttrPos (if tag != null then "tag" else "rev") args;
    baseUrl = "https://${githubBase}/${owner}/${repo}";
    newMeta =
      meta
      // {
        homepage = meta.homepage or baseUrl;
      }
      // lib.optionalAttrs (position != null) {
        position = "${position.file}:${toString position.line}";
      };
    passthruAttrs = removeAttrs args [ "owner" "repo" "tag" "rev" "fetchSubmodules" "forceFetchGit" "private" "githubBase" "leaveDotGit" "deepClone" ];
    useFetchGit = fetchSubmodules || leaveDotGit || deepClone || forceFetchGit;
    revWithTag = if tag != null then "refs/tags/${tag}" else rev;
    fetcher = if useFetchGit then fetchgit else fetchzip;
    fetcherArgs =
      (
        if useFetchGit then
          {
            url = "${baseUrl}.git";
            inherit rev deepClone fetchSubmodules leaveDotGit tag;
          }
        else
          {
            url = "${baseUrl}/archive/${revWithTag}.tar.gz";
            extension = "tar.gz";
          }
      )
      // passthruAttrs
      // {
        inherit name;
        meta = newMeta;
        passthru = { gitRepoUrl = "${baseUrl}.git"; } // passthru;
      };
  in
  fetcher fetcherArgs
  // {
    meta = newMeta;
    inherit owner repo tag;
    rev = revWithTag;
  }
)
