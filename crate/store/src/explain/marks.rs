//! What the bytes of a text say, as data that outlives the derivation.

use std::ops::Range;

use bstr::{BString, ByteSlice as _};
use serde::Serialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

use crate::aterm::Part;
use crate::derivation::Derivation;
use crate::digest::ModuloInput;
use crate::encoding;
use crate::store_path::StoreDir;

/// What some bytes of a text say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
    /// Whether these bytes are left out of what is hashed.
    pub masked: bool,
    /// What they say.
    pub part: MarkedPart,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum MarkedPart {
    /// The path of an output.
    OutputPath {
        /// The output.
        output: String,
    },
    /// An output's method and algorithm.
    OutputMethod {
        /// The output.
        output: String,
    },
    /// An output's hash.
    OutputHash {
        /// The output.
        output: String,
    },
    /// An input derivation by its path.
    InputDerivation {
        /// The path.
        path: String,
    },
    /// Input derivations by their digest.
    InputDigest {
        /// The paths that it stands for; more than one if these have the same digest.
        paths: Vec<String>,
        /// The digest in hexadecimal.
        digest: String,
    },
    /// A store object that exists before the build.
    InputSource {
        /// The path.
        path: String,
    },
    /// The system.
    System,
    /// The builder.
    Builder,
    /// An argument.
    Argument {
        /// Its place, counted from 0.
        index: usize,
    },
    /// The value of an environment variable.
    Variable {
        /// The variable.
        name: String,
    },
    /// The value of an environment variable that is named after an output.
    OutputVariable {
        /// The output.
        output: String,
    },
    /// What kind of thing a fingerprint is for, with what it refers to.
    PathType,
    /// The digest inside a fingerprint.
    InnerDigest,
    /// The store directory inside a fingerprint.
    StoreDir,
    /// The name inside a fingerprint.
    Name,
}

/// Parts as the writer reports them, without references to the derivation.
#[derive(Clone, Debug)]
enum RawPart {
    OutputPath(BString),
    OutputMethod(BString),
    OutputHash(BString),
    InputDerivation(usize),
    InputSource(usize),
    System,
    Builder,
    Argument(usize),
    Variable(BString),
    OutputVariable(BString),
}

/// Collects the parts of a text.
#[derive(Debug, Default)]
pub(super) struct Marks {
    parts: Vec<(Range<usize>, RawPart)>,
    /// The list of input derivations.
    pub inputs: Range<usize>,
}

impl Marks {
    pub fn add(&mut self, part: Part<'_>, range: Range<usize>) {
        let part = match part {
            Part::InputDerivations => {
                self.inputs = range;
                return;
            }
            Part::OutputPath(output) => RawPart::OutputPath(output.into()),
            Part::OutputMethod(output) => RawPart::OutputMethod(output.into()),
            Part::OutputHash(output) => RawPart::OutputHash(output.into()),
            Part::InputDerivation(index) => RawPart::InputDerivation(index),
            Part::InputSource(index) => RawPart::InputSource(index),
            Part::System => RawPart::System,
            Part::Builder => RawPart::Builder,
            Part::Argument(index) => RawPart::Argument(index),
            Part::Variable(name) => RawPart::Variable(name.into()),
            Part::OutputVariable(name) => RawPart::OutputVariable(name.into()),
        };
        // What is empty cannot be seen.
        if !range.is_empty() {
            self.parts.push((range, part));
        }
    }

    /// Puts other parts, of a text with `length` bytes, in place of those inside `list`.
    pub fn replace(&mut self, list: &Range<usize>, other: Self, length: usize) {
        let first = self
            .parts
            .partition_point(|(range, _)| range.start < list.start);
        let behind = self
            .parts
            .partition_point(|(range, _)| range.end <= list.end);
        for (range, _) in &mut self.parts[behind..] {
            *range = range.start - list.len() + length..range.end - list.len() + length;
        }
        let moved = other
            .parts
            .into_iter()
            .map(|(range, part)| (range.start + list.start..range.end + list.start, part));
        self.parts.splice(first..behind, moved);
        self.inputs = list.start..list.start + length;
    }

    /// Turns places into names; `digests` are the input derivations if these stand by digest.
    pub fn into_marks(
        self,
        derivation: &Derivation,
        store_dir: &StoreDir,
        digests: &[ModuloInput<'_>],
    ) -> Vec<Mark> {
        let paths: Vec<_> = derivation.input_drvs.keys().collect();
        let sources: Vec<_> = derivation.input_srcs.iter().collect();
        let text = |name: BString| name.to_str_lossy().into_owned();
        let part = |part| match part {
            RawPart::OutputPath(output) => MarkedPart::OutputPath {
                output: text(output),
            },
            RawPart::OutputMethod(output) => MarkedPart::OutputMethod {
                output: text(output),
            },
            RawPart::OutputHash(output) => MarkedPart::OutputHash {
                output: text(output),
            },
            RawPart::InputDerivation(index) => match digests.get(index) {
                Some(input) => MarkedPart::InputDigest {
                    paths: std::iter::once(&input.path)
                        .chain(&input.other_paths)
                        .map(|path| store_dir.display(path))
                        .collect(),
                    digest: encoding::hex_encode(&input.digest),
                },
                None => MarkedPart::InputDerivation {
                    path: store_dir.display(paths[index]),
                },
            },
            RawPart::InputSource(index) => MarkedPart::InputSource {
                path: store_dir.display(sources[index]),
            },
            RawPart::System => MarkedPart::System,
            RawPart::Builder => MarkedPart::Builder,
            RawPart::Argument(index) => MarkedPart::Argument { index },
            RawPart::Variable(name) => MarkedPart::Variable { name: text(name) },
            RawPart::OutputVariable(output) => MarkedPart::OutputVariable {
                output: text(output),
            },
        };
        let marks = self.parts.into_iter().map(|(range, raw)| Mark {
            start: range.start,
            end: range.end,
            masked: false,
            part: part(raw),
        });
        marks.collect()
    }
}
