//! Shell patterns: `*`, `?`, `[…]`, with backslashes before bytes that stand for themselves.

/// Tells whether the whole text matches a pattern.
pub fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last `*` does not match: it takes one byte more.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            retry = Some((p, t));
            continue;
        }
        if t == text.len() && p == pattern.len() {
            return true;
        }
        if let Some(&byte) = text.get(t)
            && let Some(length) = match_one(&pattern[p..], byte)
        {
            p += length;
            t += 1;
            continue;
        }
        match &mut retry {
            Some((after, start)) if *start < text.len() => {
                *start += 1;
                (p, t) = (*after, *start);
            }
            _ => return false,
        }
    }
}

/// Matches one byte; returns the length of the part of the pattern that did.
fn match_one(pattern: &[u8], byte: u8) -> Option<usize> {
    match *pattern {
        [] => None,
        [b'?', ..] => Some(1),
        [b'\\', next, ..] => (next == byte).then_some(2),
        [b'[', ..] => match bracket(pattern, byte) {
            Some((length, found)) => found.then_some(length),
            None => (byte == b'[').then_some(1),
        },
        [next, ..] => (next == byte).then_some(1),
    }
}

/// Matches a byte with `[…]`: the length of that, and whether the byte is in it. `None` if nothing closes it.
pub fn bracket(pattern: &[u8], byte: u8) -> Option<(usize, bool)> {
    let mut p = 1;
    let negated = matches!(pattern.get(p), Some(b'!' | b'^'));
    if negated {
        p += 1;
    }
    let mut found = false;
    let mut first = true;
    loop {
        let mut low = *pattern.get(p)?;
        if low == b']' && !first {
            return Some((p + 1, found != negated));
        }
        first = false;
        if low == b'['
            && pattern.get(p + 1) == Some(&b':')
            && let Some(length) = pattern[p + 2..].windows(2).position(|two| two == b":]")
        {
            found |= in_class(&pattern[p + 2..p + 2 + length], byte);
            p += length + 4;
            continue;
        }
        if low == b'\\' {
            p += 1;
            low = *pattern.get(p)?;
        }
        p += 1;
        let mut high = low;
        if pattern.get(p) == Some(&b'-') && !matches!(pattern.get(p + 1), None | Some(b']')) {
            p += 1;
            if pattern[p] == b'\\' {
                p += 1;
            }
            high = *pattern.get(p)?;
            p += 1;
        }
        found |= (low..=high).contains(&byte);
    }
}

/// Tells whether a byte is in a class such as `alpha`, in the locale `C`.
pub fn in_class(class: &[u8], byte: u8) -> bool {
    match class {
        b"alpha" => byte.is_ascii_alphabetic(),
        b"digit" => byte.is_ascii_digit(),
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"upper" => byte.is_ascii_uppercase(),
        b"lower" => byte.is_ascii_lowercase(),
        b"space" => matches!(byte, b' ' | b'\t'..=b'\r'),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"punct" => byte.is_ascii_punctuation(),
        b"print" => matches!(byte, b' '..=b'~'),
        b"graph" => byte.is_ascii_graphic(),
        b"cntrl" => byte.is_ascii_control(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Tells whether a pattern can match anything but itself.
pub fn is_pattern(text: &[u8]) -> bool {
    let mut escaped = false;
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'*' | b'?' => return true,
            b'[' if bracket(&text[index..], 0).is_some() => return true,
            _ => {}
        }
    }
    false
}

/// Appends a byte that stands for itself.
pub fn push_escaped(pattern: &mut Vec<u8>, byte: u8) {
    if matches!(byte, b'\\' | b'*' | b'?' | b'[' | b']' | b'-' | b'!' | b'^') {
        pattern.push(b'\\');
    }
    pattern.push(byte);
}

/// Returns the text that a pattern without wildcards stands for.
pub fn unescape(pattern: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => text.push(bytes.next().copied().unwrap_or(b'\\')),
            _ => text.push(byte),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abcdef", false),
            ("?", "", false),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[]]", "]", true),
            ("[a", "[a", true),
            ("[[:digit:]]*", "7z", true),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("*.tar.*", "a.tar.gz", true),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }
}
