{ lib }:
{
  # A derivation whose attributes are known before it is evaluated.
  lazyDerivation =
    {
      derivation,
      meta ? null,
      passthru ? { },
      outputs ? [ "out" ],
    }:
    let
      checked =
        lib.throwIfNot (derivation.type or null == "derivation") "lazyDerivation: not a derivation"
          lib.throwIfNot
          (derivation.outputs == outputs)
          "lazyDerivation: the outputs are ${builtins.toJSON derivation.outputs}"
          derivation;
    in
    {
      type = "derivation";
      inherit (checked) name system drvPath outPath outputName;
      inherit outputs;
    }
    // lib.genAttrs outputs (output: checked.${output})
    // lib.optionalAttrs (meta != null) { inherit meta; }
    // passthru;

  optionalDrvAttr = condition: value: if condition then value else null;
}
