//! The three text encodings of digests: hexadecimal, nix32 and base64.
//!
//! Decoders accept exactly what the reference accepts (`libutil/base-n.cc`, `base-nix-32.cc`).

use std::fmt;

/// The digits of nix32: no `e`, `o`, `t`, `u`, so that no hash spells an offensive word.
pub const NIX32_ALPHABET: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";

const NOT_A_DIGIT: u8 = 0xff;

const NIX32_VALUES: [u8; 256] = {
    let mut values = [NOT_A_DIGIT; 256];
    let mut digit = 0;
    while digit < NIX32_ALPHABET.len() {
        values[NIX32_ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

const BASE64_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A character that the encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidDigit {
    /// What was found.
    pub byte: u8,
    /// Offset of the byte in the decoded text.
    pub offset: usize,
}

impl fmt::Display for InvalidDigit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "invalid character '{}' at offset {}",
            self.byte.escape_ascii(),
            self.offset
        )
    }
}

impl std::error::Error for InvalidDigit {}

/// Returns the number of nix32 characters for `bytes` bytes.
#[must_use]
pub const fn nix32_len(bytes: usize) -> usize {
    (bytes * 8).div_ceil(5)
}

/// Returns the number of padded base64 characters for `bytes` bytes.
#[must_use]
pub const fn base64_len(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}

/// Appends the nix32 text of `bytes`: five bits a character, the last byte's highest bits first.
pub fn nix32_encode_into(bytes: &[u8], out: &mut impl crate::sink::ByteSink) {
    for position in (0..nix32_len(bytes.len())).rev() {
        let bit = position * 5;
        let (index, shift) = (bit / 8, bit % 8);
        let low = u16::from(bytes[index]);
        let high = u16::from(bytes.get(index + 1).copied().unwrap_or(0));
        let digit = ((low | (high << 8)) >> shift) & 31;
        out.put(&[NIX32_ALPHABET[usize::from(digit)]]);
    }
}

/// Returns the nix32 text of `bytes`.
#[must_use]
pub fn nix32_encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(nix32_len(bytes.len()));
    nix32_encode_into(bytes, &mut text);
    String::from_utf8(text).expect("the nix32 alphabet is ASCII")
}

/// Decodes nix32 text of any length.
///
/// The result has one byte more than the usual length when the first character carries bits that do not
/// fit, as in the reference, so that comparing lengths finds such texts.
///
/// # Errors
/// The last character (in reading order) that is no nix32 digit.
pub fn nix32_decode(text: &[u8]) -> Result<Vec<u8>, InvalidDigit> {
    let mut bytes = vec![0u8; text.len() * 5 / 8 + 2];
    let mut used = 0;
    for (position, &byte) in text.iter().rev().enumerate() {
        let digit = NIX32_VALUES[usize::from(byte)];
        if digit == NOT_A_DIGIT {
            return Err(InvalidDigit {
                byte,
                offset: text.len() - 1 - position,
            });
        }
        let bit = position * 5;
        let (index, shift) = (bit / 8, bit % 8);
        let wide = u16::from(digit) << shift;
        bytes[index] |= (wide & 0xff) as u8;
        used = used.max(index + 1);
        if wide > 0xff {
            bytes[index + 1] |= (wide >> 8) as u8;
            used = index + 2;
        }
    }
    bytes.truncate(used);
    Ok(bytes)
}

/// Returns the lower-case hexadecimal text of `bytes`.
#[must_use]
pub fn hex_encode(bytes: &[u8]) -> String {
    let mut text = vec![0; bytes.len() * 2];
    hex_digits(bytes, &mut text);
    String::from_utf8(text).expect("hexadecimal digits are ASCII")
}

/// Writes two lower-case hexadecimal digits for each byte, by arithmetic that compilers turn into vector instructions.
pub fn hex_digits(bytes: &[u8], text: &mut [u8]) {
    let digit = |value: u8| value + b'0' + u8::from(value > 9) * (b'a' - b'0' - 10);
    let (pairs, _) = text.as_chunks_mut::<2>();
    for (pair, &byte) in pairs.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
}

/// Appends the lower-case hexadecimal text of `bytes`.
pub fn hex_encode_into(bytes: &[u8], out: &mut impl crate::sink::ByteSink) {
    // 64 bytes are the longest digest; longer input goes in pieces.
    let mut text = [0u8; 128];
    for piece in bytes.chunks(64) {
        let text = &mut text[..piece.len() * 2];
        hex_digits(piece, text);
        out.put(text);
    }
}

/// Decodes hexadecimal text in either case.
///
/// # Errors
/// The last character of a text of odd length, or else the first one that is no digit.
pub fn hex_decode(text: &[u8]) -> Result<Vec<u8>, InvalidDigit> {
    let invalid = |offset: usize| InvalidDigit {
        byte: text[offset],
        offset,
    };
    let value = |offset: usize| {
        let digit = char::from(text[offset]).to_digit(16);
        digit.map(|digit| digit as u8).ok_or(invalid(offset))
    };
    if !text.len().is_multiple_of(2) {
        return Err(invalid(text.len() - 1));
    }
    (0..text.len())
        .step_by(2)
        .map(|offset| Ok(value(offset)? << 4 | value(offset + 1)?))
        .collect()
}

/// Returns the padded base64 text of `bytes`.
#[must_use]
pub fn base64_encode(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(base64_len(bytes.len()));
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .zip([16, 8, 0])
            .fold(0, |bits, (&byte, shift)| bits | u32::from(byte) << shift);
        let digits = [18, 12, 6, 0].map(|shift| BASE64_ALPHABET[(bits >> shift & 63) as usize]);
        text.extend_from_slice(&digits[..=group.len()]);
        text.resize(text.len() + 3 - group.len(), b'=');
    }
    String::from_utf8(text).expect("the base64 alphabet is ASCII")
}

/// Decodes base64 text as leniently as the reference: it ends at the first `=`, newlines do not count, and
/// bits that fill no byte are dropped.
///
/// # Errors
/// The first character that is no base64 digit.
pub fn base64_decode(text: &[u8]) -> Result<Vec<u8>, InvalidDigit> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let mut pending: u32 = 0;
    let mut bits = 0;
    for (offset, &byte) in text.iter().enumerate() {
        let digit = match byte {
            b'=' => break,
            b'\n' => continue,
            _ => BASE64_VALUES[usize::from(byte)],
        };
        if digit == NOT_A_DIGIT {
            return Err(InvalidDigit { byte, offset });
        }
        pending = (pending << 6 | u32::from(digit)) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((pending >> bits) as u8);
        }
    }
    Ok(bytes)
}

const BASE64_VALUES: [u8; 256] = {
    let mut values = [NOT_A_DIGIT; 256];
    let mut digit = 0;
    while digit < BASE64_ALPHABET.len() {
        values[BASE64_ALPHABET[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nix32_is_last_byte_first() {
        assert_eq!(nix32_encode(&[]), "");
        assert_eq!(nix32_encode(&[0x1f]), "0z");
        assert_eq!(nix32_encode(&[0, 0x80]), "1000");
        assert_eq!(nix32_decode(b"1000"), Ok(vec![0, 0x80]));
    }

    #[test]
    fn nix32_overflow_shows_in_the_length() {
        assert_eq!(nix32_decode(b"7z").map(|bytes| bytes.len()), Ok(1));
        assert_eq!(nix32_decode(b"8z").map(|bytes| bytes.len()), Ok(2));
    }

    #[test]
    fn nix32_rejects_letters_outside_the_alphabet() {
        assert_eq!(
            nix32_decode(b"0e1"),
            Err(InvalidDigit {
                byte: b'e',
                offset: 1
            })
        );
    }

    #[test]
    fn base64_ends_at_padding_and_skips_newlines() {
        assert_eq!(base64_decode(b"YW\nJj=rubbish"), Ok(b"abc".to_vec()));
        assert_eq!(base64_decode(b"abc").map(|bytes| bytes.len()), Ok(2));
        assert_eq!(
            base64_decode(b"a!"),
            Err(InvalidDigit {
                byte: b'!',
                offset: 1
            })
        );
    }

    #[test]
    fn base64_is_padded_to_groups_of_four() {
        // The examples of RFC 4648, section 10.
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64_encode(bytes.as_bytes()), text);
        }
        assert_eq!(base64_encode(&[0xfb, 0xff, 0xfe]), "+//+");
    }

    #[test]
    fn hex_is_the_inverse_of_itself() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = hex_encode(&bytes);
        assert_eq!(hex_decode(text.as_bytes()), Ok(bytes.clone()));
        let mut pieces = Vec::new();
        hex_encode_into(&bytes, &mut pieces);
        assert_eq!(pieces, text.as_bytes());
        assert_eq!(&text[0x9a * 2..0x9d * 2], "9a9b9c");
    }

    #[test]
    fn hex_takes_both_cases() {
        assert_eq!(hex_decode(b"aBfF"), Ok(vec![0xab, 0xff]));
        assert!(hex_decode(b"abc").is_err());
        assert!(hex_decode(b"zz").is_err());
    }
}
