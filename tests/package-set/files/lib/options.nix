# Options of modules: what can be set, and how several values become one.
{ lib }:
let
  inherit (lib)
    all collect concatLists concatMap concatMapStringsSep filter filterAttrs foldl' head tail isAttrs isBool isList
    isString length mapAttrs optional optionals take concatStringsSep isType setType
    ;
in
rec {
  isOption = isType "option";

  mkOption =
    {
      default ? null,
      defaultText ? null,
      example ? null,
      description ? null,
      apply ? null,
      internal ? null,
      visible ? null,
      readOnly ? null,
      type ? null,
      relatedPackages ? null,
    }@attrs:
    attrs // { _type = "option"; };

  mkEnableOption =
    name:
    mkOption {
      default = false;
      example = true;
      description = "Whether to enable ${name}.";
      type = lib.types.bool;
    };

  mkPackageOption =
    pkgs: name:
    {
      nullable ? false,
      default ? name,
      example ? null,
      extraDescription ? "",
    }:
    let
      path = if isList default then default else [ default ];
    in
    mkOption (
      {
        type = if nullable then lib.types.nullOr lib.types.package else lib.types.package;
        description = "The package ${if isString name then name else lib.last name} to use. ${extraDescription}";
        default = lib.attrByPath path (throw "mkPackageOption: ${lib.showAttrPath path} is not in the package set") pkgs;
        defaultText = literalExpression "pkgs.${lib.showAttrPath path}";
      }
      // lib.optionalAttrs (example != null) { inherit example; }
    );

  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };

  mergeDefaultOption =
    loc: defs:
    let
      list = getValues defs;
    in
    if length list == 1 then
      head list
    else if all lib.isFunction list then
      x: mergeDefaultOption loc (map (f: f x) list)
    else if all isList list then
      concatLists list
    else if all isAttrs list then
      foldl' lib.mergeAttrs { } list
    else if all isBool list then
      foldl' lib.or false list
    else if all isString list then
      lib.concatStrings list
    else
      throw "Cannot merge definitions of `${showOption loc}'. Definition values:${showDefs defs}";

  mergeOneOption =
    loc: defs:
    if length defs == 1 then
      (head defs).value
    else
      throw "The option `${showOption loc}' is defined multiple times while it's expected to be unique.${showDefs defs}";

  mergeEqualOption =
    loc: defs:
    if defs == [ ] then
      throw "The option `${showOption loc}' has no value"
    else if length defs == 1 then
      (head defs).value
    else
      (foldl' (
        first: def:
        if def.value != first.value then
          throw "The option `${showOption loc}' has conflicting definition values:${showDefs [ first def ]}"
        else
          first
      ) (head defs) (tail defs)).value;

  getValues = map (x: x.value);
  getFiles = map (x: x.file);

  showOption =
    parts:
    let
      escape = part: if builtins.match "[a-zA-Z_*<>][a-zA-Z0-9_*<>'-]*" part != null then part else lib.strings.escapeNixString part;
    in
    concatMapStringsSep "." escape parts;
  showFiles = files: lib.concatMapStringsSep " and " (f: "`${f}'") files;
  showDefs =
    defs:
    lib.concatMapStrings (
      def:
      let
        shown = builtins.tryEval (lib.generators.toPretty { } (builtins.deepSeq def.value def.value));
        text = if shown.success then ": " + lib.concatStringsSep "\n    " (take 5 (lib.splitString "\n" shown.value)) else "";
      in
      "\n- In `${def.file}'${text}"
    ) defs;

  optionAttrSetToDocList = optionAttrSetToDocList' [ ];
  optionAttrSetToDocList' =
    _: options:
    concatMap (
      opt:
      let
        name = showOption opt.loc;
        doc = {
          inherit (opt) loc;
          inherit name;
          description = opt.description or null;
          declarations = filter (x: x != "<unknown>") opt.declarations;
          internal = opt.internal or false;
          visible = opt.visible or true;
          readOnly = opt.readOnly or false;
          type = opt.type.description or "unspecified";
        }
        // lib.optionalAttrs (opt ? example) { example = renderOptionValue opt.example; }
        // lib.optionalAttrs (opt ? defaultText || opt ? default) { default = renderOptionValue (opt.defaultText or opt.default); };
        subOptions =
          let
            found = opt.type.getSubOptions opt.loc;
          in
          if found != { } then optionAttrSetToDocList' opt.loc found else [ ];
      in
      [ doc ] ++ optionals (doc.visible != "shallow" && doc.visible) subOptions
    ) (collect isOption options);
  renderOptionValue = v: if v ? _type && v ? text then v else literalExpression (lib.generators.toPretty { multiline = true; } v);
}
