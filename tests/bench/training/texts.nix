# Building, splitting and comparing texts.
let
  inherit (builtins) concatMap concatStringsSep elemAt filter foldl' genList hashString head isString length match replaceStrings split stringLength substring;
  words = genList (n: "word-${toString n}") 2000;
  capital = word: replaceStrings [ "w" "-" ] [ "W" "_" ] (substring 0 6 word) + substring 6 (-1) word;
  option = name: value: "--${name}=${toString value}" + (if value > 100 then " # large" else "");
  fields = line: filter isString (split ":" line);
  versions = genList (n: "${toString (n / 100)}.${toString (n - n / 100 * 100)}.1") 1000;
in
[
  (stringLength (concatStringsSep " " (map capital words)))
  (foldl' (all: n: all + stringLength (option "flag" n)) 0 (genList (n: n) 10000))
  (length (concatMap fields (genList (n: "user:x:${toString n}:/home/user") 1000)))
  (length (filter (version: match "([0-9]+)\\.([0-9]*)\\.1" version != null) versions))
  (foldl' (newest: version: if builtins.compareVersions version newest > 0 then version else newest) "" versions)
  (elemAt (match "(.*)-([0-9]+)" (head words)) 0)
  (foldl' (hash: word: hashString "sha256" (hash + word)) "" words)
]
