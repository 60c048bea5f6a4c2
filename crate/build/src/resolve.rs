//! Resolution: a derivation whose inputs are built becomes one whose inputs are store objects.
//!
//! What is built with other contents, but from the same inputs' contents, resolves to the same derivation: *early cutoff*.
//! Source: `Derivation::tryResolve` in `libstore/derivations.cc`.

use bstr::{BStr, ByteSlice as _};
use drvlab_store::derivation::DerivationKind;
use drvlab_store::placeholder::{
    computed_digest, computed_placeholder, upstream_digest, upstream_placeholder,
};
use drvlab_store::{Derivation, DerivationInputs, DigestCache, DigestError, StorePath};

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
/// `realised` gives the path of an output that has been built: of the first name, an output of the derivation, of the second name, an
/// output of the derivation that this is, and so on.
///
/// # Errors
/// See [`DigestError`]; [`DigestError::MissingInput`] when an output that is needed has not been built.
pub fn resolve(
    derivation: &Derivation,
    digests: &mut DigestCache,
    mut realised: impl FnMut(&StorePath, &[&BStr]) -> Option<StorePath>,
) -> Result<(StorePath, Derivation), DigestError> {
    let mut resolved = Derivation {
        input_drvs: Default::default(),
        ..derivation.clone()
    };
    let mut rewrites = Rewrites::default();
    for (input, needed) in &derivation.input_drvs {
        let mut names = Vec::new();
        let complete = each_output(needed, &mut names, &mut |names| {
            let path = realised(input, names)?;
            rewrites.add(
                chained_placeholder(input, names)?,
                digests.store_dir().display(&path),
            );
            resolved.input_srcs.insert(path);
            Some(())
        });
        if complete.is_none() {
            return Err(DigestError::MissingInput {
                derivation: derivation.name.clone(),
                input: input.clone(),
            });
        }
    }
    resolved.builder = rewrites.apply(&resolved.builder).into();
    for argument in &mut resolved.args {
        *argument = rewrites.apply(argument).into();
    }
    resolved.env = resolved
        .env
        .iter()
        .map(|(name, value)| (rewrites.apply(name).into(), rewrites.apply(value).into()))
        .collect();
    let path = digests.instantiate(&mut resolved)?;
    Ok((path, resolved))
}

/// Calls back for each output that is needed, with the names that lead to it; stops at the first one that gives nothing.
///
/// Recursion is bounded by the nesting of dynamic outputs.
fn each_output<'a>(
    needed: &'a DerivationInputs,
    names: &mut Vec<&'a BStr>,
    call: &mut impl FnMut(&[&BStr]) -> Option<()>,
) -> Option<()> {
    for output in &needed.outputs {
        names.push(output.as_bstr());
        call(names)?;
        names.pop();
    }
    for (output, inner) in &needed.dynamic {
        names.push(output.as_bstr());
        each_output(inner, names, call)?;
        names.pop();
    }
    Some(())
}

/// Returns what dependents write for an output of an output; nothing without names.
fn chained_placeholder(input: &StorePath, names: &[&BStr]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let Some((last, between)) = rest.split_last() else {
        return Some(upstream_placeholder(input, first));
    };
    let digest = between
        .iter()
        .fold(upstream_digest(input, first), |digest, name| {
            computed_digest(&digest, name)
        });
    Some(computed_placeholder(&digest, last))
}
