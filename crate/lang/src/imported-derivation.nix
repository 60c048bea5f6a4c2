
attrs@{
  drvPath,
  name,
  outputs,
  ...
}:
let

  # Reports show lines of this text: they have the numbers that they have in the reference.
  commonAttrs = builtins.listToAttrs outputsList // {
    all = map (output: output.value) outputsList;
    inherit drvPath name;
    type = "derivation";
  };

  outputToAttrListElement = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName attrs;
      inherit outputName;
    };
  };

  outputsList = map outputToAttrListElement outputs;

in
(builtins.head outputsList).value
