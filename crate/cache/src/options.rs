//! Options that a derivation carries in its environment and that are about substitution.
//!
//! Source: `derivationOptionsFromStructuredAttrs` in `libstore/derivation-options.cc`.

use bstr::BStr;
use drvlab_store::Derivation;
use serde::Deserialize;

/// The attributes of interest among structured ones.
#[derive(Deserialize)]
struct Structured {
    #[serde(rename = "allowSubstitutes")]
    allow_substitutes: Option<bool>,
}

/// Tells whether a derivation lets its outputs be fetched (`allowSubstitutes`, on by default).
///
/// Without structured attributes only the text `1` is true. Structured attributes that are broken count as absent.
#[must_use]
pub fn allows_substitutes(derivation: &Derivation) -> bool {
    if let Some(json) = derivation.env.get(BStr::new("__json")) {
        let structured = serde_json::from_slice::<Structured>(json).ok();
        return structured.and_then(|it| it.allow_substitutes) != Some(false);
    }
    let value = derivation.env.get(BStr::new("allowSubstitutes"));
    value.is_none_or(|value| value == "1")
}
