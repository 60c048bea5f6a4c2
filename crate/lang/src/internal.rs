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
