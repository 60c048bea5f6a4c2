//! How the reference's JSON library writes strings and numbers.

use crate::context::ContextId;

/// A text under construction.
#[derive(Debug, Default)]
pub struct JsonText {
    /// The text so far.
    pub bytes: Vec<u8>,
    /// What the strings in it refer to.
    pub context: ContextId,
}

/// Appends a string literal.
///
/// # Errors
/// Bytes that are not UTF-8, in the words of the reference's library.
pub fn append_string(text: &[u8], out: &mut Vec<u8>) -> Result<(), String> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let at = error.valid_up_to() + error.error_len().map_or(0, |length| length - 1);
        format!(
            "[json.exception.type_error.316] invalid UTF-8 byte at index {}: 0x{:02X}",
            at,
            text.get(at).copied().unwrap_or_default()
        )
    })?;
    out.push(b'"');
    for &byte in text.as_bytes() {
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
pub fn append_float(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').expect("Rust writes an exponent");
    let exponent: i32 = exponent.parse().expect("Rust writes an integer exponent");
    // The library goes over to exponents outside 1e-5 < |x| < 1e15.
    if (-5..15).contains(&exponent) {
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
