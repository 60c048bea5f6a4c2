# Sources with files left out.
{ lib }:
let
  inherit (builtins) match split storeDir;
  inherit (lib) any elem filter hasSuffix removePrefix isString;
in
rec {
  pathType = lib.filesystem.pathType;
  cleanSourceFilter =
    name: type:
    let
      base = baseNameOf (toString name);
    in
    !(
      (base == ".git" || type == "directory" && (base == ".svn" || base == "CVS" || base == ".hg"))
      || hasSuffix "~" base
      || match "^\\.sw[a-z]$" base != null
      || match "^\\..*\\.sw[a-z]$" base != null
      || hasSuffix ".o" base
      || hasSuffix ".so" base
      || (type == "symlink" && lib.hasPrefix "result" base)
      || type == "unknown"
    );
  cleanSource =
    src:
    cleanSourceWith {
      filter = cleanSourceFilter;
      inherit src;
    };
  cleanSourceWith =
    {
      filter ? _path: _type: true,
      src,
      name ? null,
    }:
    let
      orig = toSourceAttributes src;
    in
    fromSourceAttributes {
      inherit (orig) origSrc;
      filter = path: type: filter path type && orig.filter path type;
      name = if name != null then name else orig.name;
    };
  sourceByRegex =
    src: regexes:
    let
      isFiltered = src ? _isLibCleanSourceWith;
      origSrc = if isFiltered then src.origSrc else src;
    in
    cleanSourceWith {
      filter = path: type: any (re: match re (removePrefix (toString origSrc + "/") (toString path)) != null) regexes;
      inherit src;
    };
  sourceFilesBySuffices =
    src: suffices:
    cleanSourceWith {
      filter = name: type: type == "directory" || any (suffix: hasSuffix suffix (baseNameOf (toString name))) suffices;
      inherit src;
    };
  toSourceAttributes =
    src:
    let
      isFiltered = src ? _isLibCleanSourceWith;
    in
    {
      origSrc = if isFiltered then src.origSrc else src;
      filter = if isFiltered then src.filter else _: _: true;
      name = if isFiltered then src.name else "source";
    };
  fromSourceAttributes =
    {
      origSrc,
      filter,
      name,
    }:
    {
      _isLibCleanSourceWith = true;
      inherit origSrc filter name;
      outPath = builtins.path {
        inherit filter name;
        path = origSrc;
      };
    };
}
