//! The part of the global scope that is written in the language itself.

use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::value::{Addr, Value};

/// `derivation`: a lazy set around `derivationStrict`, with one member for each output.
const DERIVATION: &[u8] = b"/*
  The function `derivation`.

  It adds to its argument, lazily, what `derivationStrict` computes: the path of the
  derivation, and for each output a set that stands for it.

  Reports of errors show places in this text. So that they are the same as those of the
  reference, its lines have the numbers and the names that the reference's reports show.




















*/
drvAttrs@{
  outputs ? [ \"out\" ],
  ...
}:

let

  strict = derivationStrict drvAttrs;

  commonAttrs =
    drvAttrs
    // (builtins.listToAttrs outputsList)
    // {
      all = map (x: x.value) outputsList;
      inherit drvAttrs;
    };

  outputToAttrListElement = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName strict;
      drvPath = strict.drvPath;
      type = \"derivation\";
      inherit outputName;
    };
  };

  outputsList = map outputToAttrListElement outputs;

in
(builtins.head outputsList).value
";

/// The path of the one file that is always found in the search path; no real path starts like this.
pub(crate) const FETCHURL_PATH: &[u8] = b"<nix/fetchurl.nix>";

/// `<nix/fetchurl.nix>`: a derivation that the reference's own downloader builds.
pub(crate) const FETCHURL: &[u8] = b"{
  system ? \"\",
  url,
  hash ? \"\",
  md5 ? \"\",
  sha1 ? \"\",
  sha256 ? \"\",
  sha512 ? \"\",
  outputHash ?
    if hash != \"\" then hash
    else if sha512 != \"\" then sha512
    else if sha1 != \"\" then sha1
    else if md5 != \"\" then md5
    else sha256,
  outputHashAlgo ?
    if hash != \"\" then \"\"
    else if sha512 != \"\" then \"sha512\"
    else if sha1 != \"\" then \"sha1\"
    else if md5 != \"\" then \"md5\"
    else \"sha256\",
  executable ? false,
  unpack ? false,
  name ? baseNameOf (toString url),
  impure ? false,
}:
derivation ({
  inherit name url executable unpack;
  builder = \"builtin:fetchurl\";
  system = \"builtin\";
  outputHashMode = if unpack || executable then \"recursive\" else \"flat\";
  preferLocalBuild = true;
  impureEnvVars = [ \"http_proxy\" \"https_proxy\" \"ftp_proxy\" \"all_proxy\" \"no_proxy\" ];
  urls = [ url ];
} // (if impure then { __impure = true; } else { inherit outputHash outputHashAlgo; }))
";

/// Makes the function `derivation`, evaluated when it is first used.
pub(crate) fn derivation_function(machine: &mut Machine) -> Value {
    let origin = Origin::Internal("/derivation-internal.nix");
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
