//! What a builder starts with: its environment and the files beside it, as the reference sets them in its sandbox.
//!
//! Source: `initEnv` in `libstore/unix/build/derivation-builder.cc`, `desugar` in `libstore/build/derivation-env-desugar.cc`.

use drvlab_store::OrderedMap;

use bstr::{BString, ByteSlice as _};
use drvlab_store::encoding::nix32_encode;
use drvlab_store::hash::sha256;
use drvlab_store::json_value::{Json, Layout, Members};
use drvlab_store::{Derivation, DerivationOutput, StoreDir};

use crate::host::Host;
use crate::rewriting::Rewrites;

/// Directory that a build starts in, inside the sandbox.
pub const BUILD_DIRECTORY: &str = "/build";

/// Environment and files of a builder.
#[derive(Debug, Default)]
pub struct Surroundings {
    pub environment: OrderedMap<BString, BString>,
    /// Files in the build directory.
    pub files: OrderedMap<BString, BString>,
}

/// Parses the structured attributes of a derivation; `None` if it has none, or broken ones.
#[must_use]
pub fn structured_attributes(derivation: &Derivation) -> Option<Members> {
    members(derivation.env.get(b"__json".as_bstr())?)
}

fn members(text: &[u8]) -> Option<Members> {
    match Json::parse(text) {
        Ok(Json::Object(members)) => Some(members),
        _ => None,
    }
}

/// Returns what the builder of a derivation starts with; `rewrites` puts paths in the place of placeholders.
#[must_use]
pub fn surroundings(
    derivation: &Derivation,
    store_dir: &StoreDir,
    host: &Host,
    rewrites: &Rewrites,
    outputs: &OrderedMap<BString, String>,
) -> Surroundings {
    let mut surroundings = Surroundings::default();
    let set = |surroundings: &mut Surroundings, name: &str, value: &str| {
        surroundings.environment.insert(name.into(), value.into());
    };
    set(&mut surroundings, "PATH", "/path-not-set");
    set(&mut surroundings, "HOME", "/homeless-shelter");
    set(&mut surroundings, "NIX_STORE", store_dir.as_str());
    set(
        &mut surroundings,
        "NIX_BUILD_CORES",
        &host.cores.to_string(),
    );
    if let Some(mut attributes) = structured_attributes(derivation) {
        let paths = outputs
            .iter()
            .map(|(name, path)| (name.to_string(), Json::from(path.as_str())))
            .collect();
        attributes.insert("outputs".to_owned(), Json::Object(paths));
        let json = Json::Object(attributes).to_text(Layout::Compact);
        let json = rewrites.apply(json.as_bytes());
        // What is not JSON any more after rewriting cannot come about: paths need no escapes.
        let attributes = members(&json).unwrap_or_default();
        let shell = shell_attributes(&attributes);
        surroundings.files.insert(".attrs.json".into(), json.into());
        surroundings.files.insert(".attrs.sh".into(), shell.into());
        for (name, file) in [
            ("NIX_ATTRS_SH_FILE", ".attrs.sh"),
            ("NIX_ATTRS_JSON_FILE", ".attrs.json"),
        ] {
            set(
                &mut surroundings,
                name,
                &format!("{BUILD_DIRECTORY}/{file}"),
            );
        }
    } else {
        let as_file: Vec<&[u8]> = match derivation.env.get(b"passAsFile".as_bstr()) {
            Some(names) => names
                .split(|byte| b" \t\n\r".contains(byte))
                .filter(|name| !name.is_empty())
                .collect(),
            None => Vec::new(),
        };
        for (name, value) in &derivation.env {
            let value: BString = rewrites.apply(value).into();
            if as_file.contains(&name.as_bytes()) {
                let file = format!(".attr-{}", nix32_encode(&sha256(name)));
                let variable = [name, b"Path".as_slice()].concat().into();
                let path = format!("{BUILD_DIRECTORY}/{file}").into();
                surroundings.environment.insert(variable, path);
                surroundings.files.insert(file.into(), value);
            } else {
                surroundings.environment.insert(name.into(), value);
            }
        }
    }
    for name in ["NIX_BUILD_TOP", "TMPDIR", "TEMPDIR", "TMP", "TEMP", "PWD"] {
        set(&mut surroundings, name, BUILD_DIRECTORY);
    }
    let fixed = derivation
        .outputs
        .values()
        .any(|output| matches!(output, DerivationOutput::Fixed { .. }));
    if fixed {
        set(&mut surroundings, "NIX_OUTPUT_CHECKED", "1");
        for name in impure_variables(derivation) {
            // The machine that builds has none of them.
            surroundings.environment.insert(name, BString::default());
        }
    }
    set(&mut surroundings, "NIX_LOG_FD", "2");
    set(&mut surroundings, "TERM", "xterm-256color");
    surroundings
}

/// The names in the attribute `impureEnvVars`.
fn impure_variables(derivation: &Derivation) -> Vec<BString> {
    if let Some(attributes) = structured_attributes(derivation) {
        return match attributes.get("impureEnvVars") {
            Some(Json::Array(names)) => names
                .iter()
                .filter_map(Json::as_str)
                .map(Into::into)
                .collect(),
            _ => Vec::new(),
        };
    }
    match derivation.env.get(b"impureEnvVars".as_bstr()) {
        Some(names) => names
            .split(|byte| b" \t\n\r".contains(byte))
            .filter(|name| !name.is_empty())
            .map(BString::from)
            .collect(),
        None => Vec::new(),
    }
}

/// Writes attributes as declarations of Bash; what cannot be written as such is left out.
fn shell_attributes(attributes: &Members) -> String {
    let mut text = String::new();
    for (name, value) in attributes {
        if !is_shell_name(name) {
            continue;
        }
        if let Some(simple) = simple(value) {
            text += &format!("declare {name}={simple}\n");
            continue;
        }
        match value {
            Json::Array(items) => {
                let items: Option<String> = items
                    .iter()
                    .map(|item| simple(item).map(|item| item + " "))
                    .collect();
                if let Some(items) = items {
                    text += &format!("declare -a {name}=({items})\n");
                }
            }
            Json::Object(entries) => {
                let entries: Option<String> = entries
                    .iter()
                    .map(|(name, value)| Some(format!("[{}]={} ", quoted(name), simple(value)?)))
                    .collect();
                if let Some(entries) = entries {
                    text += &format!("declare -A {name}=({entries})\n");
                }
            }
            _ => {}
        }
    }
    text
}

fn is_shell_name(name: &str) -> bool {
    let first = name.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A value without parts as Bash writes it; `None` for others, fractions among them.
fn simple(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(quoted(text)),
        Json::Null => Some("''".to_owned()),
        Json::Bool(true) => Some("1".to_owned()),
        Json::Bool(false) => Some(String::new()),
        Json::Unsigned(number) => i64::try_from(*number).ok().map(|number| number.to_string()),
        Json::Integer(number) => Some(number.to_string()),
        Json::Float(number) => (number.ceil() == *number && number.abs() < 2_f64.powi(31))
            .then(|| format!("{number:.0}")),
        Json::Array(_) | Json::Object(_) => None,
    }
}
