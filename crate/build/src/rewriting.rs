//! Replacing placeholders and hash parts by others of the same kind.

use bstr::ByteSlice as _;

/// Texts and what they are replaced by.
#[derive(Clone, Debug, Default)]
pub struct Rewrites(Vec<(Vec<u8>, Vec<u8>)>);

impl Rewrites {
    /// Adds a replacement.
    pub fn add(&mut self, from: impl Into<Vec<u8>>, to: impl Into<Vec<u8>>) {
        self.0.push((from.into(), to.into()));
    }

    /// Returns a text with all replacements made, one after the other.
    #[must_use]
    pub fn apply(&self, text: &[u8]) -> Vec<u8> {
        let mut text = text.to_vec();
        for (from, to) in &self.0 {
            if from != to && text.find(from).is_some() {
                text = text.replace(from, to);
            }
        }
        text
    }
}
