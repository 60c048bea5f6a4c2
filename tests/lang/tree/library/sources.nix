{ lib }:
rec {
  cleanSourceFilter = name: type:
    let baseName = baseNameOf (toString name); in
    !(
      (baseName == ".git" || type == "directory" && (baseName == ".svn" || baseName == "CVS"))
      || lib.hasSuffix "~" baseName
      || builtins.match "^\\.sw[a-z]$" baseName != null
      || lib.hasSuffix ".o" baseName
      || type == "symlink" && lib.hasPrefix "result" baseName
    );
  cleanSourceWith = { filter ? _path: _type: true, src, name ? null }:
    let
      isFiltered = src ? _isLibCleanSourceWith;
      origSrc = if isFiltered then src.origSrc else src;
      filter' = if isFiltered then name: type: filter name type && src.filter name type else filter;
      name' = if name != null then name else if isFiltered then src.name else "source";
    in
    { inherit origSrc; filter = filter'; outPath = builtins.path { filter = filter'; path = origSrc; name = name'; }; _isLibCleanSourceWith = true; name = name'; };
  cleanSource = src: cleanSourceWith { filter = cleanSourceFilter; inherit src; };
  sourceByRegex = src: regexes: cleanSourceWith { inherit src; filter = path: type: let relPath = lib.removePrefix (toString src + "/") (toString path); in builtins.any (re: builtins.match re relPath != null) regexes; };
  gitignore = patterns: root: path: type:
    let
      relative = lib.removePrefix (toString root + "/") (toString path);
      toRegex = glob: builtins.replaceStrings [ "." "**" "*" "?" ] [ "\\." ".*" "[^/]*" "[^/]" ] glob;
      rule = line: let negated = lib.hasPrefix "!" line; p = lib.removePrefix "!" line; dirOnly = lib.hasSuffix "/" p; q = lib.removeSuffix "/" p; anchored = builtins.match ".*/.*" q != null; in
        { inherit negated; matches = (!dirOnly || type == "directory") && builtins.match ("${if anchored then "" else "(.*/)?"}${toRegex (lib.removePrefix "/" q)}") relative != null; };
      verdict = builtins.foldl' (ignored: line: let r = rule line; in if r.matches then !r.negated else ignored) false (builtins.filter (l: l != "" && !lib.hasPrefix "#" l) (lib.splitString "\n" patterns));
    in
    !verdict;
  listFilesRecursive = dir: lib.lists.flatten (lib.mapAttrsToList (name: type: if type == "directory" then listFilesRecursive (dir + "/${name}") else dir + "/${name}") (builtins.readDir dir));
}
