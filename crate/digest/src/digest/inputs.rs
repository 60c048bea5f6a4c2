//! The input derivations of a derivation as they stand in what is hashed: by digest, sorted, equal ones united.

use crate::OrderedSet;

use bstr::{BStr, BString, ByteSlice as _};

use super::{DerivationDigest, DigestError};
use crate::aterm::{self, Layout};
use crate::derivation::Derivation;
use crate::order;
use crate::scheme::EqualInputs;
use crate::store_path::{StoreDir, StorePath};

/// Input derivations by digest.
#[derive(Debug)]
pub struct ModuloInputs<'a> {
    /// Whether what is hashed does not determine the outputs' paths.
    pub deferred: bool,
    /// Sorted by digest, each once.
    pub entries: Vec<ModuloInput<'a>>,
}

/// Input derivations that have the same digest.
#[derive(Debug)]
pub struct ModuloInput<'a> {
    /// Their digest.
    pub digest: [u8; 32],
    /// The first path.
    pub path: &'a StorePath,
    /// The others; nearly always none.
    pub other_paths: Vec<&'a StorePath>,
    /// Which outputs are needed.
    pub outputs: Outputs<'a>,
}

/// Names of outputs, sorted: those of one input, or united.
#[derive(Debug)]
pub enum Outputs<'a> {
    /// Those of one input.
    One(&'a OrderedSet<BString>),
    /// Those of several, united.
    Many(OrderedSet<&'a BStr>),
}

impl<'a> Outputs<'a> {
    /// Iterates over the names in order.
    pub fn iter(&self) -> impl Iterator<Item = &'a BStr> {
        let (one, many) = match self {
            Self::One(names) => (Some(*names), None),
            Self::Many(names) => (None, Some(names)),
        };
        let one = one.into_iter().flatten().map(|name| name.as_bstr());
        one.chain(many.into_iter().flatten().copied())
    }
}

impl<'a> ModuloInputs<'a> {
    /// Looks up the digests of all inputs.
    ///
    /// # Errors
    /// [`DigestError::MissingInput`] and [`DigestError::MissingOutput`].
    pub fn collect<'d>(
        derivation: &'a Derivation,
        store_dir: &StoreDir,
        digest: impl Fn(&StorePath) -> Option<&'d DerivationDigest>,
    ) -> Result<Self, DigestError> {
        let mut inputs = Self {
            deferred: false,
            entries: Vec::with_capacity(derivation.input_drvs.len()),
        };
        for (path, needed) in &derivation.input_drvs {
            let digest = digest(path).ok_or_else(|| DigestError::MissingInput {
                derivation: derivation.name.clone(),
                input: path.clone(),
            })?;
            inputs.deferred |= digest.deferred;
            if needed.outputs.is_empty() {
                continue;
            }
            let missing = needed
                .outputs
                .iter()
                .find(|output| !digest.has_output(output.as_bstr()));
            if let Some(output) = missing {
                return Err(DigestError::MissingOutput {
                    input: path.clone(),
                    output: output.clone(),
                });
            }
            inputs.entries.push(ModuloInput {
                digest: digest.digest,
                path,
                other_paths: Vec::new(),
                outputs: Outputs::One(&needed.outputs),
            });
        }
        // Stable, so that those with equal digests stay in the order of their paths.
        order::sort_by(&mut inputs.entries, |a, b| a.digest.cmp(&b.digest));
        let rule = store_dir.scheme().equal_inputs;
        inputs.entries.dedup_by(|later, kept| {
            let equal = later.digest == kept.digest;
            if equal {
                kept.absorb(later, rule);
            }
            equal
        });
        Ok(inputs)
    }

    /// Appends the inputs as they stand in a derivation's text, without brackets.
    pub fn write(&self, out: &mut Vec<u8>, layout: &mut impl Layout) {
        let entries = self.entries.iter();
        let entries = entries.map(|entry| (&entry.digest, entry.outputs.iter()));
        aterm::write_modulo_inputs(entries, out, layout);
    }
}

impl<'a> ModuloInput<'a> {
    /// Takes in an input with the same digest and a later path.
    fn absorb(&mut self, later: &mut Self, rule: EqualInputs) {
        self.other_paths.push(later.path);
        self.other_paths.append(&mut later.other_paths);
        let outputs: OrderedSet<&'a BStr> = match rule {
            EqualInputs::Merge => self.outputs.iter().chain(later.outputs.iter()).collect(),
            EqualInputs::Clobber => later.outputs.iter().collect(),
        };
        self.outputs = Outputs::Many(outputs);
    }
}
