# Fetches an archive and unpacks it; the hash is of what is in it.
{
  lib,
  repoRevToNameMaybe ? url: rev: null,
  fetchurl,
  withUnzip ? true,
  unzip,
  glibcLocalesUtf8 ? null,
}:
{
  url ? "",
  urls ? [ ],
  name ? "source",
  pname ? "",
  version ? "",
  nativeBuildInputs ? [ ],
  postUnpack ? "",
  stripRoot ? true,
  extension ? null,
  postFetch ? "",
  extraPostFetch ? "",
  passthru ? { },
  meta ? { },
  hash ? "",
  sha256 ? "",
}@args:
let
  tmpFilename = if extension != null then "download.${extension}" else baseNameOf (if url != "" then url else builtins.head urls);
in
fetchurl (
  {
    inherit name passthru meta hash sha256;
    recursiveHash = true;
    downloadToTemp = true;
    nativeBuildInputs = (if withUnzip then [ unzip ] else [ ]) ++ nativeBuildInputs;
    postFetch = ''
      unpackDir="$TMPDIR/unpack"
      mkdir "$unpackDir"
      cd "$unpackDir"
      renamed="$TMPDIR/${tmpFilename}"
      mv "$downloadedFile" "$renamed"
      unpackFile "$renamed"
      chmod -R +w "$unpackDir"
      ${postUnpack}
    ''
    + (
      if stripRoot then
        ''
          if [ $(ls -A "$unpackDir" | wc -l) != 1 ]; then
            echo "error: zip file must contain a single file or directory."
            exit 1
          fi
          fn=$(cd "$unpackDir" && ls -A)
          mv "$unpackDir/$fn" "$out"
        ''
      else
        ''
          mv "$unpackDir" "$out"
        ''
    )
    + postFetch
    + extraPostFetch
    + ''
      chmod 755 "$out"
    '';
  }
  // removeAttrs args [ "stripRoot" "extraPostFetch" "postUnpack" "postFetch" "extension" "nativeBuildInputs" "name" "passthru" "meta" "hash" "sha256" ]
)
