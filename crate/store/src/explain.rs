//! How a derivation gets its paths: every text that is hashed, every digest, every byte on the way to the path.
//!
//! The texts come from the code that computes the paths, not from a description of it; [`explain`] is plain data for
//! people and programs. Nothing here decides a path.

mod command;
mod marks;
mod object;
mod path;
mod text;

use bstr::{BStr, BString, ByteSlice as _};
use serde::Serialize;
#[cfg(feature = "tsify")]
use tsify::Tsify;

pub use marks::{Mark, MarkedPart};
pub use object::{EntryKind, StoreObject, TreeEntry, object};
pub use path::FoldedByte;
pub use text::Text;

use crate::aterm::{self, Layout, OutputPaths, Part};
use crate::derivation::{Derivation, DerivationKind, DerivationOutput};
use crate::digest::{self, DigestCache, DigestError, ModuloInputs};
use crate::placeholder;
use crate::scheme::{DigestFunction, Shortening};
use crate::store_path::{PathType, StoreDir, StorePath, output_path_name, sorted};
use marks::Marks;

/// The version of the serialised form.
pub const VERSION: u32 = 1;

/// How a derivation gets its paths.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The derivation's name.
    pub name: String,
    /// The path of its `.drv` file, and the paths of its outputs.
    pub paths: Vec<PathExplanation>,
    /// What the derivation counts as when it is the input of another.
    pub identity: Vec<Step>,
}

/// How one path comes about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct PathExplanation {
    /// The output's name; absent for a `.drv` file, and for what exists before any build.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub output: Option<String>,
    /// The path that the steps lead to; absent if it is known only after a build, or an input is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub path: Option<String>,
    /// The path that the derivation or its file claims, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "tsify", tsify(optional))]
    pub claimed: Option<String>,
    /// From the first text to the path.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What is done, in a few words.
    pub title: &'static str,
    /// Why, in a sentence or two.
    pub note: &'static str,
    /// What comes out.
    pub content: Content,
}

/// What a step comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "tsify", derive(Tsify))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// A text, and what its bytes say.
    Text {
        /// The text.
        text: Text,
        /// In the order of their starts; none overlap.
        marks: Vec<Mark>,
    },
    /// The digest of the text before it.
    Digest {
        /// What hashes.
        function: DigestFunction,
        /// The digest in hexadecimal.
        hex: String,
        /// A shell command that prints the same.
        command: String,
    },
    /// The 20 bytes that a digest is shortened to.
    Folding {
        /// How.
        shortening: Shortening,
        /// The 20 bytes and what each is made from.
        bytes: Vec<FoldedByte>,
    },
    /// The hash part of the path.
    Base32 {
        /// The 20 bytes in hexadecimal.
        hex: String,
        /// Their 32 characters.
        characters: String,
        /// A shell command that prints the same.
        command: String,
    },
    /// The path.
    Path {
        /// The full path.
        path: String,
    },
    /// What a copy of files consists of.
    Tree {
        /// The first entries, each directory before what is in it.
        entries: Vec<TreeEntry>,
        /// How many there are in all.
        count: usize,
    },
    /// There is no way on, for an input is not known.
    Missing {
        /// Which one.
        message: String,
    },
    /// There is no path before the build.
    Unknown {
        /// What is written in its place.
        placeholder: String,
    },
}

/// Explains the derivation at `path`; `cache` should know its inputs, for without them only the way to the `.drv` file is whole.
///
/// # Errors
/// When the outputs make no derivation, or a name or hash is not allowed; see [`DigestError`].
pub fn explain(
    derivation: &Derivation,
    path: &StorePath,
    cache: &DigestCache,
) -> Result<Explanation, DigestError> {
    let store_dir = cache.store_dir();
    let explainer = Explainer {
        derivation,
        path,
        store_dir,
        kind: digest::kind_of(derivation)?,
        inputs: ModuloInputs::collect(derivation, store_dir, |input| cache.get(input)),
    };
    let mut steps = Vec::new();
    let computed = explainer.derivation_path(&mut steps)?;
    let mut paths = vec![PathExplanation::new(
        None,
        Some(&computed),
        Some(path),
        store_dir,
        steps,
    )];
    for (name, output) in &derivation.outputs {
        let mut steps = Vec::new();
        let computed = explainer.output(name.as_bstr(), output, &mut steps)?;
        paths.push(PathExplanation::new(
            Some(name.to_string()),
            computed.as_ref(),
            output.path(),
            store_dir,
            steps,
        ));
    }
    Ok(Explanation {
        name: derivation.name.clone(),
        paths,
        identity: explainer.identity(),
    })
}

impl PathExplanation {
    fn new(
        output: Option<String>,
        computed: Option<&StorePath>,
        claimed: Option<&StorePath>,
        store_dir: &StoreDir,
        steps: Vec<Step>,
    ) -> Self {
        let display = |path: &StorePath| store_dir.display(path);
        Self {
            output,
            path: computed.map(display),
            claimed: claimed.filter(|_| claimed != computed).map(display),
            steps,
        }
    }
}

struct Explainer<'a> {
    derivation: &'a Derivation,
    path: &'a StorePath,
    store_dir: &'a StoreDir,
    kind: DerivationKind,
    inputs: Result<ModuloInputs<'a>, DigestError>,
}

impl Explainer<'_> {
    fn derivation_path(&self, steps: &mut Vec<Step>) -> Result<StorePath, DigestError> {
        let (text, marks) = self.text(OutputPaths::Written);
        steps.push(Step {
            title: "The derivation's text",
            note: "This is the .drv file, byte for byte: an ATerm with sorted fields and no spaces.",
            content: text_content(
                &text,
                marks.into_marks(self.derivation, self.store_dir, &[]),
            ),
        });
        let digest = self.digest(&text, steps);
        let references = sorted(digest::references(self.derivation));
        let name = BString::from(format!("{}.drv", self.derivation.name));
        let kind = PathType::Text(&references);
        Ok(path::steps(
            self.store_dir,
            kind,
            &digest,
            name.as_bstr(),
            steps,
        )?)
    }

    fn output(
        &self,
        output_name: &BStr,
        output: &DerivationOutput,
        steps: &mut Vec<Step>,
    ) -> Result<Option<StorePath>, DigestError> {
        let name = output_path_name(&self.derivation.name, output_name);
        let name = name.as_bstr();
        let why_unknown = match output {
            DerivationOutput::Fixed { address, .. } => {
                return Ok(Some(path::fixed_steps(
                    self.store_dir,
                    address,
                    name,
                    steps,
                )?));
            }
            DerivationOutput::InputAddressed { .. } | DerivationOutput::Deferred => {
                self.masked(steps);
                let Some((digest, deferred)) = self.modulo(OutputPaths::Blank, steps) else {
                    return Ok(None);
                };
                if !deferred {
                    let kind = PathType::Output(output_name);
                    return Ok(Some(path::steps(
                        self.store_dir,
                        kind,
                        &digest,
                        name,
                        steps,
                    )?));
                }
                "An input's path depends on what its build gives, so this digest is not final. Until then dependents write a placeholder."
            }
            DerivationOutput::Floating { .. } => {
                "The path is the hash of what the build gives. Until then dependents write a placeholder."
            }
            DerivationOutput::Impure { .. } => {
                "The path is the hash of what the build gives, and each build may give something else. Dependents write a placeholder."
            }
        };
        self.unknown(output_name, why_unknown, steps);
        Ok(None)
    }

    /// Adds what is written in place of an output's path until that is known.
    fn unknown(&self, output: &BStr, note: &'static str, steps: &mut Vec<Step>) {
        let mut add = |title, text: &[u8], note, stands: String| {
            steps.push(Step {
                title,
                note: "A placeholder is the digest of such a text, in base 32 behind a slash.",
                content: text_content(text, Vec::new()),
            });
            steps.push(path::sha256_step(text));
            steps.push(Step {
                title: "The placeholder",
                note,
                content: Content::Unknown {
                    placeholder: stands,
                },
            });
        };
        if self.kind != DerivationKind::Deferred {
            add(
                "What stands for the path in its own build",
                &placeholder::text(output),
                "The build gets a path of its own in its place, and the output is moved when its contents are known.",
                placeholder::placeholder(output),
            );
        }
        add(
            "What stands for the path in dependents",
            &placeholder::upstream_text(self.path, output),
            note,
            placeholder::upstream_placeholder(self.path, output),
        );
    }

    /// The text with what will be masked struck out.
    fn masked(&self, steps: &mut Vec<Step>) {
        let (text, marks) = self.text(OutputPaths::Written);
        let mut marks = marks.into_marks(self.derivation, self.store_dir, &[]);
        for mark in &mut marks {
            mark.masked = matches!(
                mark.part,
                MarkedPart::OutputPath { .. } | MarkedPart::OutputVariable { .. }
            );
        }
        steps.push(Step {
            title: "What is left out",
            note: "A path cannot be part of what it is computed from, so the outputs' paths are blanked, in the outputs and in the variables named after them.",
            content: text_content(&text, marks),
        });
    }

    /// The text with inputs replaced by their digests; returns its digest, and whether that is not final.
    ///
    /// There is none if an input is missing.
    fn modulo(&self, paths: OutputPaths, steps: &mut Vec<Step>) -> Option<([u8; 32], bool)> {
        let inputs = match &self.inputs {
            Ok(inputs) => inputs,
            Err(error) => {
                steps.push(Step {
                    title: "An input is missing",
                    note: "Without its derivation there is no digest to put in its place.",
                    content: Content::Missing {
                        message: error.to_string(),
                    },
                });
                return None;
            }
        };
        let (mut text, mut marks) = self.text(paths);
        let mut replaced = Vec::new();
        let mut replaced_marks = Marks::default();
        inputs.write(&mut replaced, &mut replaced_marks);
        let list = marks.inputs.clone();
        marks.replace(&list, replaced_marks, replaced.len());
        text.splice(list, replaced);
        let note = if self.derivation.input_drvs.is_empty() {
            "There are no input derivations, so nothing is replaced."
        } else {
            "Each input derivation's path is replaced by its digest, and the list is sorted again: how an input was made counts, where its recipe lies does not."
        };
        let marks = marks.into_marks(self.derivation, self.store_dir, &inputs.entries);
        steps.push(Step {
            title: "Inputs by their digests",
            note,
            content: text_content(&text, marks),
        });
        Some((self.digest(&text, steps), inputs.deferred))
    }

    fn identity(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        match self.kind {
            DerivationKind::Fixed => {
                let mut text = Vec::new();
                digest::write_fixed_identity(self.derivation, self.store_dir, &mut text);
                steps.push(Step {
                    title: "Only the contents count",
                    note: "What this output is was fixed beforehand, so that dependents do not see how it is fetched: another URL changes none of their paths.",
                    content: text_content(&text, Vec::new()),
                });
                self.digest(&text, &mut steps);
            }
            DerivationKind::Impure => {
                steps.push(Step {
                    title: "Always the same word",
                    note: "All impure derivations count the same, for their dependents' paths are not known before builds anyway.",
                    content: text_content(digest::IMPURE, Vec::new()),
                });
                self.digest(digest::IMPURE, &mut steps);
            }
            DerivationKind::InputAddressed
            | DerivationKind::Deferred
            | DerivationKind::Floating => {
                self.modulo(OutputPaths::Written, &mut steps);
            }
        }
        steps
    }

    fn digest(&self, text: &[u8], steps: &mut Vec<Step>) -> [u8; 32] {
        path::digest_step(self.store_dir, text, steps)
    }

    fn text(&self, paths: OutputPaths) -> (Vec<u8>, Marks) {
        let mut text = Vec::new();
        let mut marks = Marks::default();
        aterm::write_with_layout(
            self.derivation,
            self.store_dir,
            paths,
            &mut text,
            &mut marks,
        );
        (text, marks)
    }
}

fn text_content(text: &[u8], marks: Vec<Mark>) -> Content {
    Content::Text {
        text: Text(text.into()),
        marks,
    }
}

impl Layout for Marks {
    fn part(&mut self, part: Part<'_>, range: std::ops::Range<usize>) {
        self.add(part, range);
    }
}
