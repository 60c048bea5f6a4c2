//! Resolution: a derivation whose inputs are built becomes one whose inputs are store objects.
//!
//! What is built with other contents, but from the same inputs' contents, resolves to the same derivation: *early cutoff*.
//! Source: `Derivation::tryResolve` in `libstore/derivations.cc`.

use bstr::{BStr, ByteSlice as _};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::placeholder::upstream_placeholder;
use drvlab_store::{Derivation, DigestCache, DigestError, StorePath};

use crate::rewriting::Rewrites;

/// Tells whether the reference resolves a derivation before it builds it.
///
/// Floating and deferred outputs make that necessary; for fixed ones it avoids builds (with the experimental feature
/// `ca-derivations`, which is taken for granted).
#[must_use]
pub fn needs_resolution(derivation: &Derivation) -> bool {
    match derivation.kind() {
        Ok(DerivationKind::InputAddressed) => derivation.has_dynamic_inputs(),
        Ok(DerivationKind::Deferred) => true,
        Ok(DerivationKind::Fixed | DerivationKind::Floating | DerivationKind::Impure) => {
            !derivation.input_drvs.is_empty()
        }
        Err(_) => false,
    }
}

/// Resolves a derivation: returns the path of the new `.drv` file and the new derivation.
///
/// `realised` gives the path of an output that has been built.
///
/// # Errors
/// See [`DigestError`]; [`DigestError::MissingInput`] when an output that is needed has not been built, or is that of a
/// derivation which is itself an output.
pub fn resolve(
    derivation: &Derivation,
    digests: &mut DigestCache,
    mut realised: impl FnMut(&StorePath, &BStr) -> Option<StorePath>,
) -> Result<(StorePath, Derivation), DigestError> {
    let mut resolved = Derivation {
        input_drvs: Default::default(),
        ..derivation.clone()
    };
    let mut rewrites = Rewrites::default();
    for (input, needed) in &derivation.input_drvs {
        let missing = || DigestError::MissingInput {
            derivation: derivation.name.clone(),
            input: input.clone(),
        };
        if !needed.dynamic.is_empty() {
            return Err(missing());
        }
        for output in &needed.outputs {
            let path = realised(input, output.as_bstr()).ok_or_else(missing)?;
            rewrites.add(
                upstream_placeholder(input, output.as_bstr()),
                digests.store_dir().display(&path),
            );
            resolved.input_srcs.insert(path);
        }
    }
    resolved.builder = rewrites.apply(&resolved.builder).into();
    for argument in &mut resolved.args {
        *argument = rewrites.apply(argument).into();
    }
    resolved.env = std::mem::take(&mut resolved.env)
        .into_iter()
        .map(|(name, value)| (rewrites.apply(&name).into(), rewrites.apply(&value).into()))
        .collect();
    let path = digests.instantiate(&mut resolved)?;
    Ok((path, resolved))
}
