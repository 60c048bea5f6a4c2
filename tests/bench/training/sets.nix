# Sets that are made, joined, searched and changed.
let
  inherit (builtins) attrNames attrValues catAttrs foldl' functionArgs genList groupBy hasAttr intersectAttrs isAttrs listToAttrs mapAttrs removeAttrs zipAttrsWith;
  numbered = listToAttrs (genList (n: { name = "name${toString n}"; value = { index = n; tags.even = n / 2 * 2 == n; }; }) 3000);
  recurse = left: right: left // mapAttrs (name: value: if isAttrs value && isAttrs (left.${name} or null) then recurse left.${name} value else value) right;
  settings = n: { services.web = { enable = true; port = 8000 + n; }; users."user${toString n}".uid = n; };
  callWith = scope: f: f (intersectAttrs (functionArgs f) scope);
  scope = { a = 1; b = 2; lib = { inherit (builtins) length; }; };
  inherited = n: with scope; let inherit (lib) length; c = a + n; in { inherit a b c; size = length [ a b c ]; };
in
{
  sum = foldl' (sum: set: sum + set.index) 0 (attrValues numbered);
  even = foldl' (count: name: if numbered.${name}.tags.even or false then count + 1 else count) 0 (attrNames numbered);
  merged = foldl' recurse { } (genList settings 100);
  called = foldl' (sum: n: sum + callWith (scope // { c = n; }) ({ a, c, b ? 0, ... }@all: a + c + (all.b or b))) 0 (genList (n: n) 5000);
  grown = builtins.length (attrNames (foldl' (set: n: set // { "grown${toString n}" = n; name5 = n; }) numbered (genList (n: n) 2000)));
  copied = (foldl' (last: n: numbered // { last = n + last.last; }) { last = 0; } (genList (n: n) 300)).last;
  grouped = mapAttrs (_: builtins.length) (groupBy (n: "${toString (n / 500)}") (genList (n: n) 3000));
  zipped = (zipAttrsWith (_: values: values) (genList (n: { x = n; "y${toString n}" = 1; }) 200)).x == genList (n: n) 200;
  removed = attrNames (removeAttrs (numbered // { extra = hasAttr "name1" numbered; }) (genList (n: "name${toString n}") 2990));
  scoped = foldl' (sum: n: sum + (inherited n).c) 0 (genList (n: n) 5000);
  caught = catAttrs "index" (attrValues numbered) == map (set: set.index) (attrValues numbered);
}
