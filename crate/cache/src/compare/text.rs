//! The difference of two texts, character by character or word by word.
//!
//! Source: E. Myers, "An O(ND) difference algorithm and its variations" (1986).

use bstr::{BStr, ByteSlice as _};

/// Beyond so many inserted and deleted characters or words the differing middle is shown as replaced as a whole: work and memory grow with
/// the square of it.
const MAX_EDITS: usize = 800;

/// What became of a piece of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PieceKind {
    /// It is in both.
    Same,
    /// It is only in the first.
    Removed,
    /// It is only in the second.
    Added,
}

/// A piece of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What became of it.
    pub kind: PieceKind,
    /// Its bytes.
    pub text: &'a BStr,
}

/// Compares two texts by characters; invalid UTF-8 counts byte by byte.
///
/// All pieces but the added ones are the first text, all but the removed ones the second.
#[must_use]
pub fn difference<'a>(before: &'a [u8], after: &'a [u8]) -> Vec<Piece<'a>> {
    pieces(&Units::characters(before), &Units::characters(after))
}

/// Compares two texts by words, so that hashes that differ are shown whole: letters and digits make words, all else stands alone.
#[must_use]
pub fn difference_by_words<'a>(before: &'a [u8], after: &'a [u8]) -> Vec<Piece<'a>> {
    pieces(&Units::words(before), &Units::words(after))
}

fn pieces<'a>(old: &Units<'a>, new: &Units<'a>) -> Vec<Piece<'a>> {
    let start = old
        .iter()
        .zip(new.iter())
        .take_while(|(old, new)| old == new)
        .count();
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(old.len().min(new.len()) - start)
        .take_while(|(old, new)| old == new)
        .count();
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let mut pieces = Pieces {
        old,
        new,
        list: Vec::new(),
        removed: 0..0,
        added: 0..0,
    };
    pieces.same(0..start);
    for (kind, range) in edits(old, new, start..old_end, start..new_end) {
        match kind {
            PieceKind::Same => pieces.same(range),
            PieceKind::Removed => pieces.removed.end = range.end,
            PieceKind::Added => pieces.added.end = range.end,
        }
    }
    pieces.same(old_end..old.len());
    pieces.list
}

/// A text and where its characters or words begin.
struct Units<'a> {
    text: &'a [u8],
    /// With the end of the text as the last.
    starts: Vec<usize>,
}

impl<'a> Units<'a> {
    fn characters(text: &'a [u8]) -> Self {
        let mut starts: Vec<usize> = text.char_indices().map(|(start, ..)| start).collect();
        starts.push(text.len());
        Self { text, starts }
    }

    fn words(text: &'a [u8]) -> Self {
        let mut units = Self::characters(text);
        let is_word = |start: Option<&usize>| {
            let byte = start.and_then(|&start| text.get(start));
            byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_.+".contains(byte))
        };
        let characters = std::mem::take(&mut units.starts);
        let begins = |index: &usize| {
            let before = index.checked_sub(1).and_then(|last| characters.get(last));
            !(is_word(before) && is_word(characters.get(*index)))
        };
        units.starts = (0..characters.len())
            .filter(begins)
            .map(|index| characters[index])
            .collect();
        units
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn slice(&self, range: &Range) -> &'a [u8] {
        &self.text[self.starts[range.start]..self.starts[range.end]]
    }

    fn get(&self, index: usize) -> &'a [u8] {
        self.slice(&(index..index + 1))
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &'a [u8]> + ExactSizeIterator + '_ {
        (0..self.len()).map(|index| self.get(index))
    }
}

type Range = std::ops::Range<usize>;

/// Finds a shortest list of edits between two ranges of characters.
fn edits(
    old: &Units<'_>,
    new: &Units<'_>,
    old_range: Range,
    new_range: Range,
) -> Vec<(PieceKind, Range)> {
    let replaced = vec![
        (PieceKind::Removed, old_range.clone()),
        (PieceKind::Added, new_range.clone()),
    ];
    let (old_len, new_len) = (old_range.len(), new_range.len());
    if old_len == 0 || new_len == 0 {
        return replaced;
    }
    let limit = (old_len + new_len).min(MAX_EDITS);
    // For each number of edits: how far the diagonals -edits, -edits + 2, … reach in the first text.
    let mut reached: Vec<Vec<usize>> = Vec::new();
    let equal = |x: usize, y: usize| old.get(old_range.start + x) == new.get(new_range.start + y);
    for count in 0..=limit {
        let mut row = Vec::with_capacity(count + 1);
        for index in 0..=count {
            let down = reached.last().and_then(|last| step(last, index, count));
            let mut x = down.map_or(0, |(x, _)| x);
            // The diagonal is x - y = 2 * index - count.
            let Some(mut y) = (x + count).checked_sub(2 * index) else {
                row.push(x);
                continue;
            };
            while x < old_len && y < new_len && equal(x, y) {
                x += 1;
                y += 1;
            }
            row.push(x);
            if x >= old_len && y >= new_len {
                reached.push(row);
                return walk_back(&reached, index, &old_range, &new_range);
            }
        }
        reached.push(row);
    }
    replaced
}

/// The best way onto a diagonal: how far it reaches in the first text, and whether it is by an insertion.
fn step(last: &[usize], index: usize, count: usize) -> Option<(usize, bool)> {
    // A deletion comes from the diagonal below, an insertion from the one above.
    let deletion = index.checked_sub(1).map(|from| last[from] + 1);
    let insertion = (index < count).then(|| last[index]);
    match (deletion, insertion) {
        (Some(deletion), Some(insertion)) if insertion >= deletion => Some((insertion, true)),
        (Some(deletion), _) => Some((deletion, false)),
        (None, insertion) => insertion.map(|insertion| (insertion, true)),
    }
}

fn walk_back(
    reached: &[Vec<usize>],
    mut index: usize,
    old_range: &Range,
    new_range: &Range,
) -> Vec<(PieceKind, Range)> {
    let mut edits = Vec::new();
    for count in (0..reached.len()).rev() {
        let end = reached[count][index];
        let from = count
            .checked_sub(1)
            .and_then(|last| step(&reached[last], index, count));
        let start = from.map_or(0, |(start, _)| start);
        let (old_start, new_start) = (old_range.start, new_range.start + count);
        if end > start {
            edits.push((PieceKind::Same, old_start + start..old_start + end));
        }
        match from {
            Some((start, true)) => {
                let y = new_start + start - 2 * index;
                edits.push((PieceKind::Added, y - 1..y));
            }
            Some((start, false)) => {
                edits.push((PieceKind::Removed, old_start + start - 1..old_start + start));
                index -= 1;
            }
            None => {}
        }
    }
    edits.reverse();
    edits
}

/// Pieces, with all that was removed in one place in front of all that was added there.
struct Pieces<'t, 'a> {
    old: &'t Units<'a>,
    new: &'t Units<'a>,
    list: Vec<Piece<'a>>,
    /// Characters that have been removed since the last that is in both texts.
    removed: Range,
    /// Characters that have been added since then.
    added: Range,
}

impl Pieces<'_, '_> {
    /// Adds characters of the first text that are in both.
    fn same(&mut self, range: Range) {
        self.push(PieceKind::Removed, self.old.slice(&self.removed));
        self.push(PieceKind::Added, self.new.slice(&self.added));
        let added = self.added.end + range.len();
        self.removed = range.end..range.end;
        self.added = added..added;
        self.push(PieceKind::Same, self.old.slice(&range));
    }
}

impl<'a> Pieces<'_, 'a> {
    fn push(&mut self, kind: PieceKind, text: &'a [u8]) {
        if !text.is_empty() {
            self.list.push(Piece {
                kind,
                text: text.as_bstr(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(before: &str, after: &str) -> String {
        let pieces = difference(before.as_bytes(), after.as_bytes());
        let pieces = pieces.iter().map(|piece| match piece.kind {
            PieceKind::Same => piece.text.to_string(),
            PieceKind::Removed => format!("[-{}-]", piece.text),
            PieceKind::Added => format!("{{+{}+}}", piece.text),
        });
        pieces.collect()
    }

    #[test]
    fn shows_the_characters_that_differ() {
        assert_eq!(shown("", ""), "");
        assert_eq!(shown("same", "same"), "same");
        assert_eq!(shown("", "new"), "{+new+}");
        assert_eq!(shown("old", ""), "[-old-]");
        assert_eq!(shown("version 1.2", "version 1.3"), "version 1.[-2-]{+3+}");
        assert_eq!(shown("aXbXc", "abc"), "a[-X-]b[-X-]c");
        assert_eq!(shown("größe", "große"), "gr[-ö-]{+o+}ße");
        assert_eq!(shown("abcabba", "cbabac"), "[-ab-]c{+b+}ab[-b-]a{+c+}");
    }

    #[test]
    fn words_are_not_cut() {
        let pieces = difference_by_words(b"/s/abc-x y", b"/s/abd-x y z");
        let shown: Vec<(PieceKind, &str)> = pieces
            .iter()
            .map(|piece| (piece.kind, piece.text.to_str().unwrap()))
            .collect();
        assert_eq!(
            shown,
            [
                (PieceKind::Same, "/s/"),
                (PieceKind::Removed, "abc"),
                (PieceKind::Added, "abd"),
                (PieceKind::Same, "-x y"),
                (PieceKind::Added, " z"),
            ]
        );
    }

    #[test]
    fn large_differences_are_whole() {
        let (before, after) = ("ab".repeat(5000), "cd".repeat(5000));
        let pieces = difference(before.as_bytes(), after.as_bytes());
        assert_eq!(pieces.len(), 2);
    }
}
