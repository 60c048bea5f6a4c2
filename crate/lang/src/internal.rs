//! The part of the global scope that is written in the language itself.

use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::value::{Addr, Value};

/// `derivation`: a lazy set around `derivationStrict`, with one member for each output.
const DERIVATION: &[u8] = b"attributes@{ outputs ? [ \"out\" ], ... }:
let
  computed = derivationStrict attributes;
  shared = attributes // builtins.listToAttrs members // {
    all = map (member: member.value) members;
    drvAttrs = attributes;
  };
  members = map (output: {
    name = output;
    value = shared // {
      outPath = builtins.getAttr output computed;
      drvPath = computed.drvPath;
      type = \"derivation\";
      outputName = output;
    };
  }) outputs;
in
(builtins.head members).value
";

/// Makes the function `derivation`, evaluated when it is first used.
pub(crate) fn derivation_function(machine: &mut Machine) -> Value {
    let origin = Origin::Internal("/builtin/derivation.nix");
    match machine.parse_text(origin, DERIVATION.into(), b"/", None) {
        Ok(root) => {
            let frame = machine.heap.frame(Addr(0), root.frame_slots);
            machine.heap.delay(root.expr, frame)
        }
        Err(error) => {
            debug_assert!(false, "{}", error.diagnostic.message);
            let _: Pos = error.diagnostic.span.start;
            Value::NULL
        }
    }
}
