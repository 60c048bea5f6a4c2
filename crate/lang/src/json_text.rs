//! How the reference's JSON library writes strings and numbers.

use crate::context::ContextId;

/// A text under construction.
#[derive(Debug, Default)]
pub struct JsonText {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// What the strings in it refer to.
    pub context: ContextId,
    /// What is wrong with the first string that is not UTF-8. The reference writes the text only after it has evaluated everything,
    /// so this is no reason to stop.
    pub invalid: Option<String>,
    /// Whether a value that has not been evaluated is an error instead of being evaluated.
    pub lazy: bool,
    /// Whether sets are written as they are, also those that otherwise stand for a string.
    pub plain_sets: bool,
}

impl JsonText {
    /// Appends a string literal.
    pub fn append_string(&mut self, text: &[u8]) {
        if let Err(message) = append_string(text, &mut self.bytes) {
            self.invalid.get_or_insert(message);
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
    out.push(b'"');
    for &byte in valid.as_bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
    Ok(())
}

/// Appends a floating point number: the shortest digits that read back the same; `null` for what JSON cannot say.
///
/// Of several shortest texts this takes the closest; the reference's algorithm (Grisu2) rarely takes another one, which
/// differs in the 17th digit.
pub fn append_float(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("Rust writes an exponent");
    let exponent: i32 = exponent.parse().expect("Rust writes an integer exponent");
    // The library goes over to exponents outside 1e-4 <= |x| < 1e15.
    if number == 0.0 || (-4..15).contains(&exponent) {
        let plain = format!("{number}");
        out.extend_from_slice(plain.as_bytes());
        if !plain.contains('.') {
            out.extend_from_slice(b".0");
        }
        return;
    }
    out.extend_from_slice(digits.as_bytes());
    let sign = if exponent < 0 { '-' } else { '+' };
    out.extend_from_slice(format!("e{sign}{:02}", exponent.abs()).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_look_as_in_the_reference() {
        let cases = [
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (0.00012345, "0.00012345"),
            (1e14, "100000000000000.0"),
            (1e15, "1e+15"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (-0.0, "-0.0"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e+308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100.0"),
            (f64::INFINITY, "null"),
        ];
        for (number, expected) in cases {
            let mut text = Vec::new();
            append_float(number, &mut text);
            assert_eq!(String::from_utf8(text).as_deref(), Ok(expected));
        }
    }

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
