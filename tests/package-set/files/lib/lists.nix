{ lib }:
let
  inherit (lib.strings) toInt;
  inherit (lib.trivial) compare min id warn;
  inherit (builtins) head tail length elemAt isList genList concatLists;
in
rec {
  inherit (builtins) map elem filter any all concatMap partition groupBy foldl';

  singleton = x: [ x ];
  forEach = list: f: map f list;

  foldr =
    op: nul: list:
    let
      count = length list;
      go = at: if at == count then nul else op (elemAt list at) (go (at + 1));
    in
    go 0;
  fold = foldr;
  foldl =
    op: nul: list:
    let
      go = at: if at == -1 then nul else op (go (at - 1)) (elemAt list at);
    in
    go (length list - 1);

  imap0 = f: list: genList (at: f at (elemAt list at)) (length list);
  imap1 = f: list: genList (at: f (at + 1) (elemAt list at)) (length list);
  ifilter0 =
    keep: list:
    map (at: elemAt list at) (builtins.filter (at: keep at (elemAt list at)) (genList id (length list)));

  flatten = x: if isList x then builtins.concatMap flatten x else [ x ];
  remove = x: builtins.filter (y: y != x);

  findSingle =
    wanted: default: multiple: list:
    let
      found = builtins.filter wanted list;
    in
    if found == [ ] then
      default
    else if length found != 1 then
      multiple
    else
      head found;

  findFirstIndex =
    wanted: default: list:
    let
      found = builtins.foldl' (
        index: value: if index < 0 then (if wanted value then -index - 1 else index - 1) else index
      ) (-1) list;
    in
    if found < 0 then default else found;
  findFirst =
    wanted: default: list:
    let
      index = findFirstIndex wanted null list;
    in
    if index == null then default else elemAt list index;

  count = wanted: builtins.foldl' (n: x: if wanted x then n + 1 else n) 0;
  optional = condition: x: if condition then [ x ] else [ ];
  optionals = condition: list: if condition then list else [ ];
  toList = x: if isList x then x else [ x ];
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  replicate = n: x: genList (_: x) n;

  zipListsWith =
    f: left: right:
    genList (n: f (elemAt left n) (elemAt right n)) (min (length left) (length right));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });

  reverseList =
    list:
    let
      count = length list;
    in
    genList (n: elemAt list (count - n - 1)) count;

  listDfs =
    stopOnCycles: before: list:
    let
      go =
        us: visited: rest:
        let
          here = builtins.partition (x: before x us) visited;
          ahead = builtins.partition (x: before x us) rest;
        in
        if stopOnCycles && (length here.right > 0) then
          {
            cycle = us;
            loops = here.right;
            inherit visited rest;
          }
        else if length ahead.right == 0 then
          {
            minimal = us;
            inherit visited rest;
          }
        else
          go (head ahead.right) ([ us ] ++ visited) (tail ahead.right ++ ahead.wrong);
    in
    go (head list) [ ] (tail list);

  toposort =
    before: list:
    let
      first = listDfs true before list;
      sorted = toposort before (first.visited ++ first.rest);
    in
    if length list < 2 then
      { result = list; }
    else if first ? cycle then
      {
        cycle = reverseList ([ first.cycle ] ++ first.visited);
        inherit (first) loops;
      }
    else if sorted ? cycle then
      sorted
    else
      { result = [ first.minimal ] ++ sorted.result; };

  sort = builtins.sort;
  sortOn =
    f: list:
    map (pair: elemAt pair 1) (
      builtins.sort (a: b: head a < head b) (
        map (x: [
          (f x)
          x
        ]) list
      )
    );

  compareLists =
    cmp: a: b:
    if a == [ ] then
      if b == [ ] then 0 else -1
    else if b == [ ] then
      1
    else
      let
        first = cmp (head a) (head b);
      in
      if first == 0 then compareLists cmp (tail a) (tail b) else first;

  naturalSort =
    list:
    let
      key = s: map (part: if isList part then toInt (head part) else part) (builtins.split "(0|[1-9][0-9]*)" s);
      pairs = map (x: [ (key x) x ]) list;
      less = a: b: compareLists compare (head a) (head b) < 0;
    in
    map (pair: elemAt pair 1) (builtins.sort less pairs);

  sublist =
    start: count: list:
    let
      whole = length list;
    in
    genList (n: elemAt list (n + start)) (
      if start >= whole then
        0
      else if start + count > whole then
        whole - start
      else
        count
    );
  take = count: sublist 0 count;
  drop = count: list: sublist count (length list) list;
  dropEnd = count: list: take (lib.max 0 (length list - count)) list;
  hasPrefixList = prefix: list: take (length prefix) list == prefix;
  commonPrefix =
    a: b:
    let
      shorter = min (length a) (length b);
      same = findFirstIndex (n: elemAt a n != elemAt b n) shorter (range 0 (shorter - 1));
    in
    take same a;

  last = list: assert lib.assertMsg (list != [ ]) "lists.last: the list must not be empty"; elemAt list (length list - 1);
  init = list: assert lib.assertMsg (list != [ ]) "lists.init: the list must not be empty"; genList (elemAt list) (length list - 1);

  crossLists = f: builtins.foldl' (fs: args: builtins.concatMap (f: map f args) fs) [ f ];

  unique = builtins.foldl' (seen: x: if builtins.elem x seen then seen else seen ++ [ x ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.groupBy id list);
  allUnique = list: length (unique list) == length list;
  intersectLists = e: builtins.filter (x: builtins.elem x e);
  subtractLists = e: builtins.filter (x: !(builtins.elem x e));
  mutuallyExclusive = a: b: length a == 0 || !(builtins.any (x: builtins.elem x a) b);

  groupBy' =
    op: nul: key: list:
    builtins.mapAttrs (_: builtins.foldl' op nul) (builtins.groupBy key list);
}
