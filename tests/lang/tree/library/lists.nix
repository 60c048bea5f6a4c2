{ lib }:
let
  inherit (builtins) length elemAt genList head tail filter concatLists elem foldl' isList;
in
rec {
  min = x: y: if x < y then x else y;
  max = x: y: if x > y then x else y;
  foldr = op: nul: list:
    let
      len = length list;
      fold' = n: if n == len then nul else op (elemAt list n) (fold' (n + 1));
    in
    fold' 0;
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  flatten = x: if isList x then builtins.concatMap flatten x else [ x ];
  optional = cond: elem: if cond then [ elem ] else [ ];
  optionals = cond: elems: if cond then elems else [ ];
  range = first: last: if first > last then [ ] else genList (n: first + n) (last - first + 1);
  unique = foldl' (acc: e: if elem e acc then acc else acc ++ [ e ]) [ ];
  last = list: assert lib.assertMsg (list != [ ]) "lists.last: list must not be empty!"; elemAt list (length list - 1);
  init = list: genList (elemAt list) (length list - 1);
  reverseList = xs: let l = length xs; in genList (n: elemAt xs (l - n - 1)) l;
  findFirst = pred: default: list: let r = filter pred list; in if r == [ ] then default else head r;
  zipListsWith = f: fst: snd: genList (n: f (elemAt fst n) (elemAt snd n)) (min (length fst) (length snd));
  zipLists = zipListsWith (fst: snd: { inherit fst snd; });
  sortOn = f: list:
    let pairs = map (x: [ (f x) x ]) list; in
    map (x: elemAt x 1) (builtins.sort (a: b: head a < head b) pairs);
  groupBy' = op: nul: pred: lst: builtins.mapAttrs (name: foldl' op nul) (builtins.groupBy pred lst);
  crossLists = f: foldl' (fs: args: builtins.concatMap (f: map f args) fs) [ f ];
  take = count: genList' (n: n < count);
  genList' = p: list: concatLists (imap0 (n: x: optional (p n) x) list);
  listDfs = stopOnCycles: before: list:
    let
      dfs' = us: visited: rest:
        let
          c = filter (x: before x us) visited;
          b = builtins.partition (x: before x us) rest;
        in
        if stopOnCycles && (length c > 0) then { cycle = us; loops = c; inherit visited rest; }
        else if length b.right == 0 then { minimal = us; inherit visited rest; }
        else dfs' (head b.right) ([ us ] ++ visited) (tail b.right ++ b.wrong);
    in
    dfs' (head list) [ ] (tail list);
  toposort = before: list:
    let
      dfsthis = listDfs true before list;
      toporest = toposort before (dfsthis.visited ++ dfsthis.rest);
    in
    if length list < 2 then { result = list; }
    else if dfsthis ? cycle then { cycle = reverseList ([ dfsthis.cycle ] ++ dfsthis.visited); inherit (dfsthis) loops; }
    else if toporest ? cycle then toporest
    else { result = [ dfsthis.minimal ] ++ toporest.result; };
}
