//! Messages with excerpts of the document, as toml11 lays them out.

use bstr::ByteSlice as _;
use std::ops::Range;

/// Makes a message about one place.
#[inline]
pub(super) fn at(text: &[u8], title: &str, place: Range<usize>, label: &str) -> Vec<u8> {
    let mut message = format!("[error] {title}\n").into_bytes();
    let width = number_of_line(text, place.start).to_string().len();
    excerpt(text, &place, label, width, true, &mut message);
    message
}

/// Makes a message about the end of a text. It is laid out as one about two lines, of which the second is all of the text.
#[inline]
pub(super) fn at_end(text: &[u8], title: &str, label: &str) -> Vec<u8> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let number = number_of_line(text, text.len());
    let width = (number + 1).to_string().len();
    let margin = " ".repeat(width + 2);
    let mut message = format!("[error] {title}\n{}--> fromTOML\n", " ".repeat(width)).into_bytes();
    let mut lines = text.split(|&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let mut last = Vec::new();
    append_shown(lines.next_back().unwrap_or(first), &mut last);
    message.extend_from_slice(format!("{margin}|\n {number:>width$} | ").as_bytes());
    message.extend_from_slice(&last);
    message.extend_from_slice(
        format!(
            "\n{margin}| {}--\n {:>width$} | ",
            " ".repeat(last.len()),
            number + 1
        )
        .as_bytes(),
    );
    append_shown(text, &mut message);
    message.extend_from_slice(
        format!("\n{margin}| {}-- {label}\n", "^".repeat(first.len() + 1)).as_bytes(),
    );
    message
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
    let widest = number_of_line(text, first.0.start).max(number_of_line(text, second.0.start));
    let width = widest.to_string().len();
    excerpt(text, &first.0, first.1, width, true, &mut message);
    let margin = " ".repeat(width + 2);
    message.extend_from_slice(format!("{margin}| ...\n").as_bytes());
    excerpt(text, &second.0, second.1, width, false, &mut message);
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
fn excerpt(
    text: &[u8],
    place: &Range<usize>,
    label: &str,
    width: usize,
    with_name: bool,
    message: &mut Vec<u8>,
) {
    let start = place.start.min(text.len());
    let line_start = text[..start]
        .rfind_byte(b'\n')
        .map_or(0, |newline| newline + 1);
    let line_end = text[start..]
        .find_byte(b'\n')
        .map_or(text.len(), |newline| start + newline);
    let margin = " ".repeat(width + 2);
    if with_name {
        message.extend_from_slice(format!("{}--> fromTOML\n", " ".repeat(width)).as_bytes());
    }
    message.extend_from_slice(
        format!("{margin}|\n {:>width$} | ", number_of_line(text, start)).as_bytes(),
    );
    append_shown(&text[line_start..line_end], message);
    let marks = place.end.min(line_end).saturating_sub(start).max(1);
    let pointer = format!(
        "\n{margin}| {}{}-- {label}\n",
        " ".repeat(start - line_start),
        "^".repeat(marks)
    );
    message.extend_from_slice(pointer.as_bytes());
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
