//! Derivations: what to run, with what inputs, to get which outputs.
//!
//! The text form is in [`crate::aterm`]; hashes are computed in [`crate::digest`].

use crate::{OrderedMap, OrderedSet, Variables};
use std::fmt;

use bstr::{BStr, BString};

use crate::content_address::{ContentAddress, ContentAddressError, ContentAddressMethod};
use crate::hash::HashAlgorithm;
use crate::store_path::{StoreDir, StorePath, output_path_name};

/// A build recipe, the parsed form of a `.drv` file.
///
/// Outputs, inputs and environment are sorted as the text form demands. Text is bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// The name without `.drv`.
    pub name: String,
    /// Outputs by name.
    pub outputs: OrderedMap<BString, DerivationOutput>,
    /// Which outputs of other derivations the build needs.
    pub input_drvs: OrderedMap<StorePath, DerivationInputs>,
    /// Store objects that exist before the build.
    pub input_srcs: OrderedSet<StorePath>,
    /// The system that can run the builder, for example `x86_64-linux`.
    pub system: BString,
    /// The program to run.
    pub builder: BString,
    /// Its arguments, in their order.
    pub args: Vec<BString>,
    /// Its environment.
    pub env: Variables,
}

/// Outputs of one input derivation that are needed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DerivationInputs {
    /// Names of outputs.
    pub outputs: OrderedSet<BString>,
    /// Outputs that are themselves derivations, with what is needed of those
    /// (experimental feature `dynamic-derivations`).
    pub dynamic: OrderedMap<BString, DerivationInputs>,
}

impl DerivationInputs {
    /// Makes a need for one output.
    #[must_use]
    pub fn of(output: impl Into<BString>) -> Self {
        Self {
            outputs: OrderedSet::from_iter([output.into()]),
            dynamic: OrderedMap::new(),
        }
    }
}

/// How the path of an output is determined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DerivationOutput {
    /// By the hash of the derivation.
    InputAddressed {
        /// The path.
        path: StorePath,
    },
    /// By a hash of the contents that is known beforehand.
    Fixed {
        /// Method and hash.
        address: ContentAddress,
        /// The path that follows from `address`; make it with [`DerivationOutput::fixed`].
        path: StorePath,
    },
    /// By the hash of the contents, known after the build.
    Floating {
        /// What is hashed.
        method: ContentAddressMethod,
        /// With which function.
        algorithm: HashAlgorithm,
    },
    /// By the hash of the derivation, but that is unknown until floating inputs are built.
    Deferred,
    /// By the hash of the contents, and built anew each time.
    Impure {
        /// What is hashed.
        method: ContentAddressMethod,
        /// With which function.
        algorithm: HashAlgorithm,
    },
}

impl DerivationOutput {
    /// Makes a fixed output and computes its path.
    ///
    /// # Errors
    /// A name or an algorithm that is not allowed.
    pub fn fixed(
        store_dir: &StoreDir,
        address: ContentAddress,
        derivation_name: &str,
        output: &BStr,
    ) -> Result<Self, ContentAddressError> {
        let path = address.path(store_dir, &output_path_name(derivation_name, output))?;
        Ok(Self::Fixed { address, path })
    }

    /// Returns the path if it is known before the build.
    #[must_use]
    pub const fn path(&self) -> Option<&StorePath> {
        match self {
            Self::InputAddressed { path } | Self::Fixed { path, .. } => Some(path),
            Self::Floating { .. } | Self::Deferred | Self::Impure { .. } => None,
        }
    }
}

/// What all outputs of a derivation have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DerivationKind {
    /// All outputs are [`DerivationOutput::InputAddressed`].
    InputAddressed,
    /// The only output is [`DerivationOutput::Fixed`] and named `out`.
    Fixed,
    /// All outputs are [`DerivationOutput::Floating`].
    Floating,
    /// All outputs are [`DerivationOutput::Deferred`].
    Deferred,
    /// All outputs are [`DerivationOutput::Impure`].
    Impure,
}

/// Why a set of outputs makes no derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KindError {
    /// There are no outputs.
    NoOutputs,
    /// There are outputs of different kinds.
    Mixed,
    /// There is more than one fixed output.
    ManyFixed,
    /// The fixed output is not named `out`.
    FixedNotOut,
}

impl fmt::Display for KindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoOutputs => "must have at least one output",
            Self::Mixed => "can't mix derivation output types",
            Self::ManyFixed => "only one fixed output is allowed for now",
            Self::FixedNotOut => "single fixed output must be named \"out\"",
        })
    }
}

impl std::error::Error for KindError {}

impl Derivation {
    /// Makes a derivation without outputs, inputs, arguments and environment.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            outputs: OrderedMap::new(),
            input_drvs: OrderedMap::new(),
            input_srcs: OrderedSet::new(),
            system: BString::default(),
            builder: BString::default(),
            args: Vec::new(),
            env: Variables::new(),
        }
    }

    /// Tells what kind all outputs are.
    ///
    /// # Errors
    /// See [`KindError`].
    pub fn kind(&self) -> Result<DerivationKind, KindError> {
        let kind_of = |output: &DerivationOutput| match output {
            DerivationOutput::InputAddressed { .. } => DerivationKind::InputAddressed,
            DerivationOutput::Fixed { .. } => DerivationKind::Fixed,
            DerivationOutput::Floating { .. } => DerivationKind::Floating,
            DerivationOutput::Deferred => DerivationKind::Deferred,
            DerivationOutput::Impure { .. } => DerivationKind::Impure,
        };
        let mut outputs = self.outputs.values();
        let kind = outputs.next().map(kind_of).ok_or(KindError::NoOutputs)?;
        if outputs.any(|output| kind_of(output) != kind) {
            return Err(KindError::Mixed);
        }
        if kind == DerivationKind::Fixed {
            if self.outputs.len() > 1 {
                return Err(KindError::ManyFixed);
            }
            if !self.outputs.contains_key(BStr::new("out")) {
                return Err(KindError::FixedNotOut);
            }
        }
        Ok(kind)
    }

    /// Tells whether an input is the output of a derivation that must be built first.
    #[must_use]
    pub fn has_dynamic_inputs(&self) -> bool {
        self.input_drvs
            .values()
            .any(|inputs| !inputs.dynamic.is_empty())
    }
}
