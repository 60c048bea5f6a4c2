{ lib }:
let
  inherit (builtins) head tail length attrNames attrValues listToAttrs isAttrs foldl' concatMap;
in
rec {
  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: set: listToAttrs (map (attr: f attr set.${attr}) (attrNames set));
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (attrNames attrs);
  filterAttrs = pred: set: listToAttrs (concatMap (name: let v = set.${name}; in if pred name v then [ (nameValuePair name v) ] else [ ]) (attrNames set));
  genAttrs = names: f: listToAttrs (map (n: nameValuePair n (f n)) names);
  optionalAttrs = cond: as: if cond then as else { };
  attrByPath = path: default: set:
    let attr = head path; in
    if path == [ ] then set
    else if set ? ${attr} then attrByPath (tail path) default set.${attr}
    else default;
  hasAttrByPath = path: e: path == [ ] || (e ? ${head path} && hasAttrByPath (tail path) e.${head path});
  getAttrFromPath = path: attrByPath path (abort ("cannot find attribute `" + builtins.concatStringsSep "." path + "'"));
  setAttrByPath = attrPath: value:
    let
      len = length attrPath;
      atDepth = n: if n == len then value else { ${builtins.elemAt attrPath n} = atDepth (n + 1); };
    in
    atDepth 0;
  recursiveUpdateUntil = pred: lhs: rhs:
    let
      f = attrPath:
        builtins.zipAttrsWith (n: values:
          let here = attrPath ++ [ n ]; in
          if length values == 1 || pred here (builtins.elemAt values 1) (head values) then head values else f here values);
    in
    f [ ] [ rhs lhs ];
  recursiveUpdate = recursiveUpdateUntil (path: lhs: rhs: !(isAttrs lhs && isAttrs rhs));
  mapAttrsRecursiveCond = cond: f:
    let
      recurse = path: builtins.mapAttrs (name: value: if isAttrs value && cond value then recurse (path ++ [ name ]) value else f (path ++ [ name ]) value);
    in
    recurse [ ];
  mapAttrsRecursive = mapAttrsRecursiveCond (as: true);
  collect = pred: attrs: if pred attrs then [ attrs ] else if isAttrs attrs then concatMap (collect pred) (attrValues attrs) else [ ];
  foldAttrs = op: nul: list_of_attrs: foldl' (acc: attrs: foldl' (acc: name: acc // { ${name} = op attrs.${name} (acc.${name} or nul); }) acc (attrNames attrs)) { } (lib.lists.reverseList list_of_attrs);
  zipAttrs = builtins.zipAttrsWith (name: values: values);
  cartesianProduct = attrsOfLists: foldl' (listOfAttrs: attrName: concatMap (attrs: map (listValue: attrs // { ${attrName} = listValue; }) attrsOfLists.${attrName}) listOfAttrs) [ { } ] (attrNames attrsOfLists);
  isDerivation = value: value.type or null == "derivation";
}
