//! Resolution: a derivation with its inputs replaced by the store objects that they turned out to be.
//!
//! Rule 18; source: `Derivation::tryResolve` in `libstore/derivations.cc`.

use bstr::{BString, ByteSlice as _};
use drvlab_store::placeholder::upstream_placeholder;
use drvlab_store::{Derivation, DigestCache, StoreDir, StorePath};

/// Tells whether a derivation must be resolved before it can be built.
///
/// That is so unless all its output paths and thereby its inputs' are known; a fixed output does not care.
#[must_use]
pub fn needs_resolution(derivation: &Derivation) -> bool {
    !derivation.input_drvs.is_empty() && derivation.outputs.values().any(|it| it.path().is_none())
}

/// Replaces inputs by store objects, which `output_of` knows, and returns the derivation with its path.
///
/// Outputs that were deferred get their paths. Returns nothing if an input's store object is not known.
#[must_use]
pub fn resolve(
    derivation: &Derivation,
    store_dir: &StoreDir,
    output_of: impl Fn(&StorePath, &BString) -> Option<StorePath>,
) -> Option<(StorePath, Derivation)> {
    let mut resolved = derivation.clone();
    let mut rewrites: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for (input, wanted) in std::mem::take(&mut resolved.input_drvs) {
        for output in &wanted.outputs {
            let path = output_of(&input, output)?;
            let placeholder = upstream_placeholder(&input, output.as_bstr());
            rewrites.push((placeholder.into(), store_dir.display(&path).into()));
            resolved.input_srcs.insert(path);
        }
    }
    let rewrite = |text: &mut BString| {
        for (from, to) in &rewrites {
            if text.contains_str(from) {
                *text = text.replace(from, to).into();
            }
        }
    };
    rewrite(&mut resolved.builder);
    resolved.args.iter_mut().for_each(rewrite);
    resolved.env.values_mut().for_each(rewrite);
    let mut digests = DigestCache::new(store_dir.clone());
    let path = digests.instantiate(&mut resolved).ok()?;
    Some((path, resolved))
}
