//! What came out of texts of derivations.

use super::Report;
use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// One of two states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What others are compared with.
    Before,
    /// What is shown.
    After,
}

/// Something that is wrong with a text.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TextProblem {
    /// What is wrong.
    pub message: String,
    /// The field that was being read.
    pub field: String,
    /// Where, in bytes from the start of the text; absent if it is about the text as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub offset: Option<u32>,
    /// What stands in front of that place.
    pub text_before: String,
    /// What stands there.
    pub text_behind: String,
}

/// What came out of one text, or of one attribute.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TextReport {
    /// The state that it belongs to.
    pub side: Side,
    /// `.drv` paths of what it holds.
    pub drv_paths: Vec<String>,
    /// Bytes.
    pub bytes: u32,
    /// What is wrong.
    pub problems: Vec<TextProblem>,
}

/// What came out of texts.
#[derive(Clone, Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ReadReport {
    /// For each text, in the order in which they were added.
    pub texts: Vec<TextReport>,
    /// Their graph.
    pub report: Report,
    /// The store directory that the texts are for.
    pub store_dir: String,
}
