//! Options that a derivation carries in its environment and that are about substitution.
//!
//! Source: `derivationOptionsFromStructuredAttrs` in `libstore/derivation-options.cc`.

use drvlab_store::OrderedSet;

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::{Derivation, Json};

/// The attributes of interest among structured ones.
struct Structured {
    allow_substitutes: Option<bool>,
    prefer_local_build: Option<bool>,
    required_system_features: Option<OrderedSet<BString>>,
}

impl Structured {
    /// Takes them out of a JSON text; they are broken together.
    fn parse(text: &[u8]) -> Option<Self> {
        let value = Json::parse(text).ok()?;
        let members = value.as_object()?;
        let given = |name| members.get(name).filter(|value| **value != Json::Null);
        let flag = |name| given(name).map(Json::as_bool);
        let features = given("requiredSystemFeatures").map(|features| {
            let names = features.as_array()?.iter();
            names.map(|name| name.as_str().map(BString::from)).collect()
        });
        Some(Self {
            allow_substitutes: sound(flag("allowSubstitutes"))?,
            prefer_local_build: sound(flag("preferLocalBuild"))?,
            required_system_features: sound(features)?,
        })
    }
}

/// Tells what is broken, `None`, from what is absent.
fn sound<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        Some(None) => None,
        value => Some(value.flatten()),
    }
}

/// Reads structured attributes; broken ones count as absent.
fn structured(derivation: &Derivation) -> Option<Option<Structured>> {
    let json = derivation.env.get(BStr::new("__json"))?;
    Some(Structured::parse(json))
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
        return features.unwrap_or_default();
    }
    let value = derivation.env.get(BStr::new("requiredSystemFeatures"));
    let words = value.map(|value| value.split_str(" ").map(BString::from));
    words
        .into_iter()
        .flatten()
        .filter(|word| !word.is_empty())
        .collect()
}
