# What functions of the library return, for arguments that tell implementations apart.
let
  lib = import ./lib;
  refused = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  configuration = modules: (lib.evalModules { inherit modules; }).config;
  option = type: attrs: lib.mkOption ({ inherit type; } // attrs);
in
{
  fixedPoints = {
    extends = lib.fix (lib.extends (final: prev: { a = prev.a + final.b; }) (self: { a = 1; b = self.c * 2; c = 5; }));
    extensible = ((lib.makeExtensible (self: { x = 1; y = self.x + 1; })).extend (final: prev: { x = prev.x + 10; })).y;
    composed = lib.fix (lib.extends (lib.composeManyExtensions (lib.genList or builtins.genList (n: final: prev: { v = prev.v ++ [ n ]; last = final.v; }) 5)) (self: { v = [ ]; }));
    converge = lib.converge (x: x / 2) 1000;
  };
  attrsets = {
    update = lib.recursiveUpdate { a.b.c = 1; a.d = [ 1 ]; } { a.b.e = 2; a.d = [ 2 ]; };
    until = lib.recursiveUpdateUntil (path: l: r: path == [ "a" ]) { a.b = 1; c.d = 1; } { a.e = 2; c.f = 2; };
    path = lib.attrByPath [ "a" "b" "c" ] "none" { a.b.c = 3; };
    missing = lib.attrByPath [ "a" "x" ] "none" { a.b.c = 3; };
    set = lib.setAttrByPath [ "x" "y z" ] 1;
    filtered = lib.filterAttrsRecursive (name: value: value != null) { a = null; b.c = null; b.d = 1; };
    folded = lib.foldlAttrs (acc: name: value: acc + "${name}=${toString value};") "" { z = 1; a = 2; };
    product = lib.cartesianProduct { a = [ 1 2 ]; b = [ "x" "y" ]; };
    collected = lib.collect (x: x ? leaf) { a.leaf = 1; b.c.leaf = 2; d = 3; };
    mapped = lib.mapAttrsRecursive (path: value: lib.concatStringsSep "." (path ++ [ (toString value) ])) { a.b = 1; c = 2; };
    concat = lib.concatMapAttrs (name: value: { ${name} = value; ${name + value} = value; }) { x = "a"; y = "b"; };
    many = lib.mergeAttrsList (map (n: { ${toString (lib.mod n 7)} = n; }) (lib.range 1 40));
    zipped = lib.zipAttrs [ { a = 1; } { a = 2; b = 3; } ];
    disjoint = refused (lib.unionOfDisjoint { a = 1; } { a = 2; });
    shown = lib.showAttrPath [ "a" "b c" "1" "d-e" ];
    by = lib.updateManyAttrsByPath [ { path = [ "a" "b" ]; update = old: { d = old.c; }; } ] { a.b.c = 0; };
  };
  lists = {
    natural = lib.naturalSort [ "disk11" "disk8" "disk100" "disk9" "v0.2.10" "v0.2.9" ];
    topological = lib.toposort (a: b: lib.hasPrefix b a) [ "/home/user" "other" "/" "/home" ];
    cycle = lib.toposort (a: b: a != b) [ "a" "b" "c" ];
    sublists = [ (lib.sublist 1 3 [ "a" "b" "c" "d" "e" ]) (lib.take 2 [ 1 2 3 ]) (lib.drop 2 [ 1 2 3 ]) (lib.last [ 1 2 ]) (lib.init [ 1 2 ]) ];
    grouped = lib.groupBy' builtins.add 0 (x: lib.boolToString (x > 2)) [ 5 1 2 3 4 ];
    flat = lib.flatten [ 1 [ 2 [ 3 ] 4 ] 5 ];
    found = [ (lib.findFirst (x: x > 3) 7 [ 1 6 4 ]) (lib.findFirst (x: x > 9) 7 [ 1 6 4 ]) (lib.findSingle (x: x == 3) "none" "many" [ 1 3 3 ]) ];
    folds = [ (lib.foldr (a: b: a + b) "x" [ "1" "2" ]) (lib.foldl (a: b: a + b) "x" [ "1" "2" ]) (lib.foldl' (a: b: a + b) "x" [ "1" "2" ]) ];
    unique = lib.unique [ 3 2 3 4 [ 1 ] [ 1 ] ];
    crossed = lib.crossLists (x: y: "${toString x}${toString y}") [ [ 1 2 ] [ 3 4 ] ];
    sorted = lib.sortOn builtins.stringLength [ "aa" "b" "cccc" "dd" ];
    prefix = lib.commonPrefix [ 1 2 3 4 ] [ 1 2 5 ];
  };
  strings = {
    split = lib.splitString "." "a.b..c.";
    by = lib.splitStringBy (before: c: builtins.match "[A-Z]" c != null) true "splitCamelCase";
    escapes = [ (lib.escapeShellArg "it's") (lib.escapeShellArgs [ "a b" "c" ]) (lib.escapeRegex "[^a-z]*") (lib.escapeXML "<a href=\"x\">&") (lib.escapeURL "a b/ü~") (lib.strings.escapeNixIdentifier "a.b") ];
    cases = [ (lib.toUpper "home-9") (lib.toLower "HOME") (lib.toSentenceCase "home") ];
    trims = map (x: "[${x}]") [ (lib.trim "  a b \n") (lib.removePrefix "foo." "foo.bar") (lib.removeSuffix "front" "homefront") (lib.fixedWidthNumber 5 42) ];
    infix = [ (lib.hasInfix "b.c" "abxcd") (lib.hasInfix "b.c" "ab.cd") (lib.hasPrefix "a" "b") (lib.hasSuffix "" "x") ];
    numbers = [ (lib.toInt " 123 ") (refused (lib.toInt "0123")) (lib.toIntBase10 "0123") (lib.toHexString 250) (lib.fromHexString "FF") (lib.toBaseDigits 16 4095) ];
    versions = [ (lib.versionOlder "1.1" "1.2") (lib.versionAtLeast "1.10" "1.9") (lib.versions.majorMinor "9.0.1") (lib.versions.pad 4 "1.2") (lib.getVersion "x-2.3pre") (lib.getName "youtube-dl-2016") ];
    shell = lib.toShellVars { a = [ "x y" 1 ]; b = { k = "v w"; }; c = "plain"; };
    paths = [ (lib.makeSearchPath "bin" [ "/a" null "/b" ]) (lib.normalizePath "/a//b///c/") ];
    sanitized = lib.strings.sanitizeDerivationName "..a b/c?é";
    flags = [ (lib.mesonBool "x" true) (lib.cmakeFeature "A" "b") (lib.enableFeatureAs true "a" "b") (lib.withFeature false "c") (lib.mesonEnable "d" false) ];
  };
  customisation =
    let
      make = { a, b ? a + 1, ... }@args: { sum = a + b; given = lib.attrNames args; };
      scope = lib.makeScope lib.callPackageWith' or lib.callPackageWith (self: { a = 1; c = self.callPackage ({ a }: { value = a * 10; }) { }; });
    in
    {
      override = ((lib.makeOverridable make { a = 1; }).override { b = 5; }).sum;
      twice = (((lib.makeOverridable make { a = 1; }).override { b = 5; }).override (old: { a = old.b; })).sum;
      arguments = lib.functionArgs (lib.makeOverridable make);
      scoped = scope.c.value;
      rescoped = (scope.overrideScope (final: prev: { a = prev.a + 1; })).c.value;
      missing = refused (lib.callPackageWith { abc = 1; } ({ abd }: abd) { });
    };
  systems = {
    triples = map (system: (lib.systems.elaborate system).config) [ "x86_64-linux" "aarch64-darwin" "armv7l-linux" "riscv64-linux" "x86_64-windows" ];
    predicates = lib.filterAttrs (_: value: value == true) (lib.systems.elaborate { config = "aarch64-unknown-linux-musl"; });
    examples = lib.mapAttrs (_: example: (lib.systems.elaborate example).system) lib.systems.examples;
    doubles = lib.systems.doubles;
    executes = (lib.systems.elaborate "x86_64-linux").canExecute (lib.systems.elaborate "i686-linux");
    matches = map (lib.meta.platformMatch (lib.systems.elaborate "x86_64-linux")) [ "x86_64-linux" { isLinux = true; } lib.systems.inspect.patterns.isAarch64 ];
    unknown = refused (lib.systems.elaborate "quantum-linux").config;
  };
  generators = {
    ini = lib.generators.toINI { } { a.b = 1; a.c = true; "d[e]".f = "g"; };
    pretty = lib.generators.toPretty { } { a = [ 1 2.5 null ]; b.c = x: x; d = "a\n\"b\""; e = { x, y ? 1 }: x; };
    plist = lib.generators.toPlist { } { a = true; b = [ 1 "x<y" ]; };
    gnu = lib.cli.toGNUCommandLine { } { data = [ "a" "b" ]; v = true; n = null; retry = 3; };
  };
  modules = {
    priorities = configuration [
      { options.a = option lib.types.int { default = 1; }; options.b = option lib.types.str { }; }
      { a = lib.mkDefault 2; b = lib.mkForce "forced"; }
      { b = "plain"; }
    ];
    orders = configuration [
      { options.l = option (lib.types.listOf lib.types.str) { }; }
      { l = lib.mkAfter [ "after" ]; }
      { l = [ "middle" ]; }
      { l = lib.mkBefore [ "before" ]; }
      { config = lib.mkIf false { l = [ "never" ]; }; }
    ];
    submodules = configuration [
      {
        options.users = option (lib.types.attrsOf (lib.types.submodule ({ name, config, ... }: {
          options.name = option lib.types.str { default = name; };
          options.home = option lib.types.path { };
          config.home = lib.mkDefault "/home/${config.name}";
        }))) { default = { }; };
      }
      { users.a = { }; users.b.home = "/srv"; }
      ({ config, ... }: { users.c.name = config.users.a.name + "2"; })
    ];
    freeform = configuration [
      { freeformType = lib.types.attrsOf lib.types.int; options.known = option lib.types.str { default = "k"; }; }
      { other = 3; }
    ];
    coerced = configuration [
      { options.x = option (lib.types.coercedTo lib.types.int toString lib.types.str) { }; options.y = option (lib.types.nullOr (lib.types.enum [ "a" "b" ])) { default = null; }; }
      { x = 42; }
    ];
    functions = (configuration [ { options.f = option (lib.types.functionTo lib.types.lines) { }; } { f = x: "1 ${x}"; } { f = x: "2 ${x}"; } ]).f "arg";
    anything = configuration [ { options.v = option lib.types.anything { }; } { v.a.b = 1; } { v.a.c = [ 2 ]; } ];
    wrong = map refused [
      (configuration [ { options.a = option lib.types.int { }; } { a = "text"; } ])
      (configuration [ { options.a = option lib.types.int { }; } { b = 1; } ])
      (configuration [ { options.a = option lib.types.int { }; } { a = 1; } { a = 2; } ])
      (configuration [ { options.a = option lib.types.int { }; } ]).a
    ];
    extended = ((lib.evalModules { modules = [ { options.a = option lib.types.int { default = 1; }; } ]; }).extendModules { modules = [ { a = lib.mkForce 7; } ]; }).config;
    documented = map (o: removeAttrs o [ "declarations" ]) (lib.optionAttrSetToDocList (lib.evalModules { modules = [ { options.s = option (lib.types.attrsOf (lib.types.submodule { options.t = option lib.types.bool { default = true; description = "T."; }; })) { }; } ]; }).options);
  };
  meta = {
    spdx = lib.getLicenseFromSpdxId "apache-2.0";
    licenses = lib.mapAttrs (_: l: l.free) lib.licenses;
    exe = lib.getExe' { type = "derivation"; name = "x"; outPath = "/nix/store/x"; } "tool";
  };
  texts = lib.textClosureMap lib.id { a = lib.fullDepEntry "a" [ "b" ]; b = lib.noDepEntry "b"; c = lib.stringAfter [ "a" ] "c"; } [ "c" "b" ];
  sources = map lib.cleanSourceFilter' or (name: lib.cleanSourceFilter name "regular") [ "/x/a.o" "/x/b.c" "/x/.c.swp" ];
  paths = [ (lib.path.subpath.normalise "a/./b//c") (refused (lib.path.subpath.normalise "../a")) (lib.path.subpath.join [ "a/b" "./c" ]) ];
}
