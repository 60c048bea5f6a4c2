# Strings that stand for one thing in the store, as they are given to builds.
let
  all = import ./default.nix;
  base = { system = "x86_64-linux"; builder = "/bin/sh"; PATH = "/bin:/usr/bin"; };
  text = name: script: derivation (base // {
    inherit name; args = [ "-euc" script ];
    __contentAddressed = true; outputHashMode = "text"; outputHashAlgo = "sha256";
  });
  failing = derivation (base // { name = "failing"; args = [ "-euc" "exit 4" ]; });
  ofText = of: builtins.outputOf of.outPath "out";
  makesFailing = text "failing.drv" "cat ${builtins.unsafeDiscardOutputDependency failing.drvPath} > $out";
  makesMakes = text "library.drv.drv" "cat ${builtins.unsafeDiscardOutputDependency all.makes.drvPath} > $out";
in
{
  output = all.file.outPath;
  ofOutput = ofText all.makes;
  ofOpaque = builtins.outputOf (builtins.unsafeDiscardOutputDependency all.file.drvPath) "out";
  source = "${./file.txt}";
  text = builtins.toFile "plain" "a text\n";
  deep = builtins.outputOf (ofText makesMakes) "out";
  noOutput = builtins.outputOf all.makes.outPath "bin";
  noText = ofText (text "no-text.drv" "exit 3");
  noDerivation = ofText (text "nonsense.drv" "echo nonsense > $out");
  failing = ofText makesFailing;
  below = "${ofText all.makes}/lib.c";
  derivation = all.file.drvPath;
  nothing = "text";
  two = "${all.file}${all.folder}";
}
