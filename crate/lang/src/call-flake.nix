{ sourceInfo, dir, ref }:

let

  inherit (builtins) addErrorContext concatStringsSep fetchTree filter foldl' fromJSON functionArgs isFunction isList isString mapAttrs parseFlakeRef pathExists readFile seq split substring;

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
      unknown = builtins.attrNames (removeAttrs flake (builtins.attrNames known));
    in
    if unknown != [ ] then throw "flake '${name}' has an unsupported attribute '${builtins.head unknown}'"
    else if !flake ? outputs then throw "flake '${name}' lacks attribute 'outputs'"
    else if !isFunction flake.outputs then throw "expected a function but got ${builtins.typeOf flake.outputs} as the outputs of flake '${name}'"
    else flake;

  # An input that no lock file names: what is on this machine is read, the rest would have to be downloaded.
  newNode = parent: name: input:
    let
      place =
        if input ? url then parseFlakeRef input.url
        else if input ? type then removeAttrs input [ "flake" "inputs" ]
        else parseFlakeRef name;
      relative = isRelative place;
      tree = if relative then { outPath = parent.tree.outPath; } else fetchTree (removeAttrs place [ "dir" ]);
      base = if relative then "${parent.dir}/${place.path}" else "";
      dir = toString (/. + "${base}/${place.dir or ""}");
    in
    flakeNode {
      inherit name tree;
      node = input;
      dir = if dir == "/" then "" else dir;
      overrides = mapAttrs (name: over: if over ? follows then follow parent name over.follows else newNode parent name over) (input.inputs or { });
    };

  follow = node: wanted: path: foldl' (node: name: node.inputs.${name} or (throw "input '${wanted}' follows a non-existent input '${path}'")) node (filter isString (split "/" path));

  # A flake with the lock file that lies beside it.
  flakeNode = { name, tree, dir, node, overrides }:
    let
      flake = readFlake name (tree.outPath + dir + "/flake.nix");
      lock = readLock (tree.outPath + dir + "/flake.lock");
      locked = lock.nodes.${lock.root}.inputs or { };
      inputs = mapAttrs
        (name: input: overrides.${name} or (
          if input ? follows then follow self name input.follows
          else if locked ? ${name} then find locked.${name}
          else addErrorContext "while updating the flake input '${name}'" (newNode self name input)
        ))
        (mapAttrs (_: _: { }) (removeAttrs (functionArgs flake.outputs) [ "self" ]) // removeAttrs (flake.inputs or { }) [ "self" ]);
      nodes = mapAttrs (key: node: if key == lock.root then self else lockedNode find key node) lock.nodes;
      find = spec: if isList spec then foldl' (node: name: node.inputs.${name}) self spec else nodes.${spec};
      isFlake = node.flake or true;
      self = finish { inherit node tree dir flake; inputs = if isFlake then inputs else { }; outPath = tree.outPath + dir; } // {
        # Whatever is wrong with new inputs is an error at once.
        checked = !isFlake || seq flake (builtins.all (name: locked ? ${name} || overrides ? ${name} || inputs.${name}.checked) (builtins.attrNames inputs));
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
    finish { inherit node tree outPath; dir = ""; flake = import (outPath + "/flake.nix"); inputs = mapAttrs (_: find) (node.inputs or { }); } // { checked = true; };

in
flakeNode { inherit dir; name = ref; tree = sourceInfo; node = { }; overrides = { }; }
