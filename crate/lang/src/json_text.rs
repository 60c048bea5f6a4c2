//! How the reference's JSON library writes strings and numbers.

use crate::context::GatheredContext;
use drvlab_store::json_string;

/// A text under construction.
#[derive(Debug, Default)]
pub struct JsonText {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// What the strings in it refer to.
    pub context: GatheredContext,
    /// What is wrong with the first string that is not UTF-8, and where it would stand. The reference writes the text only after it
    /// has evaluated everything, so this is no reason to stop.
    pub invalid: Option<(String, usize)>,
    /// Whether a value that has not been evaluated is an error instead of being evaluated.
    pub lazy: bool,
    /// Whether sets are written as they are, also those that otherwise stand for a string.
    pub plain_sets: bool,
}

impl JsonText {
    /// Appends a string literal.
    pub fn append_string(&mut self, text: &[u8]) {
        if let Err(message) = append_string(text, &mut self.bytes) {
            self.invalid.get_or_insert((message, self.bytes.len()));
        }
    }
}

/// Appends a string literal.
///
/// # Errors
/// Bytes that are not UTF-8, in the words of the reference's library.
pub fn append_string(text: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let valid = std::str::from_utf8(text).map_err(|error| {
        let rest = &text[error.valid_up_to()..];
        let reason = match error.error_len() {
            None => format!(
                "incomplete UTF-8 string; last byte: 0x{:02X}",
                text.last().copied().unwrap_or_default()
            ),
            Some(length) => {
                // Either the first byte is wrong, or the one after those that made a good start.
                let at = if matches!(rest[0], 0xC2..=0xF4) {
                    length
                } else {
                    0
                };
                let byte = rest.get(at).copied().unwrap_or_default();
                format!(
                    "invalid UTF-8 byte at index {}: 0x{byte:02X}",
                    error.valid_up_to() + at
                )
            }
        };
        format!("[json.exception.type_error.316] {reason}")
    })?;
    json_string::append(valid, out);
    Ok(())
}

/// Appends a floating point number; `null` for what JSON cannot say.
pub fn append_float(number: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(drvlab_store::json_number::float(number).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_utf8_is_named_as_in_the_reference() {
        let cases: [(&[u8], &str); 4] = [
            (b"\xC3", "incomplete UTF-8 string; last byte: 0xC3"),
            (b"\xA9", "invalid UTF-8 byte at index 0: 0xA9"),
            (b"abc\xE2\x82", "incomplete UTF-8 string; last byte: 0x82"),
            (b"abc\xE2\x82d", "invalid UTF-8 byte at index 5: 0x64"),
        ];
        for (text, reason) in cases {
            let message = append_string(text, &mut Vec::new()).expect_err("invalid");
            assert_eq!(message, format!("[json.exception.type_error.316] {reason}"));
        }
    }
}
