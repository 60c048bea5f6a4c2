//! One derivation in full.

use super::Place;
use drvlab_store::explain::{Explanation, PathExplanation};
use serde::Serialize;
use tsify::Tsify;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum PieceKind {
    /// It is in both.
    Same,
    /// It is only in the first.
    Removed,
    /// It is only in the second.
    Added,
}

/// A piece of the difference of two texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TextPiece {
    /// What became of it.
    pub kind: PieceKind,
    /// The text.
    pub text: String,
}

/// A field of a derivation that differs from the baseline.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// For example `env.patches`.
    pub field: String,
    /// What was there and what is there, character by character; empty where there is no text to show.
    pub pieces: Vec<TextPiece>,
}

/// A derivation on the way to a cause.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ChainLink {
    /// Its name.
    pub name: String,
    /// The path of its `.drv` file.
    pub drv_path: String,
}

/// A derivation in full.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DerivationDetail {
    /// The text of the `.drv` file, or its beginning, as the difference from that of the baseline, word by word.
    pub aterm: Vec<TextPiece>,
    /// Bytes of the whole text.
    pub aterm_bytes: u32,
    /// As `nix derivation show` prints it.
    pub json: String,
    /// The name in the baseline, if it was another.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub baseline_name: Option<String>,
    /// Whether there is such a derivation in the baseline.
    pub has_baseline: bool,
    /// What differs from the baseline.
    pub changes: Vec<FieldChange>,
    /// For those that only follow: the inputs over which the nearest cause reaches it, the cause last.
    pub chain: Vec<ChainLink>,
    /// How its paths come about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub explanation: Option<Explanation>,
    /// Paths of the texts and copies of files that it needs.
    pub sources: Vec<String>,
    /// Where its attributes are defined.
    pub attributes: Vec<AttributePlace>,
}

/// Where an attribute of a derivation is defined.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AttributePlace {
    /// The attribute.
    pub name: String,
    /// The place of its name.
    pub place: Place,
}

/// How the path of a text or of a copy of files comes about.
#[derive(Clone, Debug, Default, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct SourceDetail {
    /// The steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub explanation: Option<PathExplanation>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub problem: Option<String>,
}
