//! The digests of derivations ("hash modulo") and the output paths that follow from them.
//!
//! Each input derivation counts by its own digest instead of by its path, so that two ways to fetch the same
//! fixed output give equal paths downstream. Source: `hashDerivationModulo` in `libstore/derivations.cc`.

mod inputs;
mod slots;

use std::fmt;

use bstr::{BStr, BString, ByteSlice as _};

pub use inputs::{ModuloInput, ModuloInputs};

use crate::aterm::{self, OutputPaths};
use crate::content_address::ContentAddressError;
use crate::derivation::{Derivation, DerivationKind, DerivationOutput, KindError};
use crate::hash::HashFormat;
use crate::hashed::{HashedMap, HashedSet};
use crate::placeholder::placeholder;
use crate::sink::ByteSink;
use crate::store_path::{StoreDir, StorePath, StorePathError, output_path_name};
use slots::Slots;

/// What a derivation counts as when it is somebody's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivationDigest {
    /// The SHA-256 digest (or that of the scheme's function).
    pub digest: [u8; 32],
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
    known: HashedMap<StorePath, DerivationDigest>,
    buffers: Buffers,
}

/// Memory that is used again for each derivation.
#[derive(Debug, Default)]
struct Buffers {
    /// The text of the derivation.
    text: Vec<u8>,
    /// Its input derivations by their digests.
    inputs: Vec<u8>,
    slots: Slots,
}

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

    /// Forgets a digest.
    pub fn forget(&mut self, path: &StorePath) {
        self.known.remove(path);
    }

    /// Computes the paths of the outputs, writes them (or placeholders) into the derivation, and returns the path
    /// of its `.drv` file, whose digest is known from then on.
    ///
    /// Input-addressed outputs become deferred if an input's path is not known before builds, and the reverse.
    /// The evaluator calls it with outputs that are [`DerivationOutput::Deferred`] or have a content address;
    /// all inputs must have gone through it before.
    ///
    /// # Errors
    /// See [`DigestError`].
    pub fn instantiate(&mut self, derivation: &mut Derivation) -> Result<StorePath, DigestError> {
        let kind = kind_of(derivation)?;
        let deferred = if kind == DerivationKind::Fixed {
            self.check_inputs(derivation)?;
            false
        } else {
            self.write_modulo_inputs(derivation)?
        };
        match kind {
            DerivationKind::InputAddressed | DerivationKind::Deferred => {
                self.address_by_input(derivation, deferred)?;
            }
            DerivationKind::Fixed | DerivationKind::Floating | DerivationKind::Impure => {
                self.fill_content_addressed(derivation)?;
                self.write(derivation, OutputPaths::Written);
            }
        }
        let text_digest = self.store_dir.digest(&self.buffers.text);
        let path = path_of_text(&self.store_dir, derivation, &text_digest)?;
        if !self.known.contains_key(&path) {
            // Without inputs there is nothing to replace, and the text has been hashed already.
            let modulo = if derivation.input_drvs.is_empty() || !counts_by_text(kind) {
                text_digest
            } else {
                self.modulo_digest()
            };
            let digest = self.identity(derivation, kind, deferred, modulo);
            self.known.insert(path.clone(), digest);
        }
        Ok(path)
    }

    /// Computes the digest that gives a derivation its own output paths: paths of outputs are blank in it.
    ///
    /// For outputs with a content address it is that of [`DigestCache::insert`].
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] unless all inputs are known; see [`DigestError`] for the others.
    pub fn masked_digest(
        &mut self,
        derivation: &Derivation,
    ) -> Result<DerivationDigest, DigestError> {
        self.compute(derivation, OutputPaths::Blank)
    }

    /// Computes and remembers the digest of a derivation as somebody's input.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] unless all inputs are known; see [`DigestError`] for the others.
    pub fn insert(&mut self, path: StorePath, derivation: &Derivation) -> Result<(), DigestError> {
        if !self.known.contains_key(&path) {
            let digest = self.compute(derivation, OutputPaths::Written)?;
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
        let mut open: HashedSet<StorePath> = HashedSet::new();
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
        paths: OutputPaths,
    ) -> Result<DerivationDigest, DigestError> {
        let kind = kind_of(derivation)?;
        let mut deferred = false;
        let mut modulo = [0; 32];
        if counts_by_text(kind) {
            deferred = self.write_modulo_inputs(derivation)?;
            self.write(derivation, paths);
            modulo = self.modulo_digest();
        }
        Ok(self.identity(derivation, kind, deferred, modulo))
    }

    /// Finds out what a derivation counts as; `modulo` is the digest of its text with inputs replaced, or anything if it does not count by
    /// its text.
    fn identity(
        &self,
        derivation: &Derivation,
        kind: DerivationKind,
        deferred_inputs: bool,
        modulo: [u8; 32],
    ) -> DerivationDigest {
        let (digest, deferred) = match kind {
            DerivationKind::InputAddressed | DerivationKind::Deferred => (modulo, deferred_inputs),
            DerivationKind::Floating => (modulo, true),
            DerivationKind::Fixed => (self.fixed_digest(derivation), false),
            DerivationKind::Impure => (self.store_dir.digest(IMPURE), true),
        };
        DerivationDigest {
            digest,
            deferred,
            outputs: output_names(derivation),
        }
    }

    /// Writes the text of a derivation, and notes where its variants differ.
    fn write(&mut self, derivation: &Derivation, paths: OutputPaths) {
        let Buffers { text, slots, .. } = &mut self.buffers;
        text.clear();
        slots.clear();
        aterm::write_with_layout(derivation, &self.store_dir, paths, text, slots);
    }

    /// Writes what replaces the input derivations; tells whether their paths are unknown before builds.
    fn write_modulo_inputs(&mut self, derivation: &Derivation) -> Result<bool, DigestError> {
        let inputs =
            ModuloInputs::collect(derivation, &self.store_dir, |path| self.known.get(path))?;
        self.buffers.inputs.clear();
        inputs.write(&mut self.buffers.inputs, &mut ());
        Ok(inputs.deferred)
    }

    /// Makes sure that all inputs are known. Which outputs they have does not matter to who counts without them.
    fn check_inputs(&self, derivation: &Derivation) -> Result<(), DigestError> {
        let mut inputs = derivation.input_drvs.keys();
        match inputs.find(|input| !self.known.contains_key(input)) {
            None => Ok(()),
            Some(missing) => Err(DigestError::MissingInput {
                derivation: derivation.name.clone(),
                input: missing.clone(),
            }),
        }
    }

    /// Hashes the text that was written with its inputs replaced.
    fn modulo_digest(&self) -> [u8; 32] {
        let Buffers {
            text,
            inputs,
            slots,
        } = &self.buffers;
        slots.digest(self.store_dir.scheme().function, text, inputs)
    }

    /// Writes the text of an input-addressed derivation and computes its outputs' paths on the way.
    fn address_by_input(
        &mut self,
        derivation: &mut Derivation,
        deferred: bool,
    ) -> Result<(), DigestError> {
        self.write(derivation, OutputPaths::Reserved);
        let Buffers {
            text,
            inputs,
            slots,
        } = &mut self.buffers;
        if deferred {
            slots.remove(text);
            for value in derivation.outputs.values_mut() {
                *value = DerivationOutput::Deferred;
            }
            set_output_variables(derivation, &vec![String::new(); derivation.outputs.len()]);
            return Ok(());
        }
        let function = self.store_dir.scheme().function;
        let masked = slots.masked_digest(function, text, inputs);
        let mut paths = Vec::with_capacity(derivation.outputs.len());
        for (index, (output, value)) in derivation.outputs.iter_mut().enumerate() {
            let path = self
                .store_dir
                .output_path(&masked, &derivation.name, output.as_bstr())?;
            let shown = self.store_dir.display(&path);
            slots.fill(text, index, shown.as_bytes());
            paths.push(shown);
            *value = DerivationOutput::InputAddressed { path };
        }
        set_output_variables(derivation, &paths);
        Ok(())
    }

    /// Writes paths that follow from hashes of contents, or placeholders, into outputs and environment.
    fn fill_content_addressed(&self, derivation: &mut Derivation) -> Result<(), DigestError> {
        let mut texts = Vec::with_capacity(derivation.outputs.len());
        for (output, value) in derivation.outputs.iter_mut() {
            let output = output.as_bstr();
            texts.push(if let DerivationOutput::Fixed { address, .. } = *value {
                let path =
                    address.path(&self.store_dir, &output_path_name(&derivation.name, output))?;
                let text = self.store_dir.display(&path);
                *value = DerivationOutput::Fixed { address, path };
                text
            } else {
                placeholder(output)
            });
        }
        set_output_variables(derivation, &texts);
        Ok(())
    }

    /// The digest of [`write_fixed_identity`].
    fn fixed_digest(&self, derivation: &Derivation) -> [u8; 32] {
        let mut digester = self.store_dir.scheme().function.start();
        write_fixed_identity(derivation, &self.store_dir, &mut digester);
        digester.finish()
    }
}

/// Sets the variables that are named after outputs, given their texts in the order of outputs.
fn set_output_variables(derivation: &mut Derivation, texts: &[String]) {
    let names = derivation.outputs.keys().map(|name| name.as_slice());
    let variables: Vec<(&[u8], &[u8])> = names.zip(texts.iter().map(String::as_bytes)).collect();
    derivation.env.merge(&variables);
}

/// What is hashed for an impure derivation as somebody's input.
pub const IMPURE: &[u8] = b"impure";

/// Appends what is hashed for a fixed-output derivation as somebody's input: `fixed:out:<method and algorithm>:<hex>:<path>`.
pub fn write_fixed_identity(
    derivation: &Derivation,
    store_dir: &StoreDir,
    sink: &mut impl ByteSink,
) {
    for output in derivation.outputs.values() {
        if let DerivationOutput::Fixed { address, path } = output {
            sink.put(b"fixed:out:");
            sink.put(address.method.prefix().as_bytes());
            sink.put(address.hash.render_prefixed(HashFormat::Base16).as_bytes());
            sink.put(b":");
            store_dir.write_path(path, sink);
        }
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
    path_of_text(store_dir, derivation, &store_dir.digest(text))
}

fn path_of_text(
    store_dir: &StoreDir,
    derivation: &Derivation,
    digest: &[u8; 32],
) -> Result<StorePath, StorePathError> {
    let name = format!("{}.drv", derivation.name);
    store_dir.text_path(digest, name.as_bytes(), references(derivation))
}

/// Returns what the `.drv` file of a derivation refers to: all its inputs.
pub fn references(derivation: &Derivation) -> impl Iterator<Item = &StorePath> {
    let derivations = derivation.input_drvs.keys();
    derivations.chain(derivation.input_srcs.iter())
}

/// Tells what kind all outputs are.
///
/// # Errors
/// [`DigestError::Kind`].
pub fn kind_of(derivation: &Derivation) -> Result<DerivationKind, DigestError> {
    derivation.kind().map_err(|error| DigestError::Kind {
        derivation: derivation.name.clone(),
        error,
    })
}

/// Tells whether a derivation's digest depends on its text: that of the other kinds depends on nothing but their outputs.
const fn counts_by_text(kind: DerivationKind) -> bool {
    !matches!(kind, DerivationKind::Fixed | DerivationKind::Impure)
}

fn output_names(derivation: &Derivation) -> Option<Box<[BString]>> {
    let only_out =
        derivation.outputs.len() == 1 && derivation.outputs.contains_key(BStr::new("out"));
    (!only_out).then(|| derivation.outputs.keys().cloned().collect())
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
        let mut all = HashedMap::new();
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
