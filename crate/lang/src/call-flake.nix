{ sourceInfo, dir, ref, url }:

let

  inherit (builtins) addErrorContext attrNames concatMap concatStringsSep elem fetchTree filter flakeRefToString foldl' fromJSON functionArgs isFunction isList isPath isString mapAttrs parseFlakeRef pathExists readFile seq split stringLength substring;

  isRelative = place: place.type == "path" && substring 0 1 place.path != "/";

  readLock = file:
    let lock = fromJSON (readFile file); in
    if !pathExists file then { root = "root"; nodes.root = { }; }
    else if lock.version < 5 || lock.version > 7 then throw "lock file '${file}' has unsupported version ${toString lock.version}"
    else lock;

  readFlake = name: file:
    let
      flake = import file;
      known = { description = null; inputs = null; outputs = null; nixConfig = null; };
      unknown = builtins.attrNames (removeAttrs flake (attrNames known));
    in
    if unknown != [ ] then throw "flake '${name}' has an unsupported attribute '${builtins.head unknown}'"
    else if !flake ? outputs then throw "flake '${name}' lacks attribute 'outputs'"
    else if !isFunction flake.outputs then throw "expected a function but got ${builtins.typeOf flake.outputs} as the outputs of flake '${name}'"
    else flake;

  # A flake with the lock file that lies beside it.
  flakeNode = { path, name, tree, dir, node, overrides }:
    let
      flake = readFlake name (tree.outPath + dir + "/flake.nix");
      lock = readLock (tree.outPath + dir + "/flake.lock");
      known = lock.nodes.${lock.root}.inputs or { };
      declared = mapAttrs (_: _: { }) (removeAttrs (functionArgs flake.outputs) [ "self" ]) // removeAttrs (flake.inputs or { }) [ "self" ];
      entries = mapAttrs
        (name: input: overrides.${name} or (
          if input ? follows then {
            node = seq (checkFollows declared [ ] input.follows) (follow self (below path name) input.follows);
            changes = [ (added (below path name) (follows (below path input.follows))) ];
          }
          else if known ? ${name} then { node = find known.${name}; changes = [ ]; }
          else addErrorContext "while updating the flake input '${below path name}'" (newNode self (below path name) name input)
        ))
        declared;
      inputs = mapAttrs (_: entry: entry.node) entries;
      nodes = mapAttrs (key: node: if key == lock.root then self else lockedNode find key node) lock.nodes;
      find = spec: if isList spec then foldl' (node: name: node.inputs.${name}) self spec else nodes.${spec};
      isFlake = node.flake or true;
      self = finish { inherit node tree dir flake; inputs = if isFlake then inputs else { }; outPath = tree.outPath + dir; } // {
        inherit path;
        # Whatever is wrong with new inputs is an error at once.
        checked = !isFlake || seq flake (builtins.all (name: known ? ${name} || overrides ? ${name} || (if declared.${name} ? follows then seq inputs.${name} true else inputs.${name}.checked)) (attrNames inputs));
        changes = if isFlake then concatMap (name: entries.${name}.changes) (attrNames entries) else [ ];
        warnings =
          if isFlake then concatMap (name: entries.${name}.warnings or [ ]) (attrNames entries)
            ++ map (name: "input '${path}' has an override for a non-existent input '${name}'") (filter (name: !declared ? ${name}) (attrNames overrides))
          else [ ];
      };
    in
    self;


















  # What a flake is for others.
  finish = { node, tree, dir, outPath, flake, inputs }@known:
    let
      results = mapAttrs (_: input: input.result) inputs;
      whole =
        outputs
        // sourceInfo
        // (let inputs = results; in {
          inherit outPath;
          inherit inputs;
          inherit outputs;
          inherit sourceInfo;
          _type = "flake";
        });
      outputs = flake.outputs (results // { self = whole; });
      sourceInfo = tree; in
    {
      result =
        if node.flake or true then
          assert isFunction flake.outputs; whole
        else tree // { inherit outPath sourceInfo; };
      inherit tree dir outPath inputs flake;
    };

  # An input as a lock file has it.
  lockedNode = find: key: node:
    let
      place = node.locked;
      parent = find (node.parent or [ ]);
      relative = isRelative place;
      tree = if relative then parent.tree else fetchTree (node.info or { } // removeAttrs place [ "dir" ]);
      outPath = if relative then "${parent.outPath}/${place.path}" else tree.outPath + (if place.dir or "" == "" then "" else "/${place.dir}");
    in
    finish { inherit node tree outPath; dir = ""; flake = import (outPath + "/flake.nix"); inputs = mapAttrs (_: find) (node.inputs or { }); } // { path = key; checked = true; changes = [ ]; };

  # An input that no lock file names: what is on this machine is read, the rest would have to be downloaded.
  newNode = parent: path: name: input:
    let
      root = parent.tree.outPath;
      inTree = toString input.url;
      # A path in the flake stays in its tree.
      literal = isPath (input.url or null);
      place =
        if literal && substring 0 (stringLength root) inTree != "${root}" then throw "input attribute path '${inTree}' must be in the same source tree as ${root}${parent.dir}/flake.nix"
        else if literal then { type = "path"; path = "." + substring (stringLength (root + parent.dir)) (-1) inTree; }
        else if input ? url then parseFlakeRef input.url
        else if input ? type then removeAttrs input [ "flake" "inputs" ]
        else parseFlakeRef name;
      relative = isRelative place;
      tree = if relative then { outPath = root; } else fetchTree (removeAttrs place [ "dir" ]);
      base = if relative then "${parent.dir}/${place.path}" else "";
      dir = toString (/. + "${base}/${place.dir or ""}");
      node = flakeNode {
        inherit path name tree;
        node = input;
        dir = if dir == "/" then "" else dir;
        overrides = mapAttrs
          (name: over:
            if over ? follows then { node = follow parent (below path name) over.follows; changes = [ (added (below path name) (follows (below parent.path over.follows))) ]; }
            else newNode parent (below path name) name over)
          (input.inputs or { });
      };
      found = if relative then place else place // { inherit (tree) narHash lastModified; };
    in
    { inherit node; inherit (node) warnings; changes = [ (added path (locked found tree)) ] ++ node.changes; };

  follow = node: wanted: path: foldl' (node: name: node.inputs.${name} or (throw "input '${wanted}' follows a non-existent input '${path}'")) node (namesOf path);

  # Fails if inputs of one flake lead to each other only.
  checkFollows = inputs: met: path:
    let input = inputs.${concatStringsSep "/" (namesOf path)} or { }; in
    if elem path met then throw "follow cycle detected: [${concatStringsSep " -> " (foldl' (cycle: one: if cycle != [ ] || one == path then cycle ++ [ one ] else cycle) [ ] met ++ [ path ])}]"
    else if input ? follows then checkFollows inputs (met ++ [ path ]) input.follows
    else null;

  # A path to an input has names with slashes between them; an empty one leads to the flake itself.
  namesOf = path: filter (name: isString name && name != "") (split "/" path);
  below = path: name: concatStringsSep "/" (namesOf path ++ namesOf name);

  # What a lock file that nobody writes would have in addition.
  added = path: what: "• Added input '${path}':\n    ${what}";
  follows = path: "follows '${path}'";
  locked = place: tree: "'${flakeRefToString place}'" + (
    if !tree ? lastModifiedDate then ""
    else " (${concatStringsSep "-" [ (substring 0 4 tree.lastModifiedDate) (substring 4 2 tree.lastModifiedDate) (substring 6 2 tree.lastModifiedDate) ]})"
  );

in
(root: root // {
  warnings = root.warnings ++ (
    if root.changes == [ ] then [ ]
    else [ ("not writing modified lock file of flake '${url}':\n" + concatStringsSep "\n" root.changes) ]
  );
}) (flakeNode { inherit dir; path = ""; name = ref; tree = sourceInfo; node = { }; overrides = { }; })
