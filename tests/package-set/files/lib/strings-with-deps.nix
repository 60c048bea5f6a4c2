# Texts that must stand behind others.
{ lib }:
let
  inherit (lib) concatStringsSep head isAttrs listToAttrs tail attrByPath;
in
rec {
  textClosureList =
    predefined: args:
    let
      go =
        done: todo:
        if todo == [ ] then
          {
            result = [ ];
            inherit done;
          }
        else
          let
            entry = head todo;
          in
          if isAttrs entry then
            let
              before = go done entry.deps;
              after = go before.done (tail todo);
            in
            {
              result = before.result ++ [ entry.text ] ++ after.result;
              inherit (after) done;
            }
          else if done ? ${entry} then
            go done (tail todo)
          else
            go (done // listToAttrs [
              {
                name = entry;
                value = 1;
              }
            ]) ([ predefined.${entry} ] ++ tail todo);
    in
    (go { } args).result;
  textClosureMap =
    f: predefined: names:
    concatStringsSep "\n" (map f (textClosureList predefined names));
  noDepEntry = text: {
    inherit text;
    deps = [ ];
  };
  fullDepEntry = text: deps: { inherit text deps; };
  packEntry = deps: {
    inherit deps;
    text = "";
  };
  stringAfter = deps: text: { inherit text deps; };
}
