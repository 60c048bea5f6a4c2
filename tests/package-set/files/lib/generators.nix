# Text in formats of configuration files.
{ lib }:
let
  inherit (lib) concatStringsSep mapAttrsToList escape isAttrs isList isString isFunction concatMapStringsSep isDerivation;
  libStr = lib.strings;
in
rec {
  mkValueStringDefault =
    { }:
    v:
    if builtins.isInt v then
      toString v
    else if isDerivation v then
      toString v
    else if isString v then
      v
    else if v == true then
      "true"
    else if v == false then
      "false"
    else if v == null then
      "null"
    else if isList v then
      throw "generators.mkValueStringDefault: lists are not supported: ${toPretty { } v}"
    else if isAttrs v then
      throw "generators.mkValueStringDefault: sets are not supported: ${toPretty { } v}"
    else if builtins.isFloat v then
      libStr.floatToString v
    else
      throw "generators.mkValueStringDefault: a ${builtins.typeOf v} is not supported";

  mkKeyValueDefault =
    {
      mkValueString ? mkValueStringDefault { },
    }:
    separator: k: v:
    "${escape [ separator ] k}${separator}${mkValueString v}";

  toKeyValue =
    {
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
      indent ? "",
    }:
    let
      line = k: v: indent + mkKeyValue k v + "\n";
      lines = if listsAsDuplicateKeys then k: v: map (line k) (if isList v then v else [ v ]) else k: v: [ (line k v) ];
    in
    attrs: libStr.concatStrings (lib.concatLists (mapAttrsToList lines attrs));

  toINI =
    {
      mkSectionName ? (name: escape [ "[" "]" ] name),
      mkKeyValue ? mkKeyValueDefault { } "=",
      listsAsDuplicateKeys ? false,
    }:
    sections:
    concatStringsSep "\n" (
      mapAttrsToList (
        name: values:
        ''
          [${mkSectionName name}]
        ''
        + toKeyValue { inherit mkKeyValue listsAsDuplicateKeys; } values
      ) sections
    );

  toJSON = { }: builtins.toJSON;
  toYAML = toJSON;

  toPretty =
    {
      multiline ? true,
      indent ? "",
      allowPrettyValues ? false,
    }:
    let
      go =
        indent: v:
        let
          outer = if multiline then "\n${indent}" else " ";
          inner = if multiline then "\n${indent}  " else " ";
        in
        if builtins.isInt v then
          toString v
        else if builtins.isFloat v then
          toString v
        else if isString v then
          "\"" + lib.replaceStrings [ "\\" "\"" "\n" ] [ "\\\\" "\\\"" "\\n" ] v + "\""
        else if v == true then
          "true"
        else if v == false then
          "false"
        else if v == null then
          "null"
        else if builtins.isPath v then
          toString v
        else if isList v then
          if v == [ ] then
            "[ ]"
          else
            "[" + inner + concatMapStringsSep inner (go (indent + "  ")) v + outer + "]"
        else if isFunction v then
          let
            args = lib.functionArgs v;
            shown = concatStringsSep ", " (mapAttrsToList (name: optional: if optional then name + "?" else name) args);
          in
          if args == { } then "<function>" else "<function, args: {${shown}}>"
        else if isAttrs v then
          if allowPrettyValues && v ? __pretty && v ? val then
            v.__pretty v.val
          else if v == { } then
            "{ }"
          else if v ? type && v.type == "derivation" then
            "<derivation ${v.name or "???"}>"
          else
            "{"
            + inner
            + concatStringsSep inner (
              mapAttrsToList (
                name: value:
                "${libStr.escapeNixIdentifier name} = ${
                  builtins.addErrorContext "while showing the attribute '${name}'" (go (indent + "  ") value)
                };"
              ) v
            )
            + outer
            + "}"
        else
          throw "generators.toPretty: cannot show a ${builtins.typeOf v}";
    in
    go indent;

  toPlist =
    { }:
    v:
    let
      expr =
        ind: x:
        if x == null then
          ""
        else if builtins.isBool x then
          "${ind}<${lib.boolToString x}/>\n"
        else if builtins.isInt x then
          "${ind}<integer>${toString x}</integer>\n"
        else if isString x then
          "${ind}<string>${libStr.escapeXML x}</string>\n"
        else if isList x then
          "${ind}<array>\n" + libStr.concatMapStrings (expr ("  " + ind)) x + "${ind}</array>\n"
        else if isAttrs x then
          "${ind}<dict>\n"
          + libStr.concatStrings (
            mapAttrsToList (name: value: "${ind}  <key>${libStr.escapeXML name}</key>\n" + expr ("  " + ind) value) x
          )
          + "${ind}</dict>\n"
        else
          throw "toPlist: a ${builtins.typeOf x}";
    in
    "<plist>\n" + expr "" v + "</plist>\n";
}
