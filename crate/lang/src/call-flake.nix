{ sourceInfo, dir, ref, url, checkFlake, fetchFinalTree, parseInputRef }:

let

  inherit (builtins) addErrorContext all any attrNames attrValues concatMap concatStringsSep deepSeq elem elemAt fetchTree filter flakeRefToString floor foldl' fromJSON functionArgs genericClosure genList head intersectAttrs isAttrs isBool isFloat isFunction isInt isList isPath isString length listToAttrs mapAttrs parseFlakeRef pathExists readFile replaceStrings seq split stringLength substring tail toJSON typeOf unsafeDiscardStringContext;

  isRelative = place: place.type == "path" && substring 0 1 place.path != "/";
  isLocked = place: isRelative place || (if elem place.type [ "git" "github" "gitlab" "hg" "sourcehut" ] then place ? rev else place ? narHash);
  inputsOf = node: node.inputs or { };

  # A flake with the lock file that lies beside it.
  flakeNode = { path, name, tree, dir, node, overrides, chain, info ? tree, old ? null }:
    let
      outPath = tree.outPath + dir;
      flake = readFlake name (outPath + "/flake.nix");
      lock = if old == null then readLock (tree.outPath + dir + "/flake.lock") else old.lock // { root = old.key; };
      known = inputsOf (lock.nodes.${lock.root} or { });
      declared = mapAttrs (_: _: { }) (removeAttrs (functionArgs flake.outputs) [ "self" ]) // removeAttrs (flake.inputs or { }) [ "self" ];
      entries = mapAttrs
        (name: input: overrides.${name} or (
          if input ? follows then follower self path declared (below path name) input.follows
          else if isKnown name input then lockedEntry (below path name) known.${name} input
          else newNode self (below path name) name input
        ))
        declared;
      # The lock file has an input as it is declared now.
      isKnown = name: input:
        let place = placeOf self name input; node = lock.nodes.${known.${name}}; in
        isString (known.${name} or null) && flakeRefToString node.original == flakeRefToString place && node.parent or null == (if isRelative place then namesOf path else null);
      lockedEntry = path: key: input:
        let
          node = lock.nodes.${key};
          # What only the lock file lets others follow comes from the flake itself, if that is on this machine.
          isBehind = node.flake && node.locked.type == "path" && any (name: isList (inputsOf node).${name} && !direct (input.inputs or { }) ? ${name}) (attrNames (inputsOf node));
          given = mapAttrs (name: over: overriding self (below path name) name over) (intersectAttrs (inputsOf node) (direct (input.inputs or { })));
        in
        if isBehind then nodeAt self path input node.locked { inherit lock find key; }
        else {
          node = lockedNode find (mapAttrs (_: entry: entry.node) given) key node;
          edges = [ (edge path (locked node.locked) (node.parent or null)) ]
            ++ concatMap (name: given.${name}.edges or (lockedEdges [ key ] (below path name) (inputsOf node).${name})) (attrNames (inputsOf node));
          warnings = map (missing path) (filter (name: !inputsOf node ? ${name}) (attrNames (direct (input.inputs or { }))));
        };
      # What the lock file has at and below an input.
      lockedEdges = above: place: spec:
        let node = lock.nodes.${spec}; in
        if isList spec then [ (edge place (follows (below path (concatStringsSep "/" spec))) null) ]
        else [ (edge place (locked node.locked) (node.parent or null)) ] ++ (
          if elem spec above then [ ] else concatMap (name: lockedEdges (above ++ [ spec ]) (below place name) (inputsOf node).${name}) (attrNames (inputsOf node))
        );
      inputs = mapAttrs (_: entry: entry.node) entries;
      nodes = mapAttrs (key: node: if key == lock.root then self else lockedNode find { } key node) lock.nodes;
      find = if old != null then old.find else spec: if isList spec then foldl' (node: name: node.inputs.${name}) self spec else nodes.${spec};
      isFlake = node.flake or true;
      self = finish { inherit node dir flake; tree = info; inputs = if isFlake then inputs else { }; inherit outPath; } // {
        inherit path chain tree;
        # What was made of inputs' attributes.
        placed = seq info (!isFlake || all (name: overrides ? ${name} || declared.${name} ? follows || inputs.${name}.placed or true) (attrNames inputs));
        # Whatever is wrong with new inputs is an error at once, but for what they follow, which comes last.
        linked = !isFlake || all (name: overrides ? ${name} || (if declared.${name} ? follows then seq inputs.${name} true else inputs.${name}.linked)) (attrNames inputs);
        checked = !isFlake || seq flake (seq lock.nodes (all (name: overrides ? ${name} || declared.${name} ? follows || (addErrorContext "while updating the flake input '${below path name}'" inputs.${name}.checked)) (attrNames inputs)));
        edges = if isFlake then concatMap (name: entries.${name}.edges) (attrNames entries) else [ ];
        was = concatMap (name: lockedEdges [ ] (below path name) known.${name}) (attrNames known);
        warnings =
          if isFlake then map unlocked (filter (place: !isLocked place) (map (entry: lock.nodes.${entry}.locked) (filter isString (attrValues known))))
            ++ concatMap (name: entries.${name}.warnings or [ ]) (attrNames entries)
            ++ map (missing path) (filter (name: !declared ? ${name}) (attrNames overrides))
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
  lockedNode = find: given: key: node:
    let
      place = node.locked;
      parent = find (node.parent or [ ]);
      relative = isRelative place;
      tree = if relative then parent.tree else fetchFinalTree (removeAttrs place [ "dir" ]);
      outPath = if relative then "${parent.outPath}/${place.path}" else tree.outPath + (if place.dir or "" == "" then "" else "/${place.dir}");
    in
    finish { inherit node tree outPath; dir = ""; flake = import (outPath + "/flake.nix"); inputs = mapAttrs (_: find) (inputsOf node) // given; } // { path = key; checked = true; linked = true; };

  # What an input is declared to be.
  placeOf = parent: name: input:
    let
      root = parent.tree.outPath;
      inTree = toString input.url;
    in
    # A path in the flake stays in its tree.
    if isPath (input.url or null) then
      if substring 0 (stringLength root) inTree != "${root}" then throw "input attribute path '${inTree}' must be in the same source tree as ${root}${parent.dir}/flake.nix"
      else { type = "path"; path = wayTo (namesOf parent.dir) (namesOf (substring (stringLength root) (-1) inTree)); }
    else if input ? url then parseInputRef input.url
    else if input ? type then removeAttrs input [ "flake" "inputs" ]
    else parseFlakeRef name;

  # A relative path from one directory of a tree to a place in it.
  wayTo = from: to:
    if from == [ ] && to == [ ] then "."
    else if from != [ ] && to != [ ] && head from == head to then wayTo (tail from) (tail to)
    else concatStringsSep "/" (map (_: "..") from ++ to);

  # Inputs of inputs that are to be others, not only to have others.
  direct = inputs: removeAttrs inputs (filter (name: !(inputs.${name} ? follows || inputs.${name} ? type || inputs.${name} ? url)) (attrNames inputs));

  # An input that no lock file names: what is on this machine is read, the rest would have to be downloaded.
  newNode = parent: path: name: input: nodeAt parent path input (placeOf parent name input) null;
  nodeAt = parent: path: input: place: old:
    let
      relative = isRelative place;
      name = flakeRefToString place;
      root = parent.tree.outPath;
      tree = if relative then { outPath = root; } else fetchTree (removeAttrs place [ "dir" ]);
      below' = toString (/. + "${unsafeDiscardStringContext root}${parent.dir}/${place.path}/${place.dir or ""}");
      isInside = substring 0 (stringLength root + 1) "${below'}/" == "${root}/";
      dir =
        if !relative then toString (/. + "/${place.dir or ""}")
        else if isInside then substring (stringLength root) (-1) below'
        # What is not in the tree is not in the store.
        else "/.." + replaceStrings [ (dirOf root) ] [ "" ] below';
      node =
        if elem name (parent.chain or [ ]) then throw "found circular import of flake '${name}'"
        else flakeNode {
          inherit path tree name old;
          node = input;
          info =
            if !relative then tree
            else if isInside then described place root
            else seq (checkFlake (root + dir + "/flake.nix") name) null;
          dir = if dir == "/" then "" else dir;
          chain = parent.chain or [ ] ++ [ name ];
          overrides = mapAttrs (name: overriding parent (below path name) name) (direct (input.inputs or { }));
        };
      found = if relative then place else place // { inherit (tree) narHash lastModified; };
    in
    { inherit node; inherit (node) warnings; edges = [ (edge path (locked found) (if relative then namesOf parent.path else null)) ] ++ node.edges; };

  # A tree with what is said of one of its directories.
  described = place: root:
    let said = removeAttrs place [ "dir" "narHash" "path" "type" ]; in
    if said == { } then { outPath = root; }
    else removeAttrs (fetchTree (said // { type = "path"; path = root; })) (if place ? lastModified then [ "narHash" ] else [ "lastModified" "lastModifiedDate" "narHash" ]);

  # What stands for an input of an input.
  overriding = parent: path: name: over:
    if over ? follows then { node = follow parent parent.path path over.follows; edges = [ (edge path (follows (below parent.path over.follows)) null) ]; }
    else newNode parent path name over;
  follower = parent: base: declared: path: wanted: {
    node = seq (checkFollows base declared [ ] wanted) (follow parent base path wanted);
    edges = [ (edge path (follows (below parent.path wanted)) null) ];
  };

  follow = node: base: wanted: path: foldl' (node: name: node.inputs.${name} or (throw "input '${wanted}' follows a non-existent input '${below base path}'")) node (namesOf path);

  # Fails if inputs of one flake lead to each other only.
  checkFollows = base: inputs: met: path:
    let input = inputs.${concatStringsSep "/" (namesOf path)} or { }; in
    if elem path met then throw "follow cycle detected: [${concatStringsSep " -> " (map (below base) (foldl' (cycle: one: if cycle != [ ] || one == path then cycle ++ [ one ] else cycle) [ ] met ++ [ path ]))}]"
    else if input ? follows then checkFollows base inputs (met ++ [ path ]) input.follows
    else null;

  # A path to an input has names with slashes between them; an empty one leads to the flake itself.
  namesOf = path: filter (name: isString name && name != "") (split "/" path);
  below = path: name: concatStringsSep "/" (namesOf path ++ namesOf name);

  # What the JSON library of the reference calls a value, and says of one that is of another type than is expected.
  kind = value: { bool = "boolean"; float = "number"; int = "number"; list = "array"; null = "null"; set = "object"; string = "string"; }.${typeOf value};
  expect = wanted: value: if kind value == wanted then value else throw "[json.exception.type_error.302] type must be ${wanted}, but is ${kind value}";

  # What that library goes through: elements of a list are numbered, and what has none is its own.
  membersOf = value:
    if isAttrs value then value
    else if isList value then listToAttrs (genList (index: { name = toString index; value = elemAt value index; }) (length value))
    else if value == null then { }
    else { "" = value; };

  readLock = file:
    let
      json = fromJSON (readFile file);
      version = if isAttrs json then floor (expect "number" (json.version or 0)) else throw "[json.exception.type_error.306] cannot use value() with ${kind json}";
      root = expect "string" (json.root or null);
      written = json.nodes or null;
      nodes =
        if isAttrs written then mapAttrs nodeOf written
        else if written == null then { }
        else throw "[json.exception.type_error.305] cannot use operator[] with a string argument with ${kind written}";
      nodeOf = key: node:
        let
          inputs = if isAttrs node then mapAttrs (_: spec: if isList spec then map (expect "string") spec else expect "string" spec) (membersOf (node.inputs or { })) else { };
          place = name:
            if isAttrs node && node ? ${name} then mapAttrs (_: attribute) (membersOf node.${name})
            else throw "attribute '${name}' missing in lock file";
          attribute = value: if isFloat value then floor value else if isInt value || isString value || isBool value then value else throw "unsupported input attribute type in lock file";
        in
        { inherit inputs; } // (if key == root then { } else {
          locked = (if node.info or null == null then { } else place "info") // place "locked";
          original = place "original";
          flake = expect "boolean" (node.flake or true);
        } // (if node ? parent then { parent = map (expect "string") (expect "array" node.parent); } else { }));
      reached = genericClosure { startSet = [ { key = root; } ]; operator = { key }: map (key: { inherit key; }) (filter isString (attrValues (inputsOf (nodes.${key} or { })))); };
      check = { key }:
        let node = nodes.${key} or (if key == root then { } else throw "lock file references missing node '${key}'"); in
        if key == root then deepSeq node true
        else seq (flakeRefToString node.locked) (seq (flakeRefToString node.original) (deepSeq node (isLocked node.locked || node.locked ? narHash || throw "Lock file contains unlocked input '${toJSON node.locked}'. Use '--allow-dirty-locks' to accept this lock file.")));
    in
    if !pathExists file then { root = "root"; nodes.root = { }; }
    else if version < 5 || version > 7 then throw "lock file '${file}' has unsupported version ${toString version}"
    else seq (all check reached) { inherit root nodes; };

  # What is wrong with the form of a flake is an error at once, whether its parts are needed or not.
  readFlake = name: file: seq (checkFlake file name) (
    let flake = import file; in
    if !flake ? outputs then throw "flake '${name}' lacks attribute 'outputs'"
    else flake
  );

  # An input in a lock file, under a name that sorts as the names on the way to it do.
  edge = path: text: parent: { name = replaceStrings [ "/" ] [ "\t" ] path; value = { inherit path text parent; }; };
  follows = path: "follows '${path}'";
  locked = place: "'${flakeRefToString place}'" + (if place ? lastModified then " (${date place.lastModified})" else "");
  missing = path: name: "input '${path}' has an override for a non-existent input '${name}'";
  unlocked = place: "Lock file entry '${flakeRefToString place}' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. This is not reproducible and will break after garbage collection or when shared.";

  # The day of a time in seconds since 1970.
  date = seconds:
    let
      days = seconds / 86400 + 719468;
      era = days / 146097;
      dayOfEra = days - era * 146097;
      yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
      day = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
      shifted = (5 * day + 2) / 153;
      month = if shifted < 10 then shifted + 3 else shifted - 9;
      two = number: (if number < 10 then "0" else "") + toString number;
    in
    "${toString (era * 400 + yearOfEra + (if month < 3 then 1 else 0))}-${two month}-${two (day - (153 * shifted + 2) / 5 + 1)}";

  # What is not in a lock file that nobody writes as it would have to be.
  changes = was: is: concatMap
    (key:
      let old = was.${key}; new = is.${key}; in
      if !is ? ${key} then [ "• Removed input '${old.path}'" ]
      else if !was ? ${key} then [ "• Added input '${new.path}':\n    ${new.text}" ]
      else if old != new then [ "• Updated input '${new.path}':\n    ${old.text}\n  → ${new.text}" ]
      else [ ])
    (attrNames (was // is));

in
(root: let changed = changes (listToAttrs root.was) (listToAttrs root.edges); in root // {
  checked = seq root.checked root.linked;
  warnings = root.warnings ++ (
    if changed == [ ] then [ ]
    else [ ("not writing modified lock file of flake '${url}':\n" + concatStringsSep "\n" changed) ]
  );
}) (flakeNode { inherit dir; path = ""; name = ref; tree = sourceInfo; node = { }; overrides = { }; chain = [ ]; })
