//! Options that a derivation carries in its environment and that are about substitution.
//!
//! Source: `derivationOptionsFromStructuredAttrs` in `libstore/derivation-options.cc`.

use drvlab_store::OrderedSet;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::Derivation;
use serde::Deserialize;

/// The attributes of interest among structured ones.
#[derive(Deserialize)]
struct Structured {
    #[serde(rename = "allowSubstitutes")]
    allow_substitutes: Option<bool>,
    #[serde(rename = "preferLocalBuild")]
    prefer_local_build: Option<bool>,
    #[serde(rename = "requiredSystemFeatures")]
    required_system_features: Option<OrderedSet<String>>,
}

/// Reads structured attributes; broken ones count as absent.
fn structured(derivation: &Derivation) -> Option<Option<Structured>> {
    let json = derivation.env.get(BStr::new("__json"))?;
    Some(serde_json::from_slice(json).ok())
}

/// Reads a flag; without structured attributes only the text `1` is true.
fn flag(
    derivation: &Derivation,
    name: &str,
    field: impl Fn(&Structured) -> Option<bool>,
    default: bool,
) -> bool {
    if let Some(structured) = structured(derivation) {
        return structured.and_then(|it| field(&it)).unwrap_or(default);
    }
    let value = derivation.env.get(BStr::new(name));
    value.map_or(default, |value| value == "1")
}

/// Tells whether a derivation lets its outputs be fetched (`allowSubstitutes`, on by default).
///
/// Without structured attributes only the text `1` is true. Structured attributes that are broken count as absent.
#[must_use]
pub fn allows_substitutes(derivation: &Derivation) -> bool {
    flag(
        derivation,
        "allowSubstitutes",
        |it| it.allow_substitutes,
        true,
    )
}

/// Tells whether a derivation is rather built here than on another machine (`preferLocalBuild`, off by default).
#[must_use]
pub fn prefers_local_build(derivation: &Derivation) -> bool {
    flag(
        derivation,
        "preferLocalBuild",
        |it| it.prefer_local_build,
        false,
    )
}

/// Returns what a machine must have to build a derivation (`requiredSystemFeatures`).
#[must_use]
pub fn required_features(derivation: &Derivation) -> OrderedSet<BString> {
    if let Some(structured) = structured(derivation) {
        let features = structured.and_then(|it| it.required_system_features);
        return features.into_iter().flatten().map(BString::from).collect();
    }
    let value = derivation.env.get(BStr::new("requiredSystemFeatures"));
    let words = value.map(|value| value.split_str(" ").map(BString::from));
    words
        .into_iter()
        .flatten()
        .filter(|word| !word.is_empty())
        .collect()
}
