{ lib }:
let
  inherit (lib) hasPrefix splitString concatStringsSep assertMsg filter;
in
rec {
  subpath = {
    isValid = value: builtins.isString value && value != "" && !hasPrefix "/" value && !lib.elem ".." (splitString "/" value);
    normalise =
      value:
      assert assertMsg (subpath.isValid value) "path: '${toString value}' is no path below a folder";
      "./" + concatStringsSep "/" (filter (part: part != "" && part != ".") (splitString "/" value));
    components = value: filter (part: part != "" && part != ".") (splitString "/" value);
    join = parts: if parts == [ ] then "./." else "./" + concatStringsSep "/" (lib.concatMap subpath.components parts);
  };
  append = path: below: path + ("/" + lib.removePrefix "./" (subpath.normalise below));
  hasPrefix' = prefix: path: hasPrefix (toString prefix + "/") (toString path + "/");
  removePrefix = prefix: path: lib.removePrefix (toString prefix + "/") (toString path);
}
