{ lib }:
let
  inherit (builtins) isInt isString isBool isFloat isList isAttrs isFunction isPath toJSON concatStringsSep attrNames replaceStrings;
in
rec {
  mkValueStringDefault = { }: v:
    let err = t: v: abort ("generators.mkValueStringDefault: " + "${t} not supported: ${toPretty { } v}"); in
    if isInt v then toString v
    else if lib.attrsets.isDerivation v then toString v
    else if isString v then v
    else if true == v then "true"
    else if false == v then "false"
    else if null == v then "null"
    else if isList v then err "lists" v
    else if isAttrs v then err "attrsets" v
    else if isFunction v then err "functions" v
    else if isFloat v then toJSON v
    else err "this value is" (toString v);
  mkKeyValueDefault = { mkValueString ? mkValueStringDefault { } }: sep: k: v: "${replaceStrings [ sep ] [ "\\${sep}" ] k}${sep}${mkValueString v}";
  toKeyValue = { mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false, indent ? "" }: attrs:
    let
      mkLine = k: v: indent + mkKeyValue k v + "\n";
      mkLines = if listsAsDuplicateKeys then k: v: map (mkLine k) (if isList v then v else [ v ]) else k: v: [ (mkLine k v) ];
    in
    concatStringsSep "" (builtins.concatLists (lib.mapAttrsToList mkLines attrs));
  toINI = { mkSectionName ? (name: lib.strings.escape [ "[" "]" ] name), mkKeyValue ? mkKeyValueDefault { } "=", listsAsDuplicateKeys ? false }: attrsOfAttrs:
    let mkSection = sectName: sectValues: "[${mkSectionName sectName}]\n" + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } sectValues; in
    concatStringsSep "\n" (lib.mapAttrsToList mkSection attrsOfAttrs);
  toGitINI = attrs:
    let
      mkSectionName = name: let parts = lib.splitString "." name; in if builtins.length parts == 1 then name else "${builtins.head parts} \"${concatStringsSep "." (builtins.tail parts)}\"";
      gitFlatten = path: value: if isAttrs value && !lib.attrsets.isDerivation value then lib.lists.flatten (lib.mapAttrsToList (n: gitFlatten ([ n ] ++ path)) value) else if builtins.length path > 1 then { ${concatStringsSep "." (lib.reverseList (builtins.tail path))}.${builtins.head path} = value; } else { ${builtins.head path} = value; };
    in
    toINI { inherit mkSectionName; mkKeyValue = k: v: "\t" + mkKeyValueDefault { } " = " k v; } (builtins.foldl' lib.recursiveUpdate { } (lib.lists.flatten (gitFlatten [ ] attrs)));
  toYAML = { }: toJSON;
  toPretty = { allowPrettyValues ? false, multiline ? true, indent ? "" }:
    let
      go = indent: v:
        let
          introSpace = if multiline then "\n${indent}  " else " ";
          outroSpace = if multiline then "\n${indent}" else " ";
        in
        if isInt v then toString v
        else if isFloat v then "~${toString v}"
        else if isString v then "\"" + lib.strings.escape [ "\\" "\"" ] v + "\""
        else if true == v then "true"
        else if false == v then "false"
        else if null == v then "null"
        else if isPath v then toString v
        else if isList v then if v == [ ] then "[ ]" else "[" + introSpace + concatStringsSep introSpace (map (go (indent + "  ")) v) + outroSpace + "]"
        else if isFunction v then
          let fna = lib.functionArgs v; showFnas = concatStringsSep ", " (lib.mapAttrsToList (name: hasDefVal: if hasDefVal then name + "?" else name) fna); in
          if fna == { } then "<function>" else "<function, args: {${showFnas}}>"
        else if isAttrs v then
          if allowPrettyValues && v ? __pretty && v ? val then v.__pretty v.val
          else if v == { } then "{ }"
          else if v.type or null == "derivation" then "<derivation ${v.name or "???"}>"
          else "{" + introSpace + concatStringsSep introSpace (lib.mapAttrsToList (name: value: "${toJSON name} = ${builtins.addErrorContext "while evaluating an attribute `${name}`" (go (indent + "  ") value)};") v) + outroSpace + "}"
        else abort "generators.toPretty: should never happen (v = ${v})";
    in
    go indent;
  toPlist = { }: v:
    let
      expr = ind: x:
        if x == null then "" else if isBool x then "${ind}<${if x then "true" else "false"}/>" else if isInt x then "${ind}<integer>${toString x}</integer>"
        else if isString x then "${ind}<string>${replaceStrings [ "&" "<" ">" ] [ "&amp;" "&lt;" "&gt;" ] x}</string>"
        else if isList x then "${ind}<array>\n${concatStringsSep "\n" (map (expr ("\t" + ind)) x)}\n${ind}</array>"
        else if isAttrs x then "${ind}<dict>\n${concatStringsSep "\n" (lib.lists.flatten (lib.mapAttrsToList (n: v: lib.optionals (v != null) [ "\t${ind}<key>${n}</key>" (expr ("\t" + ind) v) ]) x))}\n${ind}</dict>"
        else if isFloat x then "${ind}<real>${toString x}</real>" else abort "generators.toPlist: should never happen (v = ${toString v})";
    in
    "<plist version=\"1.0\">\n${expr "" v}\n</plist>";
  toLua = { indent ? "" }@args: v:
    if v == null then "nil" else if isInt v || isFloat v || isString v || isBool v then toJSON v
    else if isList v then "{ ${concatStringsSep ", " (map (toLua args) v)} }"
    else "{ ${concatStringsSep ", " (lib.mapAttrsToList (k: x: "[${toJSON k}] = ${toLua args x}") v)} }";
}
