//! Shell commands with which a person can check a step.

use std::fmt::Write as _;

use crate::scheme::DigestFunction;

/// Returns a command that hashes exactly these bytes, in any POSIX shell.
pub(super) fn digest(function: DigestFunction, text: &[u8]) -> String {
    format!("{} | {}", print(text), program(function))
}

/// Returns a command that hashes the archive of what is at a path in the store.
pub(super) fn archive_digest(function: DigestFunction, path: &str) -> String {
    format!("nix-store --dump {path} | {}", program(function))
}

const fn program(function: DigestFunction) -> &'static str {
    match function {
        DigestFunction::Sha256 => "sha256sum",
        DigestFunction::Blake3 => "b3sum",
    }
}

/// Returns a command that converts the 20 bytes of a hash part, given in hexadecimal.
pub(super) fn base32(hex: &str) -> String {
    // The algorithm only says how many bytes there are; SHA-1 has 20, too.
    format!(
        "nix --extra-experimental-features nix-command hash convert --hash-algo sha1 --from base16 --to nix32 {hex}"
    )
}

fn print(text: &[u8]) -> String {
    match std::str::from_utf8(text) {
        Ok(text) if !text.chars().any(char::is_control) => {
            format!("printf %s '{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            let mut format = String::new();
            for &byte in text {
                match byte {
                    b'\'' => format.push_str(r"'\''"),
                    b'%' => format.push_str("%%"),
                    b'\\' => format.push_str(r"\\"),
                    b' '..=b'~' => format.push(char::from(byte)),
                    _ => write!(format, "\\{byte:03o}").expect("a string takes everything"),
                }
            }
            format!("printf '{format}'")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_shell_would_read() {
        assert_eq!(print(b"it's $x"), r"printf %s 'it'\''s $x'");
        assert_eq!(print(b"a%\\\n\xff'"), r"printf 'a%%\\\012\377'\'''");
    }
}
