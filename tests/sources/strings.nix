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
  # Texts of derivations of which something is wrong; they are wanted for themselves.
  other = derivation (base // { name = "other"; args = [ "-euc" "echo > $out" ]; });
  floating = derivation (base // {
    name = "floating"; args = [ "-euc" "echo > $out" ];
    __contentAddressed = true; outputHashMode = "recursive"; outputHashAlgo = "sha256";
  });
  path = "/nix/store/0f2zdj828ax9ss2xyy93xl0ai61dhqpf-wrong";
  written = { path ? "", inputs ? "", env ? ''("out","")'', outputs ? ''("out","${path}","","")'' }:
    (text "wrong.drv" ''echo -n 'Derive([${outputs}],[${inputs}],[],"x86_64-linux","/bin/sh",[],[${env}])' > $out'').outPath;
  needs = output: ''("${builtins.unsafeDiscardOutputDependency floating.drvPath}",["${output}"])'';
in
{
  wrongName = (text "wrong.drv" "cat ${builtins.unsafeDiscardOutputDependency other.drvPath} > $out").outPath;
  wrongVariable = written { env = ''("out","nowhere")''; };
  noVariable = written { env = ""; };
  wrongPath = written { inherit path; };
  noInput = written { inputs = ''("/nix/store/0f2zdj828ax9ss2xyy93xl0ai61dhqpf-gone.drv",["out"])''; };
  knownTooEarly = written { inherit path; inputs = needs "out"; };
  deferred = written { inputs = needs "out"; };
  deferredVariable = written { inputs = needs "out"; env = ''("out","nowhere")''; };
  wrongInput = written { inputs = needs "dev"; };
  noOutputs = written { outputs = ""; };
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
