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
/// Ends a run of ordinary bytes in a `"` string.
pub const STRING_SPECIAL: u8 = 64;
/// Ends a run of ordinary bytes in a `''` string.
pub const INDENTED_SPECIAL: u8 = 128;

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
            b'\'' => ID | URI | INDENTED_SPECIAL,
            b'-' | b'+' | b'.' => PATH | SCHEME | URI,
            b'%' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b',' | b'!' | b'~' | b'*' => URI,
            b'$' => URI | STRING_SPECIAL | INDENTED_SPECIAL,
            b' ' | b'\t' | b'\n' => SPACE,
            b'\r' => SPACE | STRING_SPECIAL,
            b'"' | b'\\' => STRING_SPECIAL,
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

/// Returns the end of the run of bytes outside of the classes that starts at `at`.
#[inline]
pub fn run_until(text: &[u8], mut at: usize, classes: u8) -> usize {
    while let Some(&byte) = text.get(at) {
        if is(byte, classes) {
            break;
        }
        at += 1;
    }
    at
}
