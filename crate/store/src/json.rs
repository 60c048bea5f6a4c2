//! Derivations as JSON, in version 4 of the reference's format (`nix derivation show` of Nix 2.34).
//!
//! Writing is here, reading in [`parse()`]. Source: the manual's page "Derivation JSON format" and `libstore/derivations.cc`.

mod parse;

use std::fmt;

use bstr::{BString, ByteSlice as _};

pub use crate::json_value::Layout;
pub use parse::{JsonReadError, parse, parse_show};

use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::hash::HashFormat;
use crate::json_value::{Json, Members};
use crate::store_path::StorePath;

/// The version of the format.
pub const VERSION: u32 = 4;

/// Why a derivation has no JSON form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JsonError {
    /// JSON is UTF-8 text, and this is not.
    NotUtf8(BString),
    /// The variable `__json` of structured attributes is no JSON object.
    StructuredAttrs(String),
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8(text) => {
                write!(f, "'{}' is not valid UTF-8", text.escape_ascii())
            }
            Self::StructuredAttrs(reason) => {
                write!(f, "failed to parse structured attributes: {reason}")
            }
        }
    }
}

impl std::error::Error for JsonError {}

/// Returns the JSON of one derivation.
///
/// # Errors
/// See [`JsonError`].
pub fn derivation(derivation: &Derivation) -> Result<Json, JsonError> {
    let mut env = Members::new();
    let mut structured = None;
    for (name, value) in &derivation.env {
        if name == "__json" {
            structured = Some(structured_attributes(value)?);
        } else {
            env.insert(text(name)?, text(value)?.into());
        }
    }
    let mut outputs = Members::new();
    for (name, value) in &derivation.outputs {
        outputs.insert(text(name)?, output(value));
    }
    let mut drvs = Members::new();
    for (path, needed) in &derivation.input_drvs {
        drvs.insert(path.to_string(), inputs(needed)?);
    }
    let sources = Json::strings(derivation.input_srcs.iter().map(ToString::to_string));
    let args = derivation
        .args
        .iter()
        .map(|it| text(it))
        .collect::<Result<Vec<_>, _>>()?;
    let inputs = Json::object([("drvs", Json::Object(drvs)), ("srcs", sources)]);
    let members = [
        ("args", Json::strings(args)),
        ("builder", text(&derivation.builder)?.into()),
        ("env", Json::Object(env)),
        ("inputs", inputs),
        ("name", derivation.name.as_str().into()),
        ("outputs", Json::Object(outputs)),
        ("system", text(&derivation.system)?.into()),
        ("version", Json::Unsigned(VERSION.into())),
    ];
    let structured = structured.map(|structured| ("structuredAttrs", structured));
    Ok(Json::object(members.into_iter().chain(structured)))
}

fn structured_attributes(text: &[u8]) -> Result<Json, JsonError> {
    match Json::parse(text) {
        Ok(value @ Json::Object(_)) => Ok(value),
        Ok(_) => Err(JsonError::StructuredAttrs("expected an object".to_owned())),
        Err(error) => Err(JsonError::StructuredAttrs(error.0)),
    }
}

/// Returns what `nix derivation show` prints for these derivations.
///
/// # Errors
/// See [`JsonError`].
pub fn show<'a>(
    derivations: impl IntoIterator<Item = (&'a StorePath, &'a Derivation)>,
) -> Result<Json, JsonError> {
    let mut shown = Members::new();
    for (path, value) in derivations {
        shown.insert(path.to_string(), derivation(value)?);
    }
    Ok(Json::object([
        ("derivations", Json::Object(shown)),
        ("version", Json::Unsigned(VERSION.into())),
    ]))
}

fn text(bytes: &[u8]) -> Result<String, JsonError> {
    match bytes.to_str() {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(JsonError::NotUtf8(bytes.into())),
    }
}

fn output(output: &DerivationOutput) -> Json {
    match output {
        DerivationOutput::InputAddressed { path } => {
            Json::object([("path", path.to_string().into())])
        }
        DerivationOutput::Fixed { address, .. } => Json::object([
            ("hash", address.hash.render(HashFormat::Sri).into()),
            ("method", address.method.name().into()),
        ]),
        DerivationOutput::Floating { method, algorithm } => Json::object([
            ("hashAlgo", algorithm.name().into()),
            ("method", method.name().into()),
        ]),
        DerivationOutput::Deferred => Json::Object(Members::new()),
        DerivationOutput::Impure { method, algorithm } => Json::object([
            ("hashAlgo", algorithm.name().into()),
            ("impure", Json::Bool(true)),
            ("method", method.name().into()),
        ]),
    }
}

/// Recursion is bounded by the nesting of dynamic outputs.
fn inputs(inputs: &DerivationInputs) -> Result<Json, JsonError> {
    let names = inputs
        .outputs
        .iter()
        .map(|it| text(it))
        .collect::<Result<Vec<_>, _>>()?;
    let mut dynamic = Members::new();
    for (name, child) in &inputs.dynamic {
        dynamic.insert(text(name)?, self::inputs(child)?);
    }
    Ok(Json::object([
        ("dynamicOutputs", Json::Object(dynamic)),
        ("outputs", Json::strings(names)),
    ]))
}
