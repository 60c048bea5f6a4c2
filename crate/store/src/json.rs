//! Derivations as JSON, in version 4 of the reference's format (`nix derivation show` of Nix 2.34).
//!
//! Writing is here, reading in [`parse()`]. Source: the manual's page "Derivation JSON format" and `libstore/derivations.cc`.

mod parse;

use std::fmt;
use std::io;

use bstr::{BString, ByteSlice as _};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};
use serde_json::{Map, Value, json};

pub use parse::{JsonReadError, parse, parse_show};

use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::hash::HashFormat;
use crate::json_number;
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

/// Layout of JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Without any white space, as the reference prints into a pipe.
    Compact,
    /// Indented by two spaces, as the reference prints to a terminal or with `--pretty`.
    Pretty,
}

/// Returns the JSON of one derivation.
///
/// # Errors
/// See [`JsonError`].
pub fn derivation(derivation: &Derivation) -> Result<Value, JsonError> {
    let mut env = Map::new();
    let mut structured = None;
    for (name, value) in &derivation.env {
        if name == "__json" {
            let parsed: Map<String, Value> = serde_json::from_slice(value)
                .map_err(|error| JsonError::StructuredAttrs(error.to_string()))?;
            structured = Some(parsed);
        } else {
            env.insert(text(name)?, text(value)?.into());
        }
    }
    let mut outputs = Map::new();
    for (name, value) in &derivation.outputs {
        outputs.insert(text(name)?, output(value));
    }
    let mut drvs = Map::new();
    for (path, needed) in &derivation.input_drvs {
        drvs.insert(path.to_string(), inputs(needed)?);
    }
    let sources: Vec<_> = derivation
        .input_srcs
        .iter()
        .map(ToString::to_string)
        .collect();
    let args: Vec<_> = derivation.args.iter().map(text).collect::<Result<_, _>>()?;
    let mut value = json!({
        "args": args,
        "builder": text(&derivation.builder)?,
        "env": env,
        "inputs": { "drvs": drvs, "srcs": sources },
        "name": derivation.name,
        "outputs": outputs,
        "system": text(&derivation.system)?,
        "version": VERSION,
    });
    if let Some(structured) = structured {
        value["structuredAttrs"] = structured.into();
    }
    Ok(value)
}

/// Returns what `nix derivation show` prints for these derivations.
///
/// # Errors
/// See [`JsonError`].
pub fn show<'a>(
    derivations: impl IntoIterator<Item = (&'a StorePath, &'a Derivation)>,
) -> Result<Value, JsonError> {
    let mut shown = Map::new();
    for (path, value) in derivations {
        shown.insert(path.to_string(), derivation(value)?);
    }
    Ok(json!({ "derivations": shown, "version": VERSION }))
}

/// Returns the text of a value as the reference's JSON library prints it, keys sorted, without a newline at the end.
#[must_use]
pub fn to_text(value: &Value, layout: Layout) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    match layout {
        Layout::Compact => serialize(&value, CompactFormatter),
        Layout::Pretty => serialize(&value, PrettyFormatter::new()),
    }
}

fn serialize(value: &Value, layout: impl Formatter) -> String {
    use serde::Serialize as _;

    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, ReferenceNumbers(layout));
    value
        .serialize(&mut serializer)
        .expect("writing a JSON value into memory cannot fail");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn text(bytes: &BString) -> Result<String, JsonError> {
    match bytes.to_str() {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(JsonError::NotUtf8(bytes.clone())),
    }
}

fn output(output: &DerivationOutput) -> Value {
    match output {
        DerivationOutput::InputAddressed { path } => json!({ "path": path.to_string() }),
        DerivationOutput::Fixed { address, .. } => json!({
            "hash": address.hash.render(HashFormat::Sri),
            "method": address.method.name(),
        }),
        DerivationOutput::Floating { method, algorithm } => json!({
            "hashAlgo": algorithm.name(),
            "method": method.name(),
        }),
        DerivationOutput::Deferred => json!({}),
        DerivationOutput::Impure { method, algorithm } => json!({
            "hashAlgo": algorithm.name(),
            "impure": true,
            "method": method.name(),
        }),
    }
}

/// Recursion is bounded by the nesting of dynamic outputs.
fn inputs(inputs: &DerivationInputs) -> Result<Value, JsonError> {
    let names: Vec<_> = inputs.outputs.iter().map(text).collect::<Result<_, _>>()?;
    let mut dynamic = Map::new();
    for (name, child) in &inputs.dynamic {
        dynamic.insert(text(name)?, self::inputs(child)?);
    }
    Ok(json!({ "dynamicOutputs": dynamic, "outputs": names }))
}

/// A layout with floating-point numbers as the reference's JSON library writes them: `1e+20` where Rust has `1e20`.
struct ReferenceNumbers<F>(F);

/// Passes methods of [`Formatter`] on to the layout.
macro_rules! delegate {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$method(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for ReferenceNumbers<F> {
    delegate! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(json_number::float(value).as_bytes())
    }
}
