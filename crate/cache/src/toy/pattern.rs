//! Shell patterns: `*`, `?` and `[…]`.

/// A piece of a pattern; quoted characters only stand for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The byte.
    pub byte: u8,
    /// Whether it was quoted.
    pub quoted: bool,
}

/// Tells whether a pattern has anything that matches more than itself.
#[must_use]
pub fn is_pattern(pattern: &[Piece]) -> bool {
    pattern
        .iter()
        .any(|piece| !piece.quoted && matches!(piece.byte, b'*' | b'?' | b'['))
}

/// Tells whether a text is matched as a whole; time is bounded by the product of both lengths.
#[must_use]
pub fn matches(pattern: &[Piece], text: &[u8]) -> bool {
    let (mut at, mut position) = (0, 0);
    // Where to go on after the last star if the rest does not match.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(at) {
            None if position == text.len() => return true,
            None => None,
            Some(piece) if !piece.quoted && piece.byte == b'*' => {
                retry = Some((at + 1, position));
                at += 1;
                continue;
            }
            Some(piece) => text
                .get(position)
                .and_then(|byte| one(&pattern[at..], *piece, *byte)),
        };
        match (step, &mut retry) {
            (Some(length), _) => {
                at += length;
                position += 1;
            }
            (None, Some((after, from))) if *from < text.len() => {
                *from += 1;
                (at, position) = (*after, *from);
            }
            (None, _) => return false,
        }
    }
}

/// Matches one byte; returns the length of the pattern's part.
fn one(pattern: &[Piece], piece: Piece, byte: u8) -> Option<usize> {
    if piece.quoted {
        return (piece.byte == byte).then_some(1);
    }
    match piece.byte {
        b'?' => Some(1),
        b'[' => match set(pattern, byte) {
            Some((length, found)) => found.then_some(length),
            None => (byte == b'[').then_some(1),
        },
        other => (other == byte).then_some(1),
    }
}

/// Matches a set in brackets; returns its length and whether the byte is in it, or nothing if it is not closed.
fn set(pattern: &[Piece], byte: u8) -> Option<(usize, bool)> {
    let negated = pattern
        .get(1)
        .is_some_and(|piece| !piece.quoted && matches!(piece.byte, b'!' | b'^'));
    let start = if negated { 2 } else { 1 };
    let mut found = false;
    let mut at = start;
    loop {
        let piece = pattern.get(at)?;
        if piece.byte == b']' && !piece.quoted && at > start {
            return Some((at + 1, found != negated));
        }
        let range = pattern
            .get(at + 1)
            .is_some_and(|it| it.byte == b'-' && !it.quoted);
        match pattern.get(at + 2) {
            Some(last) if range && (last.byte != b']' || last.quoted) => {
                found |= (piece.byte..=last.byte).contains(&byte);
                at += 3;
            }
            _ => {
                found |= piece.byte == byte;
                at += 1;
            }
        }
    }
}
