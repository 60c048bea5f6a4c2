# Builds that read what evaluation puts into the store: copied files, texts, and `.drv` files, which may come of builds, too.
let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; };
  d = name: attributes: derivation (base // { inherit name; } // attributes);
  script = name: attributes: text: d name (attributes // { args = [ "-euc" text ]; });
  floating = { __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256"; };
  text = { __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; };
  plain = builtins.toFile "plain" "a text\n";
  about = builtins.toFile "about" "see ${plain} and ${./file.txt}\n";
  kept = builtins.path { path = ./tree; name = "kept"; filter = path: kind: kind == "directory" || builtins.match ".*\\.c" path != null; };
  flat = builtins.path { path = ./run.sh; name = "flat"; recursive = false; };
  copied = builtins.path { path = about; name = "copied"; };
  library = script "library" { } "mkdir $out; echo code > $out/lib.c";
  drvOf = it: builtins.unsafeDiscardOutputDependency it.drvPath;
  copy = name: it: script name text "cat ${drvOf it} > $out";
  makes = copy "library.drv" library;
  makesFloating = copy "by-content.drv" byContent;
  byContent = script "by-content" (floating // { src = ./tree; }) "cp -r $src/sub $out";
  withSource = script "with-source" { src = ./file.txt; } "cat $src > $out; echo $src >> $out";
in
{
  file = script "file" { src = ./file.txt; } "cat $src > $out";
  folder = script "folder" { src = ./tree; } "cp -r $src $out";
  whole = script "whole" { src = ./.; } "cd $src; for it in *; do echo $it; done > $out; cat tree/sub/link >> $out";
  names = script "names" { src = ./tree; } "cd $src; for it in * */*; do echo $it; done > $out; [ -x tool ]; [ ! -x a.txt ]; [ -L sub/link ]; readlink sub/link >> $out";
  program = d "program" { builder = "/bin/sh"; args = [ ./run.sh "x" ]; };
  runs = script "runs" { } "${./tree}/tool > $out";
  script = d "script" { args = [ "-e" ./run.sh "y" ]; };
  toFile = script "to-file" { inherit plain; } "cat $plain > $out";
  references = script "references" { inherit about; } "cat $about > $out";
  throughText = script "through-text" { inherit about; } "read -r _ a _ b < $about; cat $a $b > $out";
  copyOfText = script "copy-of-text" { inherit copied; } "read -r _ a _ b < $copied; cat $copied $a $b > $out";
  linkToCopy = script "link-to-copy" { inherit copied; } "ln -s $copied $out";
  filtered = script "filtered" { src = kept; } "cp -r $src $out; cd $src; for it in * */*; do echo $it; done";
  flat = script "flat" { src = flat; } "cat $src > $out; [ -x $src ] || echo no program >> $out";
  link = script "link" { src = ./tree; } "ln -s $src/sub $out";
  inList = script "in-list" { srcs = [ ./file.txt ./tree plain ]; } "for it in $srcs; do echo $it; done > $out";
  twice = script "twice" { src = ./tree; again = "${./tree}"; } "[ $src = $again ]; echo same > $out";
  writable = script "writable" { src = ./tree; } "cp -r $src $out; chmod -R u+w $out; echo more >> $out/a.txt";
  folderAsFlat = script "folder-as-flat" (floating // { outputHashMode = "flat"; }) "mkdir $out";
  folderAsText = script "folder-as-text" (text // { outputs = [ "out" "lib" ]; }) "echo $lib > $out; mkdir $lib";
  missing = script "missing" { src = ./tree; } "cat $src/nosuch > $out";
  inherit byContent withSource;
  user = script "user" { input = withSource; } "cat $input > $out; echo $input >> $out";
  floatingUser = script "floating-user" { input = byContent; } "cat $input/b.c > $out; echo $input >> $out";
  sourceOfSource = script "source-of-source" floating "cp -r ${./tree} $out; chmod -R u+w $out; echo ${./file.txt} > $out/where";
  drvText = script "drv-text" { } "cat ${drvOf library} > $out";
  drvClosure = script "drv-closure" { } "cat ${drvOf withSource} > $out; read -r all < ${drvOf withSource} || echo \" $all\" >> $out";
  inherit makes;
  dynamic = script "dynamic" { input = builtins.outputOf makes.outPath "out"; } "cat $input/lib.c > $out; echo $input >> $out";
  dynamicFloating = script "dynamic-floating" { input = builtins.outputOf makesFloating.outPath "out"; } "cat $input/b.c > $out; echo $input >> $out";
}
