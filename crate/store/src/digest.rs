//! The digests of derivations ("hash modulo") and the output paths that follow from them.
//!
//! Each input derivation counts by its own digest instead of by its path, so that two ways to fetch the same
//! fixed output give equal paths downstream. Source: `hashDerivationModulo` in `libstore/derivations.cc`.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::mem;

use bstr::{BStr, BString, ByteSlice as _};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::aterm::{self, Mask};
use crate::content_address::ContentAddressError;
use crate::derivation::{Derivation, DerivationKind, DerivationOutput, KindError};
use crate::encoding;
use crate::hash::{HashAlgorithm, HashFormat, Hasher, sha256};
use crate::placeholder::placeholder;
use crate::sink::ByteSink as _;
use crate::store_path::{StoreDir, StorePath, StorePathError};

/// What a derivation counts as when it is somebody's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivationDigest {
    /// The SHA-256 digest.
    pub sha256: [u8; 32],
    /// Whether the output paths of dependents cannot be known before builds.
    pub deferred: bool,
    /// Output names; `None` is the common case of `out` alone.
    outputs: Option<Box<[BString]>>,
}

impl DerivationDigest {
    /// Tells whether the derivation has an output of this name.
    #[must_use]
    pub fn has_output(&self, output: &BStr) -> bool {
        match &self.outputs {
            None => output == "out",
            Some(names) => names.iter().any(|name| name == output),
        }
    }
}

/// Why a derivation has no digest or no output paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DigestError {
    /// The digest of an input is not known, and its derivation could not be had.
    MissingInput {
        /// Name of the derivation that needs it.
        derivation: String,
        /// The input.
        input: StorePath,
    },
    /// An input has no such output.
    MissingOutput {
        /// The input.
        input: StorePath,
        /// The output's name.
        output: BString,
    },
    /// A derivation needs itself.
    Cycle(StorePath),
    /// The outputs make no derivation.
    Kind {
        /// Name of the derivation.
        derivation: String,
        /// What is wrong.
        error: KindError,
    },
    /// The name of an output's path is not allowed.
    Path(StorePathError),
    /// The address of a fixed output is not allowed.
    Address(ContentAddressError),
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingInput { derivation, input } => write!(
                f,
                "derivation '{derivation}' needs '{input}', which is not known"
            ),
            Self::MissingOutput { input, output } => {
                write!(f, "derivation '{input}' does not have an output '{output}'")
            }
            Self::Cycle(path) => write!(f, "derivation '{path}' needs itself"),
            Self::Kind { derivation, error } => write!(f, "derivation '{derivation}' {error}"),
            Self::Path(error) => error.fmt(f),
            Self::Address(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DigestError {}

impl From<StorePathError> for DigestError {
    fn from(error: StorePathError) -> Self {
        Self::Path(error)
    }
}

impl From<ContentAddressError> for DigestError {
    fn from(error: ContentAddressError) -> Self {
        Self::Address(error)
    }
}

/// Digests of derivations by the path of their `.drv` file; a path determines its digest, so entries never expire.
#[derive(Debug, Default)]
pub struct DigestCache {
    store_dir: StoreDir,
    known: FxHashMap<StorePath, DerivationDigest>,
    /// Text of the derivation being hashed, kept to reuse its memory.
    text: Vec<u8>,
}

/// Output names by the hexadecimal digest of the derivation that has them.
type ModuloInputs<'a> = BTreeMap<[u8; 64], BTreeSet<&'a BStr>>;

impl DigestCache {
    /// Makes an empty cache.
    #[must_use]
    pub fn new(store_dir: StoreDir) -> Self {
        Self {
            store_dir,
            ..Self::default()
        }
    }

    /// Returns the store directory that the paths are made for.
    #[must_use]
    pub const fn store_dir(&self) -> &StoreDir {
        &self.store_dir
    }

    /// Returns a digest that is known already.
    #[must_use]
    pub fn get(&self, path: &StorePath) -> Option<&DerivationDigest> {
        self.known.get(path)
    }

    /// Computes the paths of the outputs, writes them (or placeholders) into the derivation, and returns the path
    /// of its `.drv` file, whose digest is known from then on.
    ///
    /// The evaluator calls it with outputs that are [`DerivationOutput::Deferred`] or have a content address;
    /// all inputs must have gone through it before.
    ///
    /// # Errors
    /// See [`DigestError`].
    pub fn instantiate(&mut self, derivation: &mut Derivation) -> Result<StorePath, DigestError> {
        self.fill_outputs(derivation)?;
        self.text.clear();
        aterm::write(derivation, &self.store_dir, Mask::None, &mut self.text);
        let path = derivation_path(&self.store_dir, derivation, &self.text)?;
        self.insert(path.clone(), derivation)?;
        Ok(path)
    }

    /// Computes the paths of the outputs and writes them, or placeholders, into outputs and environment.
    ///
    /// Input-addressed outputs become deferred if an input's path is not known before builds, and the reverse.
    ///
    /// # Errors
    /// See [`DigestError`].
    pub fn fill_outputs(&mut self, derivation: &mut Derivation) -> Result<(), DigestError> {
        match kind_of(derivation)? {
            DerivationKind::InputAddressed | DerivationKind::Deferred => {
                // The variables exist, though blank, when the digest is taken.
                for output in derivation.outputs.keys() {
                    derivation.env.entry(output.clone()).or_default();
                }
                let masked = self.masked_digest(derivation)?;
                for (output, value) in &mut derivation.outputs {
                    let text = derivation.env.entry(output.clone()).or_default();
                    if masked.deferred {
                        *value = DerivationOutput::Deferred;
                        text.clear();
                    } else {
                        let path = self.store_dir.output_path(
                            &masked.sha256,
                            &derivation.name,
                            output.as_bstr(),
                        )?;
                        text.clear();
                        self.store_dir.write_path(&path, &mut **text);
                        *value = DerivationOutput::InputAddressed { path };
                    }
                }
            }
            DerivationKind::Fixed => {
                for (output, value) in &mut derivation.outputs {
                    let DerivationOutput::Fixed { address, .. } = *value else {
                        continue;
                    };
                    *value = DerivationOutput::fixed(
                        &self.store_dir,
                        address,
                        &derivation.name,
                        output.as_bstr(),
                    )?;
                    if let Some(path) = value.path() {
                        let path = self.store_dir.display(path);
                        derivation.env.insert(output.clone(), path.into());
                    }
                }
            }
            DerivationKind::Floating | DerivationKind::Impure => {
                for output in derivation.outputs.keys() {
                    derivation
                        .env
                        .insert(output.clone(), placeholder(output.as_bstr()).into());
                }
            }
        }
        Ok(())
    }

    /// Computes the digest that gives a derivation its own output paths: paths of outputs are blank in it.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] unless all inputs are known; see [`DigestError`] for the others.
    pub fn masked_digest(
        &mut self,
        derivation: &Derivation,
    ) -> Result<DerivationDigest, DigestError> {
        self.compute(derivation, Mask::Outputs)
    }

    /// Computes and remembers the digest of a derivation as somebody's input.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] unless all inputs are known; see [`DigestError`] for the others.
    pub fn insert(&mut self, path: StorePath, derivation: &Derivation) -> Result<(), DigestError> {
        if !self.known.contains_key(&path) {
            let digest = self.compute(derivation, Mask::None)?;
            self.known.insert(path, digest);
        }
        Ok(())
    }

    /// Computes and remembers the digest of the derivation at `path` and of all its inputs, which `load` gives.
    ///
    /// Works on graphs of any depth.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] if `load` gives nothing, [`DigestError::Cycle`], and the others.
    pub fn insert_closure(
        &mut self,
        path: &StorePath,
        mut load: impl FnMut(&StorePath) -> Option<Derivation>,
    ) -> Result<(), DigestError> {
        let mut stack: Vec<(StorePath, Derivation)> = Vec::new();
        let mut open: HashSet<StorePath, FxBuildHasher> = HashSet::default();
        let mut wanted = Some(path.clone());
        let mut wanted_by = path.name().to_owned();
        loop {
            if let Some(next) = wanted.take() {
                if !open.insert(next.clone()) {
                    return Err(DigestError::Cycle(next));
                }
                let Some(derivation) = load(&next) else {
                    return Err(DigestError::MissingInput {
                        derivation: wanted_by,
                        input: next,
                    });
                };
                stack.push((next, derivation));
            }
            let Some((_, derivation)) = stack.last() else {
                return Ok(());
            };
            // A fixed output's digest does not depend on inputs, yet they are visited: plans want them all.
            let missing = derivation
                .input_drvs
                .keys()
                .find(|input| !self.known.contains_key(input));
            if let Some(missing) = missing {
                wanted = Some(missing.clone());
                wanted_by.clone_from(&derivation.name);
            } else if let Some((path, derivation)) = stack.pop() {
                open.remove(&path);
                self.insert(path, &derivation)?;
            }
        }
    }

    fn compute(
        &mut self,
        derivation: &Derivation,
        mask: Mask,
    ) -> Result<DerivationDigest, DigestError> {
        let kind = kind_of(derivation)?;
        let outputs = output_names(derivation);
        let mut deferred = match kind {
            // Outputs are also deferred as a precaution; whether they really are is decided by the inputs.
            DerivationKind::InputAddressed | DerivationKind::Deferred => false,
            DerivationKind::Floating => true,
            DerivationKind::Fixed => {
                return Ok(DerivationDigest {
                    sha256: self.fixed_digest(derivation),
                    deferred: false,
                    outputs,
                });
            }
            DerivationKind::Impure => {
                return Ok(DerivationDigest {
                    sha256: sha256(b"impure"),
                    deferred: true,
                    outputs,
                });
            }
        };
        let mut inputs = ModuloInputs::new();
        for (path, needed) in &derivation.input_drvs {
            let digest = self
                .known
                .get(path)
                .ok_or_else(|| DigestError::MissingInput {
                    derivation: derivation.name.clone(),
                    input: path.clone(),
                })?;
            deferred |= digest.deferred || !needed.dynamic.is_empty();
            if needed.outputs.is_empty() {
                continue;
            }
            // Inputs with equal digests are merged, as Nix 2.8 to 2.34 do.
            let merged = inputs.entry(hex(&digest.sha256)).or_default();
            for output in &needed.outputs {
                if !digest.has_output(output.as_bstr()) {
                    return Err(DigestError::MissingOutput {
                        input: path.clone(),
                        output: output.clone(),
                    });
                }
                merged.insert(output.as_bstr());
            }
        }
        let mut text = mem::take(&mut self.text);
        text.clear();
        aterm::write_with_inputs(
            derivation,
            &self.store_dir,
            mask,
            &mut text,
            inputs
                .iter()
                .map(|(digest, outputs)| (&digest[..], outputs.iter().copied())),
        );
        let sha256 = sha256(&text);
        self.text = text;
        Ok(DerivationDigest {
            sha256,
            deferred,
            outputs,
        })
    }

    /// SHA-256 of `fixed:out:<method and algorithm>:<hex>:<path>`.
    fn fixed_digest(&self, derivation: &Derivation) -> [u8; 32] {
        let mut hasher = Hasher::new(HashAlgorithm::Sha256);
        for output in derivation.outputs.values() {
            if let DerivationOutput::Fixed { address, path } = output {
                hasher.put(b"fixed:out:");
                hasher.put(address.method.prefix().as_bytes());
                hasher.put(address.hash.render_prefixed(HashFormat::Base16).as_bytes());
                hasher.put(b":");
                self.store_dir.write_path(path, &mut hasher);
            }
        }
        let mut digest = [0; 32];
        digest.copy_from_slice(hasher.finish().digest());
        digest
    }
}

/// Computes the path of the `.drv` file whose text is `text`: a text path that refers to all inputs.
///
/// # Errors
/// [`StorePathError::Name`] if the name with `.drv` is not allowed.
pub fn derivation_path(
    store_dir: &StoreDir,
    derivation: &Derivation,
    text: &[u8],
) -> Result<StorePath, StorePathError> {
    let references = derivation
        .input_drvs
        .keys()
        .chain(derivation.input_srcs.iter());
    let name = format!("{}.drv", derivation.name);
    store_dir.text_path(&sha256(text), name.as_bytes(), references)
}

fn kind_of(derivation: &Derivation) -> Result<DerivationKind, DigestError> {
    derivation.kind().map_err(|error| DigestError::Kind {
        derivation: derivation.name.clone(),
        error,
    })
}

fn output_names(derivation: &Derivation) -> Option<Box<[BString]>> {
    let only_out =
        derivation.outputs.len() == 1 && derivation.outputs.contains_key(BStr::new("out"));
    (!only_out).then(|| derivation.outputs.keys().cloned().collect())
}

fn hex(digest: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    encoding::hex_encode_to(digest, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derivation::DerivationInputs;

    /// A derivation with one input-addressed output and the given inputs.
    fn derivation<'a>(name: &str, inputs: impl IntoIterator<Item = &'a StorePath>) -> Derivation {
        let mut derivation = Derivation::new(name);
        derivation
            .outputs
            .insert("out".into(), DerivationOutput::Deferred);
        for input in inputs {
            derivation
                .input_drvs
                .insert(input.clone(), DerivationInputs::of("out"));
        }
        derivation
    }

    fn path(digit: char) -> StorePath {
        StorePath::parse(format!("{}-a.drv", digit.to_string().repeat(32))).unwrap()
    }

    #[test]
    fn inputs_must_be_known() {
        let mut cache = DigestCache::default();
        let mut wanting = derivation("wanting", [&path('1')]);
        assert_eq!(
            cache.instantiate(&mut wanting),
            Err(DigestError::MissingInput {
                derivation: "wanting".into(),
                input: path('1')
            })
        );
        let error = cache.insert_closure(&path('0'), |_| None).unwrap_err();
        assert!(matches!(error, DigestError::MissingInput { .. }));
    }

    #[test]
    fn inputs_must_have_the_output() {
        let mut cache = DigestCache::default();
        let input = cache.instantiate(&mut derivation("input", [])).unwrap();
        let mut wanting = derivation("wanting", []);
        wanting
            .input_drvs
            .insert(input.clone(), DerivationInputs::of("dev"));
        assert_eq!(
            cache.instantiate(&mut wanting),
            Err(DigestError::MissingOutput {
                input,
                output: "dev".into()
            })
        );
    }

    #[test]
    fn cycles_are_found() {
        let (a, b) = (path('0'), path('1'));
        let load = |path: &StorePath| Some(derivation("x", [if *path == a { &b } else { &a }]));
        let mut cache = DigestCache::default();
        assert_eq!(
            cache.insert_closure(&a, load),
            Err(DigestError::Cycle(a.clone()))
        );
    }

    #[test]
    fn outputs_of_mixed_kinds_are_refused() {
        let mut mixed = derivation("mixed", []);
        let path = path('0');
        mixed
            .outputs
            .insert("dev".into(), DerivationOutput::InputAddressed { path });
        let error = DigestCache::default().instantiate(&mut mixed).unwrap_err();
        assert_eq!(
            error.to_string(),
            "derivation 'mixed' can't mix derivation output types"
        );
        let error = DigestCache::default().instantiate(&mut Derivation::new("none"));
        assert_eq!(
            error.unwrap_err().to_string(),
            "derivation 'none' must have at least one output"
        );
    }

    #[test]
    fn a_chain_of_100_000_derivations_needs_no_stack() {
        let mut cache = DigestCache::default();
        let mut all = FxHashMap::default();
        let mut last: Option<StorePath> = None;
        for _ in 0..100_000 {
            let mut next = derivation("link", last.as_ref());
            let path = cache.instantiate(&mut next).unwrap();
            all.insert(path.clone(), next);
            last = Some(path);
        }
        let last = last.unwrap();
        let mut again = DigestCache::default();
        again
            .insert_closure(&last, |path| all.get(path).cloned())
            .unwrap();
        assert_eq!(again.get(&last), cache.get(&last));
        assert_eq!(again.known.len(), 100_000);
    }
}
