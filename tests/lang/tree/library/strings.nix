{ lib }:
let
  inherit (builtins) length substring stringLength replaceStrings concatMap genList elemAt isString match split filter head compareVersions;
in
rec {
  inherit (builtins) concatStringsSep;
  concatMapStrings = f: list: concatStringsSep "" (map f list);
  concatImapStrings = f: list: concatStringsSep "" (genList (i: f (i + 1) (elemAt list i)) (length list));
  optionalString = cond: s: if cond then s else "";
  hasPrefix = pref: str: substring 0 (stringLength pref) str == pref;
  hasSuffix = suffix: content:
    let
      lenContent = stringLength content;
      lenSuffix = stringLength suffix;
    in
    lenContent >= lenSuffix && substring (lenContent - lenSuffix) lenContent content == suffix;
  removePrefix = prefix: str:
    let preLen = stringLength prefix; in
    if substring 0 preLen str == prefix then substring preLen (-1) str else str;
  removeSuffix = suffix: str:
    let sufLen = stringLength suffix; sLen = stringLength str; in
    if sufLen <= sLen && suffix == substring (sLen - sufLen) sufLen str then substring 0 (sLen - sufLen) str else str;
  stringToCharacters = s: genList (p: substring p 1 s) (stringLength s);
  stringAsChars = f: s: concatStringsSep "" (map f (stringToCharacters s));
  escape = list: replaceStrings list (map (c: "\\${c}") list);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeShellArg = arg:
    let string = toString arg; in
    if match "[[:alnum:],._+:@%/-]+" string == null then "'${replaceStrings [ "'" ] [ "'\\''" ] string}'" else string;
  escapeNixString = s: escape [ "$" ] (builtins.toJSON s);
  splitString = sep: s: map (x: if isString x then x else throw "never") (filter isString (split (escapeRegex (toString sep)) (toString s)));
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  trim = s: let m = match "[[:space:]]*(.*[^[:space:]])[[:space:]]*" s; in if m == null then "" else head m;
  fixedWidthString = width: filler: str:
    let
      strw = stringLength str;
      reqWidth = width - stringLength filler;
    in
    assert lib.assertMsg (strw <= width) "fixedWidthString: requested string length (${toString width}) must not be shorter than actual length (${toString strw})";
    if strw == width then str else filler + fixedWidthString reqWidth filler str;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  versionOlder = v1: v2: compareVersions v2 v1 == 1;
  versionAtLeast = v1: v2: !versionOlder v1 v2;
  toInt = str:
    let m = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" str; in
    if m == null then throw "toInt: Could not convert ${escapeNixString str} to int."
    else let digits = head m; stripped = match "(-?)0*([0-9]+)" digits; in builtins.fromJSON (concatStringsSep "" stripped);
  commonPrefixLength = a: b:
    let
      m = lib.lists.min (stringLength a) (stringLength b);
      go = i: if i >= m then m else if substring i 1 a == substring i 1 b then go (i + 1) else i;
    in
    go 0;
  levenshtein = a: b:
    let
      alen = stringLength a;
      blen = stringLength b;
      arr = genList (i: genList (j: dist i j) (blen + 1)) (alen + 1);
      d = x: y: elemAt (elemAt arr x) y;
      dist = i: j:
        let c = if substring (i - 1) 1 a == substring (j - 1) 1 b then 0 else 1; in
        if j == 0 then i
        else if i == 0 then j
        else lib.lists.min (lib.lists.min (d (i - 1) j + 1) (d i (j - 1) + 1)) (d (i - 1) (j - 1) + c);
    in
    d alen blen;
}
