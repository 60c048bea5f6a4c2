//! Messages with excerpts of the document, as toml11 lays them out.

use bstr::ByteSlice as _;
use std::ops::Range;

/// What the document is called.
const NAME: &str = "fromTOML";

/// Of a long line so many bytes are shown before a place, and after it.
const BEFORE: usize = 30;
const AFTER: usize = 29;

/// What is shown for the last line of a place, and for the end of a document, begins with the line that holds this many bytes before it.
const BEFORE_LAST: usize = 50;

/// Makes a message about one place.
#[inline]
pub(super) fn at(text: &[u8], title: &str, place: Range<usize>, label: &str) -> Vec<u8> {
    let mut message = format!("[error] {title}\n").into_bytes();
    let width = width(text, &place);
    excerpt(text, &place, label, width, Some(NAME), &mut message);
    message
}

/// Makes a message about a place in a text that is only a part of the document.
#[inline]
pub(super) fn within(part: &[u8], title: &str, place: Range<usize>, label: &str) -> Vec<u8> {
    let mut message = format!("[error] {title}\n").into_bytes();
    let name = Some("internal temporary");
    excerpt(part, &place, label, 1, name, &mut message);
    message
}

/// Makes a message about the end of a text. It is laid out as one about two lines, of which the second is all that is shown of the text.
#[inline]
pub(super) fn at_end(text: &[u8], title: &str, label: &str) -> Vec<u8> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let number = number_of_line(text, text.len());
    let mut rows = Rows {
        width: (number + 1).to_string().len(),
        text: format!("[error] {title}\n").into_bytes(),
    };
    rows.begin(Some(NAME));
    let last = &text[line_start(text, text.len())..];
    rows.row(number, last, last.len()..last.len(), "");
    let shown = &text[line_start(text, text.len().saturating_sub(BEFORE_LAST))..];
    rows.whole(number + 1, shown, shown.len() + 1, label);
    rows.text
}

/// Makes a message about two places.
#[inline]
pub(super) fn between(
    text: &[u8],
    title: &str,
    first: (Range<usize>, &str),
    second: (Range<usize>, &str),
) -> Vec<u8> {
    let mut message = format!("[error] {title}\n").into_bytes();
    let width = width(text, &first.0).max(width(text, &second.0));
    excerpt(text, &first.0, first.1, width, Some(NAME), &mut message);
    let margin = " ".repeat(width + 2);
    message.extend_from_slice(format!("{margin}| ...\n").as_bytes());
    excerpt(text, &second.0, second.1, width, None, &mut message);
    message
}

#[inline]
fn number_of_line(text: &[u8], offset: usize) -> usize {
    1 + text[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
}

#[inline]
fn line_start(text: &[u8], offset: usize) -> usize {
    text[..offset]
        .rfind_byte(b'\n')
        .map_or(0, |newline| newline + 1)
}

#[inline]
fn line_end(text: &[u8], offset: usize) -> usize {
    text[offset..]
        .find_byte(b'\n')
        .map_or(text.len(), |newline| offset + newline)
}

/// How many digits the largest number of a line has.
#[inline]
fn width(text: &[u8], place: &Range<usize>) -> usize {
    number_of_line(text, place.end - 1).to_string().len()
}

#[inline]
fn excerpt(
    text: &[u8],
    place: &Range<usize>,
    label: &str,
    width: usize,
    name: Option<&str>,
    message: &mut Vec<u8>,
) {
    let mut rows = Rows {
        width,
        text: std::mem::take(message),
    };
    rows.begin(name);
    let start = place.start.min(text.len());
    // The end of a line is a part of it.
    let last = (place.end - 1).clamp(start, text.len());
    let (from, first_end) = (line_start(text, start), line_end(text, start));
    let (first, number) = (&text[from..first_end], number_of_line(text, start));
    let to = line_end(text, last);
    if first_end == to {
        let end = (last + 1).min(to).max(start);
        rows.row(number, first, start - from..end - from, label);
    } else {
        let last_number = number_of_line(text, last);
        let has_more = last_number > number + 1;
        let and = if has_more { "and" } else { "" };
        rows.row(number, first, start - from..first_end - from, and);
        if has_more {
            rows.row(number + 1, b"...", 0..3, and);
        }
        let from = line_start(text, last.saturating_sub(BEFORE_LAST));
        rows.whole(last_number, &text[from..to], last + 1 - from, label);
    }
    *message = rows.text;
}

/// The rows of an excerpt.
struct Rows {
    /// Digits of the numbers of lines.
    width: usize,
    text: Vec<u8>,
}

impl Rows {
    #[inline]
    fn begin(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            self.text
                .extend_from_slice(format!(" --> {name}\n").as_bytes());
        }
        let line = format!("{}|\n", " ".repeat(self.width + 2));
        self.text.extend_from_slice(line.as_bytes());
    }

    /// Adds a line in which a place is marked.
    #[inline]
    fn row(&mut self, number: usize, line: &[u8], place: Range<usize>, label: &str) {
        let before = self.line(number, line, place.clone());
        let marks = match label {
            "" => place.len(),
            _ => place.len().max(1),
        };
        self.marks(before, marks, label);
    }

    /// Adds several lines as one, marked up to the end of the first. The place that they are about ends at an offset.
    #[inline]
    fn whole(&mut self, number: usize, lines: &[u8], end: usize, label: &str) {
        let first_end = lines.find_byte(b'\n').unwrap_or(usize::MAX);
        let before = self.line(number, lines, first_end.min(end - 1)..end);
        self.marks(0, before + 1, label);
    }

    /// Adds a line, shortened if it is long; returns how much is shown before the place.
    #[inline]
    fn line(&mut self, number: usize, line: &[u8], place: Range<usize>) -> usize {
        let from = place.start.saturating_sub(BEFORE);
        let to = (place.end + AFTER).min(line.len());
        let dots = if from > 0 { "... " } else { "" };
        let head = format!(" {number:>width$} | {dots}", width = self.width);
        self.text.extend_from_slice(head.as_bytes());
        append_shown(&line[from..to], &mut self.text);
        if to < line.len() {
            self.text.extend_from_slice(b" ...");
        }
        self.text.push(b'\n');
        dots.len() + place.start - from
    }

    #[inline]
    fn marks(&mut self, before: usize, count: usize, label: &str) {
        let (margin, space) = (" ".repeat(self.width + 2), " ".repeat(before));
        let line = format!("{margin}| {space}{}-- {label}", "^".repeat(count));
        self.text
            .extend_from_slice(line.trim_end_matches(' ').as_bytes());
        self.text.push(b'\n');
    }
}

/// Appends bytes that are no printable ASCII in hexadecimal.
#[inline]
fn append_shown(text: &[u8], message: &mut Vec<u8>) {
    for &byte in text {
        match byte {
            b'\n' => message.extend_from_slice(b"0x0a(LINE FEED)"),
            b'\r' => message.extend_from_slice(b"0x0d(CARRIAGE RETURN)"),
            b'\t' => message.extend_from_slice(b"0x09(TAB)"),
            0x20..0x7f => message.push(byte),
            _ => message.extend_from_slice(format!("0x{byte:02x}").as_bytes()),
        }
    }
}
