//! Errors, warnings and traces as text, laid out as the reference prints them to standard error (`libutil/error.cc`).
//!
//! Without colours; the page shows diagnostics in its own way.

use crate::diagnostic::{Diagnostic, FrameKind, Severity, Shown, TraceFrame};
use crate::machine::Message;
use crate::source::{Pos, SourceMap};
use bstr::ByteSlice as _;
use drvlab_store::HashedSet;
use unicode_width::UnicodeWidthChar;

/// Everything below the first line of a message starts here: under the text that follows `error: `.
const INDENT: &[u8] = b"       ";

/// The place of a frame of the trace starts here.
const FRAME_INDENT: &[u8] = b"         ";

/// From this length on a report names places without their source text. Otherwise a trace of thousands of frames in one line of megabytes
/// would fill the memory.
const MOST_BYTES_WITH_SOURCES: usize = 32 << 20;

/// Lays out a diagnostic with the lines of source text that it points to; ends with a line's end.
///
/// `full` is the reference's `--show-trace`; otherwise long traces are cut.
pub fn error(diagnostic: &Diagnostic, sources: &SourceMap, full: bool) -> Vec<u8> {
    let label: &[u8] = match diagnostic.severity {
        Severity::Error => b"error:",
        Severity::Warning => b"warning:",
    };
    let mut report = Report {
        text: label.to_vec(),
        sources,
    };
    if report.trace(&diagnostic.trace, full) {
        report.text.extend_from_slice(INDENT);
        report.text.extend_from_slice(label);
    }
    if !diagnostic.message.is_empty() {
        report.text.push(b' ');
        report.indented(&diagnostic.message);
        if diagnostic.message.ends_with(b"\n") {
            // The reference ends the colour of the message here, and removes no spaces before that.
            report.text.extend_from_slice(INDENT);
        } else if diagnostic.message.contains_str(" a path: ")
            || diagnostic.message.contains_str(" with a path; values are ")
        {
            // Here it ends the colour of the path.
            let end = without_end(&diagnostic.message).len();
            report.text.extend_from_slice(&diagnostic.message[end..]);
        }
    }
    report.text.push(b'\n');
    report.place(diagnostic.span.start, INDENT);
    for hint in &diagnostic.hints {
        report.text.extend_from_slice(INDENT);
        report.indented(hint);
        report.text.push(b'\n');
    }
    for_terminal(&report.text)
}

/// Adds a text whose later lines stand under its first; no line ends with a space.
pub(crate) fn indent(message: &[u8], indentation: &[u8], text: &mut Vec<u8>) {
    for (index, line) in message.split(|&byte| byte == b'\n').enumerate() {
        let line = without_end(line);
        if index > 0 {
            text.push(b'\n');
            if !line.is_empty() {
                text.extend_from_slice(indentation);
            }
        } else if line.is_empty() {
            // The space behind a label.
            text.truncate(without_end(text).len());
        }
        text.extend_from_slice(line);
    }
}

/// A text without the spaces and ends of lines that it ends with.
pub(crate) fn without_end(text: &[u8]) -> &[u8] {
    text.trim_end_with(|character| matches!(character, ' ' | '\n' | '\r' | '\t'))
}

/// Lays out what an evaluation says besides its result; ends with a line's end.
pub fn message(message: &Message, sources: &SourceMap) -> Vec<u8> {
    let (label, text): (&[u8], &[u8]) = match message {
        Message::Trace(text) => (b"trace: ", text),
        Message::File(path) => {
            return [b"evaluating file '".as_slice(), path, b"'\n"].concat();
        }
        Message::Unpacking(url) => {
            return [b"unpacking '".as_slice(), url, b"' into the Git cache...\n"].concat();
        }
        Message::Warning(text) => {
            let mut warning = Vec::new();
            let text = without_end(text);
            if !text.is_empty() {
                warning.extend_from_slice(b"evaluation warning: ");
                indent(text, &[b' '; 20], &mut warning);
            }
            warning.push(b'\n');
            return for_terminal(&warning);
        }
        Message::Diagnostic(diagnostic) => return place_first(diagnostic, sources),
    };
    let mut line = for_terminal(&[label, text].concat());
    line.push(b'\n');
    line
}

/// Lays out a warning about a place as the reference's parser does: `warning: FILE:LINE:COLUMN: …`.
fn place_first(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<u8> {
    let mut text = b"warning: ".to_vec();
    if let Some(place) = sources.locate(diagnostic.span.start) {
        text.extend_from_slice(b"at ");
        text.extend_from_slice(&place.describe());
        text.extend_from_slice(b": ");
    }
    text.extend_from_slice(&diagnostic.message);
    text.push(b'\n');
    for line in &diagnostic.hints {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    for_terminal(&text)
}

/// A text under construction.
struct Report<'a> {
    text: Vec<u8>,
    sources: &'a SourceMap,
}

impl Report<'_> {
    /// Adds the trace, outermost frame first; tells whether there is one.
    ///
    /// Frames that have been shown already are left out if there are many in a row. Without `full`, nothing but what is always
    /// shown follows once the frames, those with a place counted twice, are more than three.
    fn trace(&mut self, trace: &[TraceFrame], full: bool) -> bool {
        let mut frames = trace
            .iter()
            .rev()
            .filter(|frame| full || frame.shown != Shown::InFull)
            .peekable();
        if frames.peek().is_none() {
            return false;
        }
        let mut seen = HashedSet::new();
        let mut skipped = Vec::new();
        let mut weight = 0;
        let mut cut = false;
        self.text.push(b'\n');
        // A frame without a text counts as one, but there is nothing to see of it.
        for frame in frames.filter(|frame| !frame.message.is_empty()) {
            cut |= !full && weight > 3;
            if cut && frame.shown != Shown::Always {
                continue;
            }
            let is_element = frame.kind == FrameKind::Element;
            if !seen.insert((frame.message.as_slice(), frame.pos, is_element)) {
                skipped.push(frame);
                continue;
            }
            self.skipped(&mut skipped, &mut weight);
            weight += 1;
            self.frame(frame, &mut weight);
        }
        self.skipped(&mut skipped, &mut weight);
        if cut {
            self.text.extend_from_slice(INDENT);
            let note =
                b"(stack trace truncated; use '--show-trace' to show the full, detailed trace)\n\n";
            self.text.extend_from_slice(note);
        }
        true
    }

    /// Adds repeated frames after all if they are few; else says how many they are.
    fn skipped(&mut self, skipped: &mut Vec<&TraceFrame>, weight: &mut u32) {
        let frames = std::mem::take(skipped);
        if frames.len() <= 5 {
            for frame in frames {
                self.frame(frame, weight);
            }
            return;
        }
        self.text.extend_from_slice(INDENT);
        self.text.extend_from_slice(
            format!("({} duplicate frames omitted)\n\n", frames.len()).as_bytes(),
        );
    }

    fn frame(&mut self, frame: &TraceFrame, weight: &mut u32) {
        self.text.extend_from_slice(INDENT);
        self.text.extend_from_slice("… ".as_bytes());
        self.indented(&frame.message);
        self.text.push(b'\n');
        if self.place(frame.pos, FRAME_INDENT) {
            *weight += 1;
        }
        self.text.push(b'\n');
    }

    /// Adds a text whose later lines stand under its first.
    fn indented(&mut self, message: &[u8]) {
        indent(message, INDENT, &mut self.text);
    }

    /// Adds the line `at FILE:LINE:COLUMN:` and the source text around it; nothing, and false, for a position that is none.
    fn place(&mut self, pos: Pos, indent: &[u8]) -> bool {
        let (Some(place), Some(source)) = (self.sources.locate(pos), self.sources.source(pos))
        else {
            return false;
        };
        self.text.extend_from_slice(indent);
        self.text.extend_from_slice(b"at ");
        self.text.extend_from_slice(&place.describe());
        self.text.extend_from_slice(b":\n");
        if self.text.len() > MOST_BYTES_WITH_SOURCES {
            return true;
        }

        let around = LinesAround::find(&source.text, place.offset as usize);
        if let Some(before) = around.before {
            self.line(place.line - 1, before);
        }
        if let Some(line) = around.line {
            self.line(place.line, line);
            self.text.extend_from_slice(b"             | ");
            self.text.resize(
                self.text.len() + place.column.saturating_sub(1) as usize,
                b' ',
            );
            self.text.extend_from_slice(b"^\n");
        }
        if let Some(after) = around.after {
            self.line(place.line + 1, after);
        }
        true
    }

    fn line(&mut self, number: u32, line: &[u8]) {
        self.text
            .extend_from_slice(format!("{number:13}|").as_bytes());
        let line = line.trim_end_with(|character| matches!(character, ' ' | '\t'));
        if !line.is_empty() {
            self.text.push(b' ');
            self.text.extend_from_slice(line);
        }
        self.text.push(b'\n');
    }
}

/// The line that holds an offset, and its neighbours.
struct LinesAround<'a> {
    before: Option<&'a [u8]>,
    line: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
}

impl<'a> LinesAround<'a> {
    fn find(text: &'a [u8], offset: usize) -> Self {
        let mut around = LinesAround {
            before: None,
            line: None,
            after: None,
        };
        if text.is_empty() {
            return around;
        }
        let mut start = 0;
        loop {
            // The end of a line is always followed by another one, be it empty.
            let (line, length) = first_line(&text[start..]);
            let is_last = line.len() == length;
            if around.line.is_some() {
                around.after = Some(line);
                return around;
            }
            if is_last || offset < start + length {
                around.line = Some(line);
            } else {
                around.before = Some(line);
            }
            if is_last {
                return around;
            }
            start += length;
        }
    }
}

/// The first line of a text without its end, and its length with it. Lines end at `\n`, `\r\n` or `\r`.
fn first_line(text: &[u8]) -> (&[u8], usize) {
    match text.find_byteset(b"\r\n") {
        None => (text, text.len()),
        Some(end) if text[end..].starts_with(b"\r\n") => (&text[..end], end + 2),
        Some(end) => (&text[..end], end + 1),
    }
}

/// Makes text safe to print: no escape sequences that would act on the terminal, tabs as spaces.
///
/// As the reference does it, tabs reach to multiples of eight columns counted from the start of the whole text, not of the line.
fn for_terminal(text: &[u8]) -> Vec<u8> {
    let mut safe = Vec::with_capacity(text.len());
    let mut width = 0_usize;
    let mut rest = text;
    while let Some(&byte) = rest.first() {
        match byte {
            b'\x1b' => {
                rest = &rest[escape_sequence_length(rest)..];
                continue;
            }
            b'\t' => {
                let end = width / 8 * 8 + 8;
                safe.resize(safe.len() + end - width, b' ');
                width = end;
            }
            b'\r' | b'\x07' => {}
            _ => {
                let (columns, length) = columns(rest);
                width += columns;
                safe.extend_from_slice(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
        }
        rest = &rest[1..];
    }
    safe
}

/// How many columns and bytes the character takes that a text starts with.
///
/// Control characters, ends of lines among them, have no width. As in the reference, encodings that are longer than they must be and those
/// of surrogates count as characters; of anything else that is no UTF-8 each byte has one column.
fn columns(text: &[u8]) -> (usize, usize) {
    let Some(&first) = text.first() else {
        return (0, 0);
    };
    let (length, first, end) = match first {
        0..=0x7f => (1, first, 0x80),
        0xc0..=0xdf => (2, first & 0x1f, 0x800),
        0xe0..=0xef => (3, first & 0x0f, 0x1_0000),
        0xf0..=0xf7 => (4, first & 0x07, 0x11_0000),
        _ => return (1, 1),
    };
    let mut code = u32::from(first);
    for index in 1..length {
        match text.get(index) {
            Some(&byte) if byte & 0xc0 == 0x80 => code = code << 6 | u32::from(byte & 0x3f),
            _ => return (index, index),
        }
    }
    if code >= end {
        return (length, length);
    }
    let columns = char::from_u32(code).and_then(UnicodeWidthChar::width);
    (columns.unwrap_or(0), length)
}

/// The length of the escape sequence that a text starts with: `ESC [ … letter`, else two bytes.
fn escape_sequence_length(text: &[u8]) -> usize {
    if text.get(1) != Some(&b'[') {
        return text.len().min(2);
    }
    let parameters = text[2..]
        .iter()
        .take_while(|byte| (0x20..=0x3f).contains(*byte))
        .count();
    (2 + parameters + 1).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Origin;
    use bstr::BString;
    use std::rc::Rc;

    /// A source map with one text, and the position of an offset in it.
    fn sources(origin: Origin, text: &[u8], offset: u32) -> (SourceMap, Pos) {
        let mut sources = SourceMap::default();
        let start = sources.add(origin, Rc::from(text)).expect("a short text");
        (sources, Pos(start.0 + offset))
    }

    fn file() -> Origin {
        Origin::File(Rc::from(&b"/w/a.nix"[..]))
    }

    fn frame(message: &str, pos: Pos) -> TraceFrame {
        TraceFrame {
            message: message.into(),
            pos,
            ..TraceFrame::default()
        }
    }

    fn text(diagnostic: &Diagnostic, sources: &SourceMap, full: bool) -> String {
        String::from_utf8(error(diagnostic, sources, full)).expect("the input is UTF-8")
    }

    #[test]
    fn shows_the_line_and_its_neighbours() {
        let (map, pos) = sources(file(), b"{\n\n  a = b;\n\n}", 9);
        assert_eq!(
            text(
                &Diagnostic::error("undefined variable 'b'", pos),
                &map,
                false
            ),
            "error: undefined variable 'b'\n       at /w/a.nix:3:7:\n            2|\n            3|   a = b;\n             |       ^\n            4|\n"
        );
    }

    /// Recorded from the reference, as are the next ones.
    #[test]
    fn the_end_of_the_last_line_begins_another() {
        let (map, pos) = sources(file(), b"1 + x\n", 4);
        assert_eq!(
            text(
                &Diagnostic::error("undefined variable 'x'", pos),
                &map,
                false
            ),
            "error: undefined variable 'x'\n       at /w/a.nix:1:5:\n            1| 1 + x\n             |     ^\n            2|\n"
        );
        let (map, pos) = sources(file(), b"1 +\n", 4);
        assert_eq!(
            text(
                &Diagnostic::error("syntax error, unexpected end of file", pos),
                &map,
                false
            ),
            "error: syntax error, unexpected end of file\n       at /w/a.nix:2:1:\n            1| 1 +\n            2|\n             | ^\n"
        );
    }

    #[test]
    fn an_empty_text_has_no_lines() {
        let (map, pos) = sources(Origin::Stdin, b"", 0);
        let found = text(
            &Diagnostic::error("syntax error, unexpected end of file", pos),
            &map,
            false,
        );
        assert_eq!(
            found,
            "error: syntax error, unexpected end of file\n       at «stdin»:1:1:\n"
        );
    }

    #[test]
    fn long_traces_are_cut_unless_they_are_wanted() {
        let (map, pos) = sources(Origin::String, b"{ a = [ 0 [ 0 0 (throw \"x\") ] ]; }", 2);
        let mut diagnostic = Diagnostic::error("x", Pos::NONE);
        diagnostic.trace = vec![
            frame("while calling the 'throw' builtin", pos),
            frame("while evaluating list element at index 2", Pos::NONE),
            frame("while evaluating list element at index 1", Pos::NONE),
            frame("while evaluating the attribute 'a'", pos),
        ];
        let cut = text(&diagnostic, &map, false);
        assert!(
            cut.ends_with("… while evaluating list element at index 2\n\n       (stack trace truncated; use '--show-trace' to show the full, detailed trace)\n\n       error: x\n"),
            "{cut}"
        );
        assert!(!cut.contains("throw' builtin"));
        let full = text(&diagnostic, &map, true);
        assert!(
            full.contains("throw' builtin") && !full.contains("truncated"),
            "{full}"
        );
        diagnostic.trace[0].shown = Shown::Always;
        assert!(text(&diagnostic, &map, false).contains("throw' builtin"));
        diagnostic.trace.truncate(1);
        diagnostic.trace[0].shown = Shown::InFull;
        assert_eq!(text(&diagnostic, &map, false), "error: x\n");
    }

    #[test]
    fn many_repeated_frames_are_counted() {
        let (map, _) = sources(Origin::String, b"1", 0);
        let mut diagnostic = Diagnostic::error("x", Pos::NONE);
        diagnostic.trace = vec![frame("again", Pos::NONE); 6];
        assert_eq!(text(&diagnostic, &map, false).matches("again").count(), 6);
        diagnostic.trace = vec![frame("again", Pos::NONE); 7];
        assert_eq!(
            text(&diagnostic, &map, false),
            "error:\n       … again\n\n       (6 duplicate frames omitted)\n\n       error: x\n"
        );
    }

    #[test]
    fn hints_stand_below() {
        let (map, _) = sources(file(), b"", 0);
        let missing =
            Diagnostic::error("attribute 'nope' missing", Pos::NONE).hint("Did you mean hope?");
        assert_eq!(
            text(&missing, &map, false),
            "error: attribute 'nope' missing\n       Did you mean hope?\n"
        );
        assert_eq!(
            text(&Diagnostic::error("", Pos::NONE), &map, false),
            "error:\n"
        );
    }

    #[test]
    fn lines_end_in_three_ways() {
        let (map, pos) = sources(file(), b"{ a = 1;\r\n b = x; }\rlast", 16);
        assert_eq!(
            text(
                &Diagnostic::error("undefined variable 'x'", pos),
                &map,
                false
            ),
            "error: undefined variable 'x'\n       at /w/a.nix:2:7:\n            1| { a = 1;\n            2|  b = x; }\n             |       ^\n            3| last\n"
        );
    }

    #[test]
    fn text_cannot_command_the_terminal() {
        assert_eq!(for_terminal(b"a\x1b[31mb\x1bcd\r\x07e\x1b["), b"abde");
        assert_eq!(for_terminal(b"\xc3\xa9\tx\xff"), b"\xc3\xa9       x\xff");
        assert_eq!(for_terminal(b"\xed\xa0\x80\t"), b"\xed\xa0\x80        ");
        assert_eq!(for_terminal(b"\xf0\x9f\t"), b"\xf0\x9f      ");
    }

    #[test]
    fn messages_have_labels() {
        let (map, _) = sources(file(), b"", 0);
        let say =
            |said: Message| String::from_utf8(message(&said, &map)).expect("the input is UTF-8");
        assert_eq!(say(Message::Trace("x\ny".into())), "trace: x\ny\n");
        let warned = say(Message::Warning(BString::from("a\nb")));
        assert_eq!(warned, "evaluation warning: a\n                    b\n");
    }
}
