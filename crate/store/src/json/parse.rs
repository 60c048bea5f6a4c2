//! Reading the JSON of derivations, in version 4 of the reference's format.

use crate::OrderedMap;
use std::fmt;

use bstr::{BString, ByteSlice as _};

use super::VERSION;
use crate::aterm::MAX_DYNAMIC_DEPTH;
use crate::content_address::{ContentAddress, ContentAddressMethod};
use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::hash::{Hash, HashAlgorithm};
use crate::json_value::{Json, Layout, Members};
use crate::store_path::{StoreDir, StorePath};

/// Where and why a JSON text is no derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonReadError {
    /// From the outermost object to what is wrong, for example `derivations.….outputs.out`; empty for the text as a whole.
    pub field: String,
    /// What is wrong; for a text that is no JSON it has line and column.
    pub message: String,
}

impl fmt::Display for JsonReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "error parsing derivation JSON: {}", self.message)
        } else {
            write!(
                f,
                "error parsing derivation JSON at {}: {}",
                self.field, self.message
            )
        }
    }
}

impl std::error::Error for JsonReadError {}

type Parsed<T> = Result<T, JsonReadError>;

/// A value and the way to it.
#[derive(Clone, Copy)]
struct At<'a> {
    value: &'a Json,
    parent: Option<&'a At<'a>>,
    key: &'a str,
}

impl<'a> At<'a> {
    fn error(&self, message: impl Into<String>) -> JsonReadError {
        let mut keys = vec![self.key];
        let mut at = self.parent;
        while let Some(parent) = at {
            keys.push(parent.key);
            at = parent.parent;
        }
        keys.retain(|key| !key.is_empty());
        keys.reverse();
        JsonReadError {
            field: keys.join("."),
            message: message.into(),
        }
    }

    fn object(&self) -> Parsed<&'a Members> {
        let object = self.value.as_object();
        object.ok_or_else(|| self.error("expected an object"))
    }

    fn text(&self) -> Parsed<&'a str> {
        let text = self.value.as_str();
        text.ok_or_else(|| self.error("expected a string"))
    }

    fn list(&self) -> Parsed<&'a [Json]> {
        let list = self.value.as_array();
        list.ok_or_else(|| self.error("expected an array"))
    }

    /// Hands a member to `read`.
    fn member<T>(&self, key: &str, read: impl FnOnce(&At<'_>) -> Parsed<T>) -> Parsed<T> {
        let value = self.object()?.get(key);
        let value = value.ok_or_else(|| self.error(format!("expected a member '{key}'")))?;
        read(&At {
            value,
            parent: Some(self),
            key,
        })
    }

    /// Hands each member to `read`.
    fn each(&self, mut read: impl FnMut(&str, &At<'_>) -> Parsed<()>) -> Parsed<()> {
        for (key, value) in self.object()? {
            read(
                key,
                &At {
                    value,
                    parent: Some(self),
                    key,
                },
            )?;
        }
        Ok(())
    }

    /// Hands each element to `read`.
    fn elements(&self, mut read: impl FnMut(&At<'_>) -> Parsed<()>) -> Parsed<()> {
        for (index, value) in self.list()?.iter().enumerate() {
            read(&At {
                value,
                parent: Some(self),
                key: &index.to_string(),
            })?;
        }
        Ok(())
    }

    fn version(&self) -> Parsed<()> {
        self.member("version", |version| match version.value.as_u64() {
            Some(number) if number == u64::from(VERSION) => Ok(()),
            _ => Err(version.error(format!("only version {VERSION} is read"))),
        })
    }

    fn path(&self, text: &str) -> Parsed<StorePath> {
        StorePath::parse(text).map_err(|error| self.error(error.to_string()))
    }
}

/// Reads what `nix derivation show` prints.
///
/// # Errors
/// The first place where the text is not what the format demands.
pub fn parse_show(
    text: &[u8],
    store_dir: &StoreDir,
) -> Result<OrderedMap<StorePath, Derivation>, JsonReadError> {
    with_text(text, |root| {
        root.version()?;
        let mut derivations = OrderedMap::new();
        root.member("derivations", |all| {
            all.each(|path, one| {
                let path = one.path(path)?;
                derivations.insert(path, derivation(one, store_dir)?);
                Ok(())
            })
        })?;
        Ok(derivations)
    })
}

/// Reads the JSON of one derivation, as [`super::derivation`] gives it.
///
/// # Errors
/// The first place where the text is not what the format demands.
pub fn parse(text: &[u8], store_dir: &StoreDir) -> Result<Derivation, JsonReadError> {
    with_text(text, |root| derivation(root, store_dir))
}

fn with_text<T>(text: &[u8], read: impl FnOnce(&At<'_>) -> Parsed<T>) -> Parsed<T> {
    let value = Json::parse(text).map_err(|error| JsonReadError {
        field: String::new(),
        message: error.0,
    })?;
    read(&At {
        value: &value,
        parent: None,
        key: "",
    })
}

fn derivation(at: &At<'_>, store_dir: &StoreDir) -> Parsed<Derivation> {
    at.version()?;
    let name = at.member("name", |name| name.text().map(ToOwned::to_owned))?;
    let mut derivation = Derivation::new(name);
    let text = |at: &At<'_>| at.text().map(BString::from);
    derivation.system = at.member("system", text)?;
    derivation.builder = at.member("builder", text)?;
    at.member("args", |args| {
        args.elements(|arg| {
            derivation.args.push(text(arg)?);
            Ok(())
        })
    })?;
    at.member("env", |env| {
        env.each(|name, value| {
            derivation.env.insert(name.into(), text(value)?);
            Ok(())
        })
    })?;
    if let Some(structured) = at
        .object()?
        .get("structuredAttrs")
        .filter(|it| **it != Json::Null)
    {
        if structured.as_object().is_none() {
            return Err(at.error("expected 'structuredAttrs' to be an object"));
        }
        let json = structured.to_text(Layout::Compact);
        derivation.env.insert("__json".into(), json.into());
    }
    at.member("inputs", |inputs| {
        inputs.member("srcs", |sources| {
            sources.elements(|source| {
                derivation.input_srcs.insert(source.path(source.text()?)?);
                Ok(())
            })
        })?;
        inputs.member("drvs", |drvs| {
            drvs.each(|path, needed| {
                derivation
                    .input_drvs
                    .insert(needed.path(path)?, self::inputs(needed, 0)?);
                Ok(())
            })
        })
    })?;
    let name = derivation.name.clone();
    at.member("outputs", |outputs| {
        outputs.each(|output, value| {
            let read = self::output(value, &name, output, store_dir)?;
            derivation.outputs.insert(output.into(), read);
            Ok(())
        })
    })?;
    Ok(derivation)
}

fn inputs(at: &At<'_>, depth: usize) -> Parsed<DerivationInputs> {
    if depth > MAX_DYNAMIC_DEPTH {
        return Err(at.error(format!(
            "outputs of outputs are nested deeper than {MAX_DYNAMIC_DEPTH}"
        )));
    }
    let mut needed = DerivationInputs::default();
    at.member("outputs", |outputs| {
        outputs.elements(|output| {
            needed.outputs.insert(output.text()?.into());
            Ok(())
        })
    })?;
    at.member("dynamicOutputs", |dynamic| {
        dynamic.each(|output, inner| {
            needed
                .dynamic
                .insert(output.into(), inputs(inner, depth + 1)?);
            Ok(())
        })
    })?;
    Ok(needed)
}

/// Which members an output has says what kind it is.
fn output(
    at: &At<'_>,
    derivation_name: &str,
    output: &str,
    store_dir: &StoreDir,
) -> Parsed<DerivationOutput> {
    let has = |key| at.object().map(|object| object.contains_key(key));
    let method = || {
        at.member("method", |method| {
            let name = method.text()?;
            ContentAddressMethod::parse_mode(name.as_bytes())
                .filter(|method| method.name() == name)
                .ok_or_else(|| method.error(format!("unknown method '{name}'")))
        })
    };
    if has("path")? {
        let path = at.member("path", |path| path.path(path.text()?))?;
        return Ok(DerivationOutput::InputAddressed { path });
    }
    if has("hash")? {
        let hash = at.member("hash", |hash| {
            Hash::parse_sri(hash.text()?).map_err(|error| hash.error(error.to_string()))
        })?;
        let address = ContentAddress {
            method: method()?,
            hash,
        };
        return DerivationOutput::fixed(
            store_dir,
            address,
            derivation_name,
            output.as_bytes().as_bstr(),
        )
        .map_err(|error| at.error(error.to_string()));
    }
    if has("hashAlgo")? {
        let algorithm = at.member("hashAlgo", |name| {
            HashAlgorithm::parse(name.text()?.as_bytes())
                .map_err(|error| name.error(error.to_string()))
        })?;
        let method = method()?;
        let impure = at.object()?.get("impure") == Some(&Json::Bool(true));
        return Ok(if impure {
            DerivationOutput::Impure { method, algorithm }
        } else {
            DerivationOutput::Floating { method, algorithm }
        });
    }
    if at.object()?.is_empty() {
        return Ok(DerivationOutput::Deferred);
    }
    Err(at.error("expected 'path', 'hash', 'hashAlgo' or nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where_it_is_wrong() {
        let message = |text: &str| match parse_show(text.as_bytes(), &StoreDir::default()) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        let one = |inside: &str| {
            format!(
                r#"{{"version":4,"derivations":{{"00000000000000000000000000000000-a.drv":{{"version":4,"name":"a","system":"s","builder":"b","args":[],"env":{{}},"inputs":{{"srcs":[],"drvs":{{}}}},"outputs":{{{inside}}}}}}}}}"#
            )
        };
        assert_eq!(message(&one("")), "accepted");
        assert!(message("{").contains("unexpected end of input"));
        assert!(message(r#"{"version":3}"#).ends_with("at version: only version 4 is read"));
        assert!(message(r#"{"version":4}"#).ends_with("expected a member 'derivations'"));
        let output = message(&one(r#""out":{"hashAlgo":"sha257","method":"nar"}"#));
        assert!(
            output.contains("-a.drv.outputs.out.hashAlgo: unknown hash algorithm 'sha257'"),
            "{output}"
        );
        let output = message(&one(r#""out":{"x":1}"#));
        assert!(output.ends_with("expected 'path', 'hash', 'hashAlgo' or nothing"));
        let output = message(&one(r#""out":{"path":"a"}"#));
        assert!(output.contains("outputs.out.path: 'a' is too short"));
    }
}
