//! Classes of bytes that the lexer asks for. Not about Unicode: the Nix language is defined on bytes.

/// May start an identifier.
pub const ID_START: u8 = 1;
/// May continue an identifier.
pub const ID: u8 = 2;
/// May be part of a path literal's segment.
pub const PATH: u8 = 4;
/// May be part of a URI's scheme.
pub const SCHEME: u8 = 8;
/// May be part of what follows a URI's scheme.
pub const URI: u8 = 16;
/// White space.
pub const SPACE: u8 = 32;

/// What ends a run of ordinary bytes in a `"` string.
pub const STRING_SPECIAL: [u8; 4] = *b"\"\\$\r";
/// What ends a run of ordinary bytes in a `''` string.
pub const INDENTED_SPECIAL: [u8; 2] = *b"'$";

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        let mut class = 0;
        if b.is_ascii_alphabetic() {
            class |= ID_START | ID | PATH | SCHEME | URI;
        }
        if b.is_ascii_digit() {
            class |= ID | PATH | SCHEME | URI;
        }
        class |= match b {
            b'_' => ID_START | ID | PATH | URI,
            b'\'' => ID | URI,
            b'-' | b'+' | b'.' => PATH | SCHEME | URI,
            b'%' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b',' | b'!' | b'~' | b'*' => URI,
            b'$' => URI,
            b' ' | b'\t' | b'\n' | b'\r' => SPACE,
            _ => 0,
        };
        if b == b'-' {
            class |= ID;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

/// Tells whether a byte belongs to one of the classes.
#[inline]
pub fn is(byte: u8, classes: u8) -> bool {
    CLASSES[byte as usize] & classes != 0
}

/// Returns the end of the run of bytes of the classes that starts at `at`.
#[inline]
pub fn run(text: &[u8], mut at: usize, classes: u8) -> usize {
    while let Some(&byte) = text.get(at) {
        if !is(byte, classes) {
            break;
        }
        at += 1;
    }
    at
}

/// Returns where one of some bytes comes first from `at` on, or the length of the text. Looks at eight bytes at once.
#[inline]
pub fn run_until<const N: usize>(text: &[u8], mut at: usize, stops: [u8; N]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        let word = u64::from_le_bytes(*word);
        // The high bit of a byte that is zero gets set, and perhaps of later ones, but of no earlier one.
        let found = stops.iter().fold(0, |found, &stop| {
            let difference = word ^ (ONES * u64::from(stop));
            found | difference.wrapping_sub(ONES) & !difference
        }) & (ONES << 7);
        if found != 0 {
            return at + (found.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    while text.get(at).is_some_and(|byte| !stops.contains(byte)) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_the_first_of_the_bytes() {
        let all: Vec<u8> = (0..=255).collect();
        for &special in &all {
            for place in 0..20 {
                for other in [b'x', 0, 0x80, 0xff, special ^ 1, special ^ 0x80] {
                    let mut text = vec![other; 23];
                    text[place] = special;
                    text[place + 2] = special;
                    let first = text.iter().position(|byte| STRING_SPECIAL.contains(byte));
                    let expected = first.unwrap_or(text.len());
                    assert_eq!(run_until(&text, 0, STRING_SPECIAL), expected);
                    let rest = text[3..]
                        .iter()
                        .position(|it| INDENTED_SPECIAL.contains(it));
                    let expected = rest.map_or(text.len(), |at| at + 3);
                    assert_eq!(run_until(&text, 3, INDENTED_SPECIAL), expected);
                }
            }
        }
    }
}
