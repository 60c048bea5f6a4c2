//! The part of the global scope that is written in the language itself.

use crate::error::Result;
use crate::machine::Machine;
use crate::source::{Origin, Pos};
use crate::value::{Addr, Value};
use drvlab_store::Hash;

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

/// How paths in the reference's own file tree are shown, to which nothing else leads: with a bracket behind them.
const OWN_TREE: &[u8] = b"<nix";

/// The hash of the reference's file as an archive. The text below says the same in other words, so that a copy in the store has the
/// reference's store path only with its hash.
const FETCHURL_HASH: &[u8] = b"sha256:0jc4w9sfr47zmdcvv6f6gy6678m0pzahhxk913a8ygkx4qw98rf2";

/// Returns what a path becomes as a string that is not copied to the store.
pub(crate) fn path_text(path: &[u8]) -> &[u8] {
    match path.strip_prefix(OWN_TREE) {
        Some([text @ .., b'>']) => text,
        _ => path,
    }
}

/// Returns the path of a file in the reference's own tree, given its path there.
pub(crate) fn own_path(text: &[u8]) -> Vec<u8> {
    [OWN_TREE, text, b">"].concat()
}

/// Tells whether a path is in the reference's own file tree.
pub(crate) fn is_own(path: &[u8]) -> bool {
    path.starts_with(OWN_TREE)
}

/// Returns the name and the archive's hash of a file that is part of the evaluator, if the path is one.
pub(crate) fn object(path: &[u8]) -> Option<(&'static [u8], Hash)> {
    let hash = Hash::parse_any(FETCHURL_HASH, None).expect("a hash with its algorithm");
    (path == FETCHURL_PATH).then_some((b"fetchurl.nix".as_slice(), hash))
}

/// `<nix/fetchurl.nix>`: a derivation that the reference's own downloader builds.
///
/// It starts with an empty line so that reports name the lines of the reference's file.
const FETCHURL: &[u8] = b"
{
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

/// What stands for the path of the function that makes the set of an imported derivation. No path is written like this, and reports
/// know none, as in the reference.
pub(crate) const IMPORTED_DERIVATION_PATH: &[u8] = b"<derivation>";

/// Returns the text of a file that is part of the evaluator, if the path is one.
pub(crate) fn text(path: &[u8]) -> Option<&'static [u8]> {
    match path {
        FETCHURL_PATH => Some(FETCHURL),
        IMPORTED_DERIVATION_PATH => Some(include_bytes!("imported-derivation.nix")),
        _ => None,
    }
}

/// What reports call the function behind `getFlake`.
pub(crate) const CALL_FLAKE_PATH: &str = "/call-flake.nix";

/// From a tree and the directory of a flake in it to what the flake is for others: its inputs by its lock file, or read anew, and its
/// outputs. The few lines that reports show are where they are in the reference's file.
const CALL_FLAKE: &[u8] = include_bytes!("call-flake.nix");

/// Makes the function behind `getFlake`.
pub(crate) fn call_flake_function(machine: &mut Machine) -> Result<Value> {
    let origin = Origin::Internal(CALL_FLAKE_PATH);
    let root = machine.parse_text(origin, CALL_FLAKE.into(), b"/", None)?;
    let frame = machine.heap.frame(Addr(0), root.frame_slots);
    Ok(machine.heap.delay(root.expr, frame))
}

/// Makes the function `derivation`: an evaluated thunk, as the reference shows it where a function that is a member would not be.
pub(crate) fn derivation_function(machine: &mut Machine) -> Value {
    let origin = Origin::Internal("/derivation-internal.nix");
    match machine.parse_text(origin, DERIVATION.into(), b"/", None) {
        Ok(root) => {
            let frame = machine.heap.frame(Addr(0), root.frame_slots);
            let function = machine.heap.delay(root.expr, frame);
            let evaluated = machine.force(function);
            debug_assert!(evaluated.is_ok(), "a function is a value");
            function
        }
        Err(error) => {
            debug_assert!(false, "{}", error.diagnostic.message);
            let _: Pos = error.diagnostic.span.start;
            Value::NULL
        }
    }
}
