//! The store directory that paths are made for: what the environment says, as with the reference.

use std::env;

use drvlab_lang::files::canonical;
use drvlab_store::StoreDir;

use crate::failure::Failure;

/// Variables that name the directory; the first that is set and not empty counts. Source: `libstore/globals.cc`.
const VARIABLES: [&str; 2] = ["NIX_STORE_DIR", "NIX_STORE"];

/// Returns the store directory: that of the environment, or the usual one.
///
/// # Errors
/// When the environment names what can be no store directory.
pub fn store_dir() -> Result<StoreDir, Failure> {
    let named = VARIABLES.iter().find_map(|variable| {
        let value = env::var_os(variable)?;
        (!value.is_empty()).then_some((variable, value))
    });
    let Some((variable, value)) = named else {
        return Ok(StoreDir::default());
    };
    parse(value.as_encoded_bytes()).ok_or_else(|| {
        Failure::message(format!(
            "'{}' in {variable} is no directory that a store can have",
            value.display()
        ))
    })
}

fn parse(path: &[u8]) -> Option<StoreDir> {
    if !path.starts_with(b"/") {
        return None;
    }
    StoreDir::new(std::str::from_utf8(&canonical(path)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_made_canonical() {
        let parsed = |path: &str| parse(path.as_bytes()).map(|dir| dir.as_str().to_owned());
        assert_eq!(parsed("/other//store/."), Some("/other/store".to_owned()));
        for bad in ["", "/", "relative", "/a\"b", "/a\nb"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
