# Derivations of every kind; `derivations.json` holds what the reference makes of them.
let
  make = name: attrs: derivation ({ inherit name; builder = "/bin/sh"; system = "x86_64-linux"; } // attrs);
  each = prefix: f: values:
    builtins.listToAttrs (builtins.genList (i: {
      name = prefix + toString i;
      value = f (prefix + toString i) (builtins.elemAt values i);
    }) (builtins.length values));

  leaf = make "leaf" { };
  multi = make "multi" { outputs = [ "lib" "out" "dev" ]; };
  source = builtins.toFile "source" "contents";
  referring = builtins.toFile "referring" "see ${source}";

  fixedAt = url: make "fetched" { inherit url; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  floating = make "floating" { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
  floatingMulti = make "floating-multi" { __contentAddressed = true; outputs = [ "out" "bin" ]; };
  producer = make "producer.drv" { __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  impure = make "impure" { __impure = true; outputs = [ "out" "log" ]; };

  # Two fetchers of one file have the same digest, and so have all that differ only in the fetcher.
  userOf = fetched: make "user" { inherit fetched; outputs = [ "out" "doc" ]; };
  userA = userOf (fixedAt "http://a");
  userB = userOf (fixedAt "http://b");

  chain = n: if n == 0 then leaf else make "chain${toString n}" { previous = chain (n - 1); other = chain (if n > 1 then n - 2 else 0); };
  concat = builtins.concatStringsSep "";
  combine = builtins.concatMap;

  algorithms = [ "md5" "sha1" "sha256" "sha512" "blake3" ];
  digests = {
    md5 = "d41d8cd98f00b204e9800998ecf8427e";
    sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    sha512 = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
    blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
  };
  # Every method with the algorithms that it takes.
  addresses = map (outputHashAlgo: { outputHashMode = "flat"; inherit outputHashAlgo; }) algorithms
    ++ map (outputHashAlgo: { outputHashMode = "recursive"; inherit outputHashAlgo; }) algorithms
    ++ [
      { outputHashMode = "text"; outputHashAlgo = "sha256"; }
      { outputHashMode = "git"; outputHashAlgo = "sha1"; }
      { outputHashMode = "git"; outputHashAlgo = "sha256"; }
    ];
  spell = algorithm: format:
    builtins.convertHash { hash = digests.${algorithm}; hashAlgo = algorithm; toHashFormat = format; };
  spellings = algorithm: map (spell algorithm) [ "base16" "nix32" "base64" "sri" ] ++ [ "${algorithm}:${spell algorithm "nix32"}" ];
  block = concat (builtins.genList (i: "0123456789abcde\n") 64);
in
{
  inherit leaf multi floating floatingMulti producer impure;
  onMulti = make "on-multi" { inherit (multi) lib dev; };
  onAllOutputs = make "on-all-outputs" { all = multi.all; };
  onDrvPath = make "on-drv-path" { recipe = multi.drvPath; };
  onlyDev = make "only-dev" { outputs = [ "dev" ]; };
  outputOrder1 = make "output-order" { outputs = [ "a" "b" ]; };
  outputOrder2 = make "output-order" { outputs = [ "b" "a" ]; };
  args = make "args" { args = [ "z" "" "a b" "\"quoted\"" "back\\slash" source ]; };
  escapes = make "escapes" { text = "tab\tnewline\ncr\rquote\"backslash\\dollar\${"; };
  control = make "control" { text = builtins.fromJSON ''"\u0001\u001f\u007f\b\f/"''; };
  unicode = make "unicode" { text = "ünïcödé ☃"; };
  notUtf8 = make "not-utf8" { text = builtins.substring 0 1 "é"; };
  emptyValues = make "empty-values" { a = ""; b = [ ]; c = null; d = false; e = true; f = [ [ ] "x" [ ] ]; };
  numbers = make "numbers" { a = 1; b = -5; c = 1.5; d = 1.0e20; };
  oddNames = make "A+b._?=-z" { };
  dotName = make ".hidden" { };
  digitName = make "0" { };
  longName = make (concat (builtins.genList (_: "n") 207)) { };
  bigEnv = make "big-env" { text = concat (builtins.genList (_: block) 64); };
  manyEnv = make "many-env" (builtins.listToAttrs (builtins.genList (i: { name = "v${toString i}"; value = i; }) 300));
  text = make "text-input" { inherit source referring; };
  path = make "path-input" { tree = ./tree; };
  namedPath = make "named-path" { tree = builtins.path { path = ./tree; name = "renamed"; }; };
  flatPath = make "flat-path" { file = builtins.path { path = ./tree/file; recursive = false; }; };
  filtered = make "filtered" { tree = builtins.filterSource (path: type: baseNameOf path != "file") ./tree; };
  ignoreNulls = make "ignore-nulls" { __ignoreNulls = true; a = null; b = 1; };
  selfPlaceholder = make "self-placeholder" { outputs = [ "out" "dev" ]; a = builtins.placeholder "out"; b = builtins.placeholder "dev"; };
  diamond = make "diamond" { left = make "left" { inherit leaf; }; right = make "right" { inherit leaf; }; };
  deep = chain 12;

  mergeSame = make "merge-same" { a = userA.out; b = userB.out; };
  mergeDifferent = make "merge-different" { a = userA.doc; b = userB.out; };
  mergeReversed = make "merge-reversed" { a = userA.out; b = userB.doc; };
  mergeFixed = make "merge-fixed" { a = fixedAt "http://a"; b = fixedAt "http://b"; };

  structured = make "structured" { __structuredAttrs = true; a = 1; b = [ true null 2.5 "x" { } [ ] ]; s.z = 1; s.a = { deep = leaf; }; };
  structuredMulti = make "structured-multi" { __structuredAttrs = true; outputs = [ "out" "dev" ]; };
  structuredFloats = make "structured-floats" { __structuredAttrs = true; f = [ 0.0 1.0 1.0e15 1.0e16 1.5e300 0.00001 0.1 123456789.125 ]; };
  structuredText = make "structured-text" { __structuredAttrs = true; text = "a\"b\\c\nd\té☃/"; };
  structuredFixed = make "structured-fixed" { __structuredAttrs = true; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  structuredFloating = make "structured-floating" { __structuredAttrs = true; __contentAddressed = true; };
  structuredOff = make "structured-off" { __structuredAttrs = false; };

  floatingFlat = make "floating-flat" { __contentAddressed = true; outputHashMode = "flat"; outputHashAlgo = "sha512"; };
  floatingBlake = make "floating-blake" { __contentAddressed = true; outputHashAlgo = "blake3"; };
  floatingSha1 = make "floating-sha1" { __contentAddressed = true; outputHashAlgo = "sha1"; };
  onFloating = make "on-floating" { inherit floating; bin = floatingMulti.bin; };
  onOnFloating = make "on-on-floating" { below = make "on-floating" { inherit floating; }; };
  floatingOnFloating = make "floating-on-floating" { __contentAddressed = true; inherit floating; };
  fixedOnFloating = make "fixed-on-floating" { inherit floating; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; };
  onFixedOnFloating = make "on-fixed-on-floating" { below = make "fixed-on-floating" { inherit floating; outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; }; };
  impureOnFloating = make "impure-on-floating" { __impure = true; inherit floating; };
  onImpure = make "on-impure" { __impure = true; log = impure.log; };
  onProducer = make "on-producer" { inherit producer; };
  dynamic = make "dynamic" { made = builtins.outputOf producer.outPath "out"; };
  dynamicTwice = make "dynamic-twice" { made = builtins.outputOf (builtins.outputOf producer.outPath "out") "dev"; inherit producer; };
}
// each "fixed" (name: attrs: make name attrs) [
  { outputHash = "d41d8cd98f00b204e9800998ecf8427e"; outputHashAlgo = "md5"; }
  { outputHash = "da39a3ee5e6b4b0d3255bfef95601890afd80709"; outputHashAlgo = "sha1"; }
  { outputHash = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"; outputHashAlgo = "sha256"; }
  { outputHash = "0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; outputHashAlgo = "sha256"; }
  { outputHash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashAlgo = "sha256"; }
  { outputHash = "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73"; }
  { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashAlgo = null; }
  { outputHash = "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="; outputHashAlgo = "sha512"; }
  { outputHash = "blake3-rxNJufX5oaagQE3qNtzJSZvLJcmtwRK3zJqTyuQfMmI="; }
  { outputHash = ""; outputHashAlgo = "sha256"; }
]
// each "recursive" (name: attrs: make name ({ outputHashMode = "recursive"; } // attrs)) [
  { outputHash = "d41d8cd98f00b204e9800998ecf8427e"; outputHashAlgo = "md5"; }
  { outputHash = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="; }
  { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "nar"; }
  { outputHash = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="; }
  { outputHash = "blake3-rxNJufX5oaagQE3qNtzJSZvLJcmtwRK3zJqTyuQfMmI="; }
  { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "text"; }
  { outputHash = "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="; outputHashMode = "git"; }
  { outputHash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; outputHashMode = "git"; }
]
// each "spelled" (name: attrs: make name attrs)
  (combine (address: map (outputHash: address // { inherit outputHash; }) (spellings address.outputHashAlgo)) addresses)
// each "unbuilt" (name: attrs: make name attrs)
  (combine (address: [ (address // { __contentAddressed = true; }) (address // { __impure = true; }) ]) addresses)
// each "unbuilt-multi" (name: attrs: make name ({ outputs = [ "dev" "out" ]; } // attrs))
  (combine (address: [ (address // { __contentAddressed = true; }) (address // { __impure = true; }) ]) addresses)
// each "user" (name: input: make name { inherit input; outputs = [ "out" "doc" ]; })
  (map (address: make "input" ({ __contentAddressed = true; } // address)) addresses)
// each "impure-user" (name: input: make name { inherit input; __impure = true; })
  (map (address: make "input" ({ __contentAddressed = true; } // address)) addresses)
// each "fixed-user" (name: address: make name { input = make "input" (address // { outputHash = digests.${address.outputHashAlgo}; }); })
  addresses
// each "outputs" (name: outputs: make name { inherit outputs; })
  [ [ "a" "b" "c" ] [ "a" "c" "b" ] [ "b" "a" "c" ] [ "b" "c" "a" ] [ "c" "a" "b" ] [ "c" "b" "a" ] [ "out" ] [ "lib" ] [ "B" "a" ] [ "_" "out" ] ]
// each "values" (name: value: make name { inherit value; args = [ value "last" ]; })
  [
    "" " " "a b" "\n" "\r\n" "\t\t" "\"" "\\" "\\n" "'" "$" "\${x}" "é" "漢字" "😀" "e\u0301" "%s" "/nix/store" "-" "#"
    0 1 (-1) 9223372036854775807 1.0 0.1 (-0.0) 1.0e30 1.0e-7 123456789.123 true false null
    [ ] [ [ ] ] [ [ ] [ ] ] [ "a" [ ] "b" ] [ [ "a" ] [ [ "b" ] ] ] [ 1 true null "x" ]
    leaf multi.dev source [ leaf source ] { outPath = leaf; } { __toString = self: "text ${leaf}"; }
    "${leaf}/bin ${multi.lib}" leaf.drvPath (builtins.unsafeDiscardStringContext leaf.outPath) (builtins.placeholder "out")
  ]
// each "structured-values" (name: value: make name { __structuredAttrs = true; inherit value; other.nested = [ value ]; })
  [
    "" "\n\t\"\\" "é😀" "\u007f" 0 (-1) 9223372036854775807 1.0 0.1 1.0e30 1.0e-7 100000.0 true false null [ ] [ [ ] ] { } { b = 1; a = 2; B = 3; }
    { "" = 1; "a b" = { }; } leaf [ leaf multi.dev ] source { outPath = leaf; } { __toString = self: "text"; }
  ]
// each "names" (name: given: make given { })
  [ "a" "a.b" "+" "_" "?" "=" "a-" "-a" "1" ".a" "..a" "a..b" "..." "A" "a+b-c_d.e?f=g" ]
