//! `nix-cache-info`, the file at the root of a binary cache.
//!
//! Source: `libstore/binary-cache-store.cc`.

use std::fmt::Write as _;

use bstr::{BString, ByteSlice as _};

/// What a binary cache says about itself; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheInfo {
    /// The store directory that its paths are for.
    pub store_dir: Option<BString>,
    /// Whether it likes to be asked for many paths at once.
    pub want_mass_query: Option<bool>,
    /// Lower comes first; see [`CacheInfo::DEFAULT_PRIORITY`].
    pub priority: Option<i32>,
}

/// The value of `Priority` is no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidPriority(pub BString);

impl std::fmt::Display for InvalidPriority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "priority '{}' in nix-cache-info is not a number", self.0)
    }
}

impl std::error::Error for InvalidPriority {}

impl CacheInfo {
    /// The priority of caches that do not state one, so they come before the usual 30 to 50.
    ///
    /// Measured with the reference (`file://` caches); its manual names none.
    pub const DEFAULT_PRIORITY: i32 = 0;

    /// Parses the file; unknown fields and lines without a colon are skipped.
    ///
    /// # Errors
    /// [`InvalidPriority`].
    pub fn parse(text: &[u8]) -> Result<Self, InvalidPriority> {
        let mut info = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.split_once_str(":") else {
                continue;
            };
            let value = value.trim_ascii();
            match name {
                b"StoreDir" => info.store_dir = Some(value.into()),
                b"WantMassQuery" => info.want_mass_query = Some(value == b"1"),
                b"Priority" => {
                    let priority =
                        leading_number(value).ok_or_else(|| InvalidPriority(value.into()))?;
                    info.priority = Some(priority);
                }
                _ => {}
            }
        }
        Ok(info)
    }

    /// Returns the text of the file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        // Writing into a string cannot fail.
        if let Some(wants) = self.want_mass_query {
            let _ = writeln!(text, "WantMassQuery: {}", u8::from(wants));
        }
        if let Some(priority) = self.priority {
            let _ = writeln!(text, "Priority: {priority}");
        }
        let mut bytes = Vec::new();
        if let Some(store_dir) = &self.store_dir {
            bytes.extend_from_slice(b"StoreDir: ");
            bytes.extend_from_slice(store_dir);
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(text.as_bytes());
        bytes
    }
}

/// Parses digits with an optional sign and ignores what follows, as C's `stoi` does.
fn leading_number(text: &[u8]) -> Option<i32> {
    let signed = text.strip_prefix(b"-").or(text.strip_prefix(b"+"));
    let sign = text.len() - signed.unwrap_or(text).len();
    let digits = text[sign..].iter().take_while(|byte| byte.is_ascii_digit());
    let end = sign + digits.count();
    text[..end].to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let info = CacheInfo {
            store_dir: Some("/nix/store".into()),
            want_mass_query: Some(true),
            priority: Some(40),
        };
        let text = info.to_bytes();
        assert_eq!(
            text,
            b"StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n"
        );
        assert_eq!(CacheInfo::parse(&text), Ok(info));
    }

    #[test]
    fn is_lenient_where_the_reference_is() {
        let info =
            CacheInfo::parse(b"rubbish\nPriority:  -7 apples\n\nStoreDir:/x\nFoo: 1").unwrap();
        assert_eq!(info.priority, Some(-7));
        assert_eq!(info.store_dir, Some("/x".into()));
        assert_eq!(info.want_mass_query, None);
        for bad in ["x", "", "99999999999", "+"] {
            assert!(CacheInfo::parse(format!("Priority: {bad}\n").as_bytes()).is_err());
        }
    }
}
