//! Escapes of `echo` and of `printf`'s `%b`.

/// Appends a text with its escapes resolved; tells whether `\c` ended all output.
pub fn expand(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut position = 0;
    while let Some(&byte) = text.get(position) {
        position += 1;
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match text.get(position) {
            Some(b'c') => return true,
            Some(b'0') => {
                let (value, length) = octal(&text[position + 1..]);
                out.push(value);
                position += 1 + length;
            }
            _ => position += escape(&text[position..], out),
        }
    }
    false
}

/// Appends what an escape stands for, given what is behind its backslash; returns how long that is.
pub fn escape(text: &[u8], out: &mut Vec<u8>) -> usize {
    let value = match text.first() {
        Some(b'0'..=b'7') => {
            let (value, length) = octal(text);
            out.push(value);
            return length;
        }
        Some(b'\\') => b'\\',
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'e') => 27,
        Some(b'f') => 12,
        Some(b'n') => b'\n',
        Some(b'r') => b'\r',
        Some(b't') => b'\t',
        Some(b'v') => 11,
        _ => {
            out.push(b'\\');
            return 0;
        }
    };
    out.push(value);
    1
}

/// Reads up to three octal digits.
fn octal(text: &[u8]) -> (u8, usize) {
    let digits = text
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'));
    let mut value = 0_u32;
    let mut length = 0;
    for &digit in digits {
        value = value * 8 + u32::from(digit - b'0');
        length += 1;
    }
    ((value & 255) as u8, length)
}
