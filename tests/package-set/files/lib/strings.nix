{ lib }:
let
  inherit (builtins) length elemAt head tail stringLength substring replaceStrings split match;
  asciiTable = import ./ascii-table.nix;
in
rec {
  inherit (builtins)
    compareVersions elem filter fromJSON isInt isList isAttrs isPath isString match parseDrvName readFile
    replaceStrings split storeDir stringLength substring toJSON typeOf unsafeDiscardStringContext concatStringsSep
    ;

  concatStrings = builtins.concatStringsSep "";
  concatMapStrings = f: list: concatStrings (map f list);
  concatImapStrings = f: list: concatStrings (lib.imap1 f list);
  intersperse =
    separator: list:
    if list == [ ] || length list == 1 then
      list
    else
      tail (
        lib.concatMap (x: [
          separator
          x
        ]) list
      );
  concatMapStringsSep =
    separator: f: list:
    builtins.concatStringsSep separator (map f list);
  concatImapStringsSep =
    separator: f: list:
    builtins.concatStringsSep separator (lib.imap1 f list);
  concatMapAttrsStringSep =
    separator: f: attrs:
    builtins.concatStringsSep separator (lib.mapAttrsToList f attrs);
  concatLines = concatMapStrings (line: line + "\n");
  replicate = n: s: concatStrings (lib.lists.replicate n s);

  trim = trimWith {
    start = true;
    end = true;
  };
  trimWith =
    {
      start ? false,
      end ? false,
    }:
    let
      chars = " \t\r\n";
      regex =
        if start && end then
          "[${chars}]*(.*[^${chars}])[${chars}]*"
        else if start then
          "[${chars}]*(.*)"
        else if end then
          "(.*[^${chars}])[${chars}]*"
        else
          "(.*)";
    in
    s:
    let
      found = match regex s;
    in
    if found == null then "" else head found;

  makeSearchPath = folder: paths: builtins.concatStringsSep ":" (map (path: path + "/" + folder) (filter (x: x != null) paths));
  makeSearchPathOutput = output: folder: pkgs: makeSearchPath folder (map (lib.getOutput output) pkgs);
  makeLibraryPath = makeSearchPathOutput "lib" "lib";
  makeIncludePath = makeSearchPathOutput "dev" "include";
  makeBinPath = makeSearchPathOutput "bin" "bin";
  normalizePath =
    s: builtins.foldl' (text: c: if c == "/" && hasSuffix "/" text then text else text + c) "" (stringToCharacters s);

  optionalString = condition: text: if condition then text else "";
  hasPrefix = prefix: text: substring 0 (stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      whole = stringLength text;
      ours = stringLength suffix;
    in
    whole >= ours && substring (whole - ours) whole text == suffix;
  hasInfix = infix: text: match ".*${escapeRegex infix}.*" "${text}" != null;

  stringToCharacters = s: builtins.genList (at: substring at 1 s) (stringLength s);
  stringAsChars = f: s: concatStrings (map f (stringToCharacters s));
  charToInt = c: asciiTable.${c};

  escape = list: replaceStrings list (map (c: "\\${c}") list);
  escapeC = list: replaceStrings list (map (c: "\\x${lib.toLower (lib.toHexString (charToInt c))}") list);
  escapeURL =
    let
      unreserved = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
      escaped = removeAttrs asciiTable unreserved;
    in
    replaceStrings (builtins.attrNames escaped) (
      lib.mapAttrsToList (_: code: "%${fixedWidthString 2 "0" (lib.toHexString code)}") escaped
    );
  escapeShellArg =
    arg:
    let
      text = toString arg;
    in
    if match "[[:alnum:],._+:@%/-]+" text == null then "'${replaceStrings [ "'" ] [ "'\\''" ] text}'" else text;
  escapeShellArgs = concatMapStringsSep " " escapeShellArg;
  escapeNixString = s: escape [ "$" ] (builtins.toJSON s);
  escapeRegex = escape (stringToCharacters "\\[{()^$?*+|.");
  escapeNixIdentifier =
    s: if match "[a-zA-Z_][a-zA-Z0-9_'-]*" s != null then s else escapeNixString s;
  escapeXML = replaceStrings [ "\"" "'" "<" ">" "&" ] [ "&quot;" "&apos;" "&lt;" "&gt;" "&amp;" ];

  isValidPosixName = name: match "[a-zA-Z_][a-zA-Z0-9_]*" name != null;
  toShellVar =
    name: value:
    lib.throwIfNot (isValidPosixName name) "toShellVar: '${name}' is not the name of a variable" (
      if builtins.isAttrs value && !isStringLike value then
        "declare -A ${name}=(${
          builtins.concatStringsSep " " (
            lib.mapAttrsToList (key: v: "[${escapeShellArg key}]=${escapeShellArg v}") value
          )
        })"
      else if isList value then
        "declare -a ${name}=(${escapeShellArgs value})"
      else
        "${name}=${escapeShellArg value}"
    );
  toShellVars = vars: builtins.concatStringsSep "\n" (lib.mapAttrsToList toShellVar vars);

  lowerChars = stringToCharacters "abcdefghijklmnopqrstuvwxyz";
  upperChars = stringToCharacters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  toLower = replaceStrings upperChars lowerChars;
  toUpper = replaceStrings lowerChars upperChars;
  toSentenceCase = s: toUpper (substring 0 1 s) + toLower (substring 1 (-1) s);

  addContextFrom = source: target: substring 0 0 source + target;
  splitString =
    separator: s:
    let
      pieces = builtins.filter isString (split (escapeRegex (toString separator)) (toString s));
    in
    map (addContextFrom s) pieces;
  splitStringBy =
    cut: keep: s:
    let
      chars = stringToCharacters s;
      step =
        state: c:
        if cut state.before c then
          {
            before = c;
            current = if keep then c else "";
            parts = state.parts ++ [ state.current ];
          }
        else
          state
          // {
            before = c;
            current = state.current + c;
          };
      final = builtins.foldl' step {
        before = "";
        current = "";
        parts = [ ];
      } chars;
    in
    final.parts ++ [ final.current ];
  removePrefix =
    prefix: s:
    let
      n = stringLength prefix;
    in
    if substring 0 n s == prefix then substring n (-1) s else s;
  removeSuffix =
    suffix: s:
    let
      whole = stringLength s;
      n = stringLength suffix;
    in
    if n <= whole && suffix == substring (whole - n) n s then substring 0 (whole - n) s else s;

  versionOlder = a: b: builtins.compareVersions b a == 1;
  versionAtLeast = a: b: !versionOlder a b;
  getName =
    let
      parse = drv: (builtins.parseDrvName drv).name;
    in
    x: if isString x then parse x else x.pname or (parse x.name);
  getVersion =
    let
      parse = drv: (builtins.parseDrvName drv).version;
    in
    x: if isString x then parse x else x.version or (parse x.name);
  nameFromURL =
    url: separator:
    let
      file = lib.last (splitString "/" url);
      name = head (splitString separator file);
    in
    assert name != file;
    name;

  cmakeOptionType =
    let
      types = [ "BOOL" "FILEPATH" "PATH" "STRING" "INTERNAL" "LIST" ];
    in
    type: feature: value:
    assert elem (toUpper type) types;
    assert isString feature;
    "-D${feature}:${toUpper type}=${value}";
  cmakeBool = condition: flag: cmakeOptionType "bool" condition (lib.toUpper (lib.boolToString flag));
  cmakeFeature = cmakeOptionType "string";
  mesonOption = feature: value: assert isString feature; "-D${feature}=${value}";
  mesonBool = condition: flag: mesonOption condition (lib.boolToString flag);
  mesonEnable = feature: flag: mesonOption feature (if flag then "enabled" else "disabled");
  enableFeature = flag: feature: "--${if flag then "enable" else "disable"}-${feature}";
  enableFeatureAs = flag: feature: value: enableFeature flag feature + optionalString flag "=${value}";
  withFeature = flag: feature: "--${if flag then "with" else "without"}-${feature}";
  withFeatureAs = flag: feature: value: withFeature flag feature + optionalString flag "=${value}";

  fixedWidthString =
    width: filler: text:
    let
      missing = width - stringLength text;
    in
    assert lib.assertMsg (missing >= 0) "fixedWidthString: '${text}' is longer than ${toString width}";
    if missing <= 0 then text else filler + fixedWidthString (width - 1) filler text;
  fixedWidthNumber = width: n: fixedWidthString width "0" (toString n);
  floatToString =
    float:
    let
      text = toString float;
      exact = builtins.fromJSON text;
    in
    if float == exact then text else text;

  isConvertibleWithToString =
    x: isStringLike x || builtins.elem (builtins.typeOf x) [ "null" "int" "float" "bool" ] || (isList x && lib.all isConvertibleWithToString x);
  isStringLike = x: isString x || isPath x || x ? outPath || x ? __toString;
  isStorePath =
    x:
    if isStringLike x then
      let
        text = toString x;
      in
      substring 0 1 text == "/" && (dirOf text == storeDir || match "/nix/store/[0-9a-z]{32}-[^/]+" text != null)
    else
      false;

  toInt =
    text:
    let
      parsed = match "[[:space:]]*(-?[[:digit:]]+)[[:space:]]*" text;
      digits = head parsed;
      leading = match "-?0[[:digit:]]+" digits != null;
    in
    if parsed == null then
      throw "toInt: cannot read '${text}' as a number"
    else if leading then
      throw "toInt: '${text}' could be octal"
    else
      builtins.fromJSON digits;
  toIntBase10 =
    text:
    let
      parsed = match "[[:space:]]*0*(-?[[:digit:]]+)[[:space:]]*" text;
    in
    if parsed == null then throw "toIntBase10: cannot read '${text}'" else builtins.fromJSON (head parsed);

  readPathsFromFile =
    root: file:
    let
      lines = splitString "\n" (builtins.readFile file);
      kept = filter (line: line != "" && !hasPrefix "#" line) lines;
    in
    map (line: root + "/${line}") kept;
  fileContents = file: removeSuffix "\n" (builtins.readFile file);

  sanitizeDerivationName =
    let
      okay = match "^[[:alnum:]+_?=-][[:alnum:]+._?=-]*$";
    in
    s:
    if stringLength s <= 207 && okay (unsafeDiscardStringContext s) != null then
      unsafeDiscardStringContext s
    else
      lib.pipe s [
        unsafeDiscardStringContext
        (x: elemAt (match "\\.*(.*)" x) 0)
        (split "[^[:alnum:]+._?=-]+")
        (concatMapStrings (part: if isList part then "-" else part))
        (x: substring (lib.max (stringLength x - 207) 0) (-1) x)
        (x: if stringLength x == 0 then "unknown" else x)
      ];
}
