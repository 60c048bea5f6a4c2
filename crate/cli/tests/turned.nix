# Derivations that have others as texts and as outputs of outputs, with outputs by input or by content.
{ floating }:
let
  base = { system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; };
  byContent = { __contentAddressed = true; outputHashAlgo = "sha256"; outputHashMode = "recursive"; };
  script = name: attributes: text: derivation (base // { inherit name; args = [ "-euc" text ]; } // (if floating then byContent else { }) // attributes);
  copy = name: it: script name { __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256"; } "cat ${drvOf it} > $out";
  drvOf = it: builtins.unsafeDiscardOutputDependency it.drvPath;
  outputOf = it: name: builtins.outputOf it.outPath name;
  library = script "library" { outputs = [ "out" "dev" ]; } "mkdir $out $dev; echo code > $out/lib.c";
  makes = copy "library.drv" library;
  makesMaker = copy "library.drv.drv" makes;
in
{
  user = script "user" { input = outputOf makes "out"; dev = outputOf makes "dev"; } "cat $input/lib.c > $out; echo $input $dev >> $out";
  text = script "text" { } "cat ${drvOf library} > $out";
  deep = script "deep" { all = library.drvPath; } "cat $all > $out";
  twice = script "twice" { input = builtins.outputOf (outputOf makesMaker "out") "out"; } "cat $input/lib.c > $out";
}
