# A patch from the network, without what changes when a server is updated.
{
  lib,
  fetchurl,
  patchutils,
}:
{
  relative ? "",
  stripLen ? 0,
  decode ? "cat",
  extraPrefix ? null,
  excludes ? [ ],
  includes ? [ ],
  revert ? false,
  postFetch ? "",
  nativeBuildInputs ? [ ],
  ...
}@args:
let
  args' =
    if relative != "" then
      args
      // {
        stripLen = 1 + lib.length (lib.splitString "/" relative) + stripLen;
        extraPrefix = lib.optionalString (extraPrefix != null) extraPrefix;
      }
    else
      args;
in
fetchurl (
  {
    nativeBuildInputs = [ patchutils ] ++ nativeBuildInputs;
    postFetch = ''
      tmpfile="$TMPDIR/patch"
      ${decode} < "$out" > "$tmpfile"
      lsdiff ${lib.optionalString (relative != "") "-p1 -i ${lib.escapeShellArg relative}/'*'"} "$tmpfile" | sort -u | sed -e 's/[*?]/\\&/g' > "$TMPDIR/files"
      filterdiff -p1 ${toString (map (x: "-x ${lib.escapeShellArg x}") excludes)} ${toString (map (x: "-i ${lib.escapeShellArg x}") includes)} -I "$TMPDIR/files" ${lib.optionalString (stripLen != 0) "--strip=${toString stripLen}"} "$tmpfile" > "$out"
      ${lib.optionalString revert "interdiff $out /dev/null > $tmpfile && mv $tmpfile $out"}
    ''
    + postFetch;
  }
  // removeAttrs args' [ "relative" "stripLen" "decode" "extraPrefix" "excludes" "includes" "revert" "postFetch" "nativeBuildInputs" ]
)
