//! "Did you mean …?": names at a small edit distance.

use bstr::BString;
use drvlab_store::order;

/// At most this many names are suggested.
const MOST: usize = 5;

/// Names further away than this are no suggestions.
const FURTHEST: usize = 2;

/// Returns the closest of the candidates, closest first, then by name.
#[inline]
pub fn best<'a>(name: &[u8], candidates: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut close: Vec<(usize, &[u8])> = candidates
        .filter_map(|candidate| {
            let distance = distance(name, candidate);
            (distance <= FURTHEST).then_some((distance, candidate))
        })
        .collect();
    order::sort_by(&mut close, Ord::cmp);
    close.dedup();
    close.truncate(MOST);
    close
        .into_iter()
        .map(|(_, candidate)| candidate.to_vec())
        .collect()
}

/// Makes the sentence that the reference prints below the error.
#[inline]
pub fn sentence(suggestions: &[Vec<u8>]) -> BString {
    let mut text = b"Did you mean ".to_vec();
    if suggestions.len() > 1 {
        text.extend_from_slice(b"one of ");
    }
    for (index, suggestion) in suggestions.iter().enumerate() {
        if index > 0 {
            text.extend_from_slice(if index + 1 == suggestions.len() {
                b" or "
            } else {
                b", "
            });
        }
        if suggestion.first().is_some_and(u8::is_ascii_whitespace) {
            // The reference makes names bold, and removes spaces at the ends of lines up to there only.
            text.extend_from_slice(b"\x1b[m");
        }
        text.extend_from_slice(suggestion);
    }
    text.push(b'?');
    text.into()
}

/// Levenshtein distance in bytes; anything over [`FURTHEST`] may come out as a larger number than it is.
#[inline]
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > FURTHEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_are_suggested() {
        let candidates: [&[u8]; 4] = [b"python", b"pyhton", b"perl", b"pythons"];
        assert_eq!(
            best(b"pyton", candidates.into_iter()),
            [b"pyhton".to_vec(), b"python".to_vec(), b"pythons".to_vec()]
        );
        assert_eq!(sentence(&[b"a".to_vec()]), "Did you mean a?");
        assert_eq!(
            sentence(&[b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]),
            "Did you mean one of a, b or c?"
        );
    }
}
