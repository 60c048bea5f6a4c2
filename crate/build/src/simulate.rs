//! Simulated builds: sizes, times and references that are made up, by rules that influence no derivation.
//!
//! Nothing here says what a build would really give. A [`SideTable`] states what is known better.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::hash::sha256;
use drvlab_store::{ByteSink as _, Derivation, Hash, ReferenceScanner, StorePath};

use crate::store_object::StoreObject;

/// Environment variables whose contents are used while building and leave no trace in the outputs.
///
/// Nixpkgs draws the same line with `nativeBuildInputs` and `buildInputs`.
const BUILD_TIME_VARIABLES: [&str; 12] = [
    "PATH",
    "builder",
    "depsBuildBuild",
    "depsBuildTarget",
    "nativeBuildInputs",
    "nativeCheckInputs",
    "patches",
    "propagatedNativeBuildInputs",
    "src",
    "srcs",
    "stdenv",
    "system",
];

/// Smallest made-up size of an output in bytes.
const MIN_NAR_SIZE: u64 = 16 << 10;

/// How often the smallest made-up size can double.
const NAR_SIZE_DOUBLINGS: u64 = 11;

/// Bytes of outputs that a made-up build makes in a second.
const BYTES_PER_SECOND: u64 = 256 << 10;

/// What is said about the builds of derivations of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideEntry {
    /// Size of the NAR of each output in bytes.
    pub nar_size: Option<u64>,
    /// Duration of the build in seconds.
    pub seconds: Option<u64>,
    /// Names of inputs that outputs refer to, instead of the rule.
    pub references: Option<BTreeSet<String>>,
}

/// What is known about builds that do not run, by the derivation's name; it is no part of any derivation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideTable(pub BTreeMap<String, SideEntry>);

impl SideTable {
    /// Returns the duration of a build in seconds: by default one for each 256 KiB of its outputs, and one more.
    #[must_use]
    pub fn seconds(&self, derivation: &Derivation) -> u64 {
        let entry = self.0.get(&derivation.name);
        entry.and_then(|entry| entry.seconds).unwrap_or_else(|| {
            let size: u64 = derivation
                .outputs
                .keys()
                .map(|output| {
                    let name = drvlab_store::store_path::output_path_name(
                        &derivation.name,
                        output.as_bstr(),
                    );
                    self.nar_size(&derivation.name, &name)
                })
                .sum();
            1 + size / BYTES_PER_SECOND
        })
    }

    /// Returns the size of an output's NAR in bytes, by default between 16 KiB and 32 MiB.
    ///
    /// Small sizes are as frequent as large ones, by a hash of the path's name, so that the same package has the same size
    /// after each edit.
    #[must_use]
    pub fn nar_size(&self, derivation_name: &str, path_name: &BString) -> u64 {
        let entry = self.0.get(derivation_name);
        entry
            .and_then(|entry| entry.nar_size)
            .unwrap_or_else(|| simulated_size(path_name))
    }

    /// Makes up the object of an output.
    ///
    /// `inputs` are the outputs of input derivations. By default those whose hash parts occur in the environment, except
    /// in variables for build time, are referred to; give no sources, for what is built does not refer to them. A fixed
    /// output refers to nothing. The NAR hash is that of the path's text.
    #[must_use]
    pub fn object(
        &self,
        derivation: &Derivation,
        path: &StorePath,
        inputs: impl IntoIterator<Item = StorePath>,
    ) -> StoreObject {
        let content_address = derivation.outputs.values().find_map(|output| match output {
            drvlab_store::DerivationOutput::Fixed {
                address,
                path: fixed,
            } if fixed == path => Some(*address),
            _ => None,
        });
        let references = match content_address {
            Some(_) => BTreeSet::new(),
            None => self.references(derivation, inputs),
        };
        StoreObject {
            tree: None,
            nar_hash: Hash::from_sha256(sha256(path.to_string().as_bytes())),
            nar_size: self.nar_size(&derivation.name, &path.name().into()),
            references,
            content_address,
        }
    }

    fn references(
        &self,
        derivation: &Derivation,
        inputs: impl IntoIterator<Item = StorePath>,
    ) -> BTreeSet<StorePath> {
        let entry = self.0.get(&derivation.name);
        if let Some(named) = entry.and_then(|entry| entry.references.as_ref()) {
            return inputs
                .into_iter()
                .filter(|path| named.contains(path.name()))
                .collect();
        }
        let mut scanner = ReferenceScanner::new(inputs);
        for (name, value) in &derivation.env {
            if !is_build_time_variable(name.as_bstr()) {
                scanner.put(value);
                scanner.put(b"\n");
            }
        }
        scanner.finish()
    }
}

/// Returns a size that depends on the name alone.
fn simulated_size(name: &[u8]) -> u64 {
    let [a, b, c, ..] = sha256(name);
    let doublings = u64::from(a) % NAR_SIZE_DOUBLINGS;
    let base = MIN_NAR_SIZE << doublings;
    // Archives are multiples of 8 bytes.
    (base + base * (u64::from(b) << 8 | u64::from(c)) / 65536) & !7
}

/// Tells which variables count as used at build time only.
#[must_use]
pub fn is_build_time_variable(name: &BStr) -> bool {
    BUILD_TIME_VARIABLES.iter().any(|it| name == it)
}
