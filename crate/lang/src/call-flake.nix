{ sourceInfo, dir, ref, url, checkFlake }:

let

  inherit (builtins) addErrorContext all attrNames attrValues concatMap concatStringsSep elem fetchTree filter flakeRefToString foldl' fromJSON functionArgs genericClosure head intersectAttrs isFunction isList isPath isString listToAttrs mapAttrs parseFlakeRef pathExists readFile replaceStrings seq split stringLength substring tail toJSON;

  isRelative = place: place.type == "path" && substring 0 1 place.path != "/";
  isLocked = place: isRelative place || (if elem place.type [ "git" "github" "gitlab" "hg" "sourcehut" ] then place ? rev else place ? narHash);
  inputsOf = node: if isList (node.inputs or [ ]) then { } else node.inputs;
  placeOfLocked = node: node.info or { } // node.locked;

  # A flake with the lock file that lies beside it.
  flakeNode = { path, name, tree, dir, node, overrides }:
    let
      flake = readFlake name (tree.outPath + dir + "/flake.nix");
      lock = readLock (tree.outPath + dir + "/flake.lock");
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
          given = mapAttrs (name: over: overriding self (below path name) name over) (intersectAttrs (inputsOf node) (direct (input.inputs or { })));
        in
        {
          node = lockedNode find (mapAttrs (_: entry: entry.node) given) key node;
          edges = [ (edge path (locked (placeOfLocked node)) (node.parent or null)) ]
            ++ concatMap (name: given.${name}.edges or (lockedEdges [ key ] (below path name) (inputsOf node).${name})) (attrNames (inputsOf node));
          warnings = map (missing path) (filter (name: !inputsOf node ? ${name}) (attrNames (direct (input.inputs or { }))));
        };
      # What the lock file has at and below an input.
      lockedEdges = above: place: spec:
        let node = lock.nodes.${spec}; in
        if isList spec then [ (edge place (follows (below path (concatStringsSep "/" spec))) null) ]
        else [ (edge place (locked (placeOfLocked node)) (node.parent or null)) ] ++ (
          if elem spec above then [ ] else concatMap (name: lockedEdges (above ++ [ spec ]) (below place name) (inputsOf node).${name}) (attrNames (inputsOf node))
        );
      inputs = mapAttrs (_: entry: entry.node) entries;
      nodes = mapAttrs (key: node: if key == lock.root then self else lockedNode find { } key node) lock.nodes;
      find = spec: if isList spec then foldl' (node: name: node.inputs.${name}) self spec else nodes.${spec};
      isFlake = node.flake or true;
      self = finish { inherit node tree dir flake; inputs = if isFlake then inputs else { }; outPath = tree.outPath + dir; } // {
        inherit path;
        # Whatever is wrong with new inputs is an error at once, but for what they follow, which comes last.
        linked = !isFlake || all (name: overrides ? ${name} || (if declared.${name} ? follows then seq inputs.${name} true else inputs.${name}.linked)) (attrNames inputs);
        checked = !isFlake || seq flake (seq lock.nodes (all (name: overrides ? ${name} || declared.${name} ? follows || (addErrorContext "while updating the flake input '${below path name}'" inputs.${name}.checked)) (attrNames inputs)));
        edges = if isFlake then concatMap (name: entries.${name}.edges) (attrNames entries) else [ ];
        was = concatMap (name: lockedEdges [ ] (below path name) known.${name}) (attrNames known);
        warnings =
          if isFlake then map unlocked (filter (place: !isLocked place) (map (entry: placeOfLocked lock.nodes.${entry}) (filter isString (attrValues known))))
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
      tree = if relative then parent.tree else fetchTree (node.info or { } // removeAttrs place [ "dir" ]);
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
    else if input ? url then parseFlakeRef ((if substring 0 1 input.url == "." then "path:" else "") + input.url)
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
  newNode = parent: path: name: input:
    let
      place = placeOf parent name input;
      relative = isRelative place;
      tree = if relative then { inherit (parent.tree) outPath; } else fetchTree (removeAttrs place [ "dir" ]);
      base = if relative then "${parent.dir}/${place.path}" else "";
      dir = toString (/. + "${base}/${place.dir or ""}");
      node = flakeNode {
        inherit path tree;
        name = flakeRefToString place;
        node = input;
        dir = if dir == "/" then "" else dir;
        overrides = mapAttrs (name: overriding parent (below path name) name) (direct (input.inputs or { }));
      };
      found = if relative then place else place // { inherit (tree) narHash lastModified; };
    in
    { inherit node; inherit (node) warnings; edges = [ (edge path (locked found) (if relative then namesOf parent.path else null)) ] ++ node.edges; };

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

  readLock = file:
    let
      lock = fromJSON (readFile file);
      version = lock.version or 0;
      reached = genericClosure { startSet = [ { key = lock.root; } ]; operator = { key }: map (key: { inherit key; }) (filter isString (attrValues (inputsOf (lock.nodes.${key} or { })))); };
      check = { key }:
        let node = lock.nodes.${key} or (throw "lock file references missing node '${key}'"); in
        if key == lock.root then true
        else if !node ? locked || !node ? original then throw "attribute '${if node ? locked then "original" else "locked"}' missing in lock file"
        else isLocked node.locked || node.locked ? narHash || throw "Lock file contains unlocked input '${toJSON node.locked}'. Use '--allow-dirty-locks' to accept this lock file.";
    in
    if !pathExists file then { root = "root"; nodes.root = { }; }
    else if version < 5 || version > 7 then throw "lock file '${file}' has unsupported version ${toString version}"
    else seq (all check (filter ({ key }: key != lock.root) reached)) lock;

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
}) (flakeNode { inherit dir; path = ""; name = ref; tree = sourceInfo; node = { }; overrides = { }; })
