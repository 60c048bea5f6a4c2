{ lib }:
let
  inherit (builtins) head length attrNames attrValues elemAt intersectAttrs listToAttrs tail foldl' concatLists;
  inherit (lib.trivial) id mergeAttrs;
  inherit (lib.strings) concatStringsSep concatMapStringsSep escapeNixIdentifier;
  inherit (lib.lists) foldr concatMap optionals;
in
rec {
  inherit (builtins) catAttrs mapAttrs zipAttrsWith getAttr;
  inherit attrValues;

  attrByPath =
    path: default: set:
    let
      depth = length path;
      go =
        at: set:
        if at == depth then
          set
        else if set ? ${elemAt path at} then
          go (at + 1) set.${elemAt path at}
        else
          default;
    in
    go 0 set;

  hasAttrByPath =
    path: set:
    let
      depth = length path;
      go = at: set: at == depth || (set ? ${elemAt path at} && go (at + 1) set.${elemAt path at});
    in
    go 0 set;

  setAttrByPath =
    path: value:
    let
      depth = length path;
      go = at: if at == depth then value else { ${elemAt path at} = go (at + 1); };
    in
    go 0;

  getAttrFromPath =
    path: set:
    attrByPath path (throw "cannot find attribute '${concatStringsSep "." path}'") set;

  attrVals = names: set: map (name: set.${name}) names;
  getAttrs = names: set: intersectAttrs (listToAttrs (map (name: nameValuePair name null) names)) set;

  filterAttrs = keep: set: removeAttrs set (builtins.filter (name: !keep name set.${name}) (attrNames set));
  filterAttrsRecursive =
    keep: set:
    listToAttrs (
      concatMap (
        name:
        let
          value = set.${name};
        in
        optionals (keep name value) [
          (nameValuePair name (if builtins.isAttrs value then filterAttrsRecursive keep value else value))
        ]
      ) (attrNames set)
    );

  foldlAttrs =
    f: start: set:
    foldl' (accumulated: name: f accumulated name set.${name}) start (attrNames set);

  foldAttrs =
    op: nul: sets:
    foldr (
      set: accumulated:
      foldr (name: result: result // { ${name} = op set.${name} (accumulated.${name} or nul); }) accumulated (
        attrNames set
      )
    ) { } sets;

  collect =
    wanted: set:
    if wanted set then
      [ set ]
    else if builtins.isAttrs set then
      concatMap (collect wanted) (attrValues set)
    else
      [ ];

  cartesianProduct =
    sets:
    foldl' (
      combinations: name: concatMap (combination: map (value: combination // { ${name} = value; }) sets.${name}) combinations
    ) [ { } ] (attrNames sets);

  nameValuePair = name: value: { inherit name value; };
  mapAttrs' = f: set: listToAttrs (map (name: f name set.${name}) (attrNames set));
  mapAttrsToList = f: set: attrValues (builtins.mapAttrs f set);
  attrsToList = mapAttrsToList nameValuePair;
  concatMapAttrs = f: set: foldl' mergeAttrs { } (attrValues (builtins.mapAttrs f set));
  mapAttrsRecursive = f: set: mapAttrsRecursiveCond (_: true) f set;
  mapAttrsRecursiveCond =
    cond: f: set:
    let
      go =
        path:
        builtins.mapAttrs (
          name: value:
          if builtins.isAttrs value && cond value then go (path ++ [ name ]) value else f (path ++ [ name ]) value
        );
    in
    go [ ] set;
  mapAttrsListRecursive = null;

  genAttrs = names: f: genAttrs' names (name: nameValuePair name (f name));
  genAttrs' = items: f: listToAttrs (map f items);

  isDerivation = value: value.type or null == "derivation";
  toDerivation =
    path:
    let
      path' = builtins.storePath path;
    in
    {
      type = "derivation";
      name = builtins.unsafeDiscardStringContext (builtins.substring 33 (-1) (baseNameOf path'));
      outPath = path';
      outputs = [ "out" ];
      out = toDerivation path;
      outputName = "out";
    };

  optionalAttrs = condition: set: if condition then set else { };

  zipAttrsWithNames =
    names: f: sets:
    listToAttrs (map (name: nameValuePair name (f name (builtins.catAttrs name sets))) names);
  zipAttrs = builtins.zipAttrsWith (_: values: values);

  # Merges by halves, so that each attribute is copied a logarithmic number of times.
  mergeAttrsList =
    sets:
    let
      merge =
        from: to:
        if to - from >= 2 then
          let
            middle = from + (to - from) / 2;
          in
          merge from middle // merge middle to
        else
          elemAt sets from;
    in
    if sets == [ ] then { } else merge 0 (length sets);

  recursiveUpdateUntil =
    stop: left: right:
    let
      go =
        path:
        builtins.zipAttrsWith (
          name: values:
          let
            here = path ++ [ name ];
          in
          if length values == 1 || stop here (elemAt values 1) (head values) then
            head values
          else
            go here values
        );
    in
    go [ ] [
      right
      left
    ];
  recursiveUpdate = recursiveUpdateUntil (
    _: left: right:
    !(builtins.isAttrs left && builtins.isAttrs right)
  );

  matchAttrs =
    pattern: set:
    builtins.all (
      name:
      set ? ${name}
      && (
        if builtins.isAttrs pattern.${name} then
          builtins.isAttrs set.${name} && matchAttrs pattern.${name} set.${name}
        else
          pattern.${name} == set.${name}
      )
    ) (attrNames pattern);

  unionOfDisjoint =
    x: y:
    let
      both = attrNames (intersectAttrs x y);
      mask = listToAttrs (
        map (name: nameValuePair name (throw "unionOfDisjoint: '${name}' is in both sets")) both
      );
    in
    (x // y) // mask;

  recurseIntoAttrs = set: set // { recurseForDerivations = true; };
  dontRecurseIntoAttrs = set: set // { recurseForDerivations = false; };

  updateManyAttrsByPath =
    updates: set:
    foldl' (
      set: { path, update }:
      recursiveUpdateUntil (here: _: _: here == path) set (
        setAttrByPath path (update (getAttrFromPath path set))
      )
    ) set updates;

  showAttrPath = path: if path == [ ] then "<root attribute path>" else concatMapStringsSep "." escapeNixIdentifier path;

  getFirstOutput =
    candidates: pkg:
    let
      present = builtins.filter (name: pkg ? ${name}) candidates;
    in
    if pkg.outputSpecified or false || present == [ ] then pkg else pkg.${head present};
  getOutput = output: getFirstOutput [ output "out" ];
  getBin = getOutput "bin";
  getLib = getFirstOutput [ "lib" "out" ];
  getStatic = getFirstOutput [ "static" "lib" "out" ];
  getDev = getOutput "dev";
  getMan = getOutput "man";
  chooseDevOutputs = map getDev;
}
