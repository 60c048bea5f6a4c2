//! Errors, warnings and traces as text, laid out as the reference prints them to standard error (`libutil/error.cc`).
//!
//! Without colours; the page shows diagnostics in its own way.

use crate::diagnostic::{Diagnostic, Severity, Shown, TraceFrame};
use crate::machine::Message;
use crate::source::{Pos, SourceMap};
use bstr::ByteSlice as _;
use std::collections::HashSet;
use unicode_width::UnicodeWidthChar as _;

/// Everything below the first line of a message starts here: under the text that follows `error: `.
const INDENT: &[u8] = b"       ";

/// The place of a frame of the trace starts here.
const FRAME_INDENT: &[u8] = b"         ";

/// Lays out a diagnostic with the lines of source text that it points to; ends with a line's end.
///
/// `full` is the reference's `--show-trace`; otherwise long traces are cut.
pub fn error(diagnostic: &Diagnostic, sources: &SourceMap, full: bool) -> Vec<u8> {
    let label: &[u8] = match diagnostic.severity {
        Severity::Error => b"error:",
        Severity::Warning => b"warning:",
    };
    let mut report = Report { text: label.to_vec(), sources };
    if report.trace(&diagnostic.trace, full) {
        report.text.extend_from_slice(INDENT);
        report.text.extend_from_slice(label);
    }
    if !diagnostic.message.is_empty() {
        report.text.push(b' ');
        report.indented(&diagnostic.message);
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

/// Lays out what an evaluation says besides its result; ends with a line's end.
pub fn message(message: &Message, sources: &SourceMap) -> Vec<u8> {
    let (label, text): (&[u8], &[u8]) = match message {
        Message::Trace(text) => (b"trace: ", text),
        Message::Warning(text) => (b"evaluation warning: ", text),
        Message::Diagnostic(diagnostic) => return place_first(diagnostic, sources),
    };
    for_terminal(&[label, text, b"\n"].concat())
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
        let mut frames =
            trace.iter().rev().filter(|frame| !frame.message.is_empty() && (full || frame.shown != Shown::InFull)).peekable();
        if frames.peek().is_none() {
            return false;
        }
        let mut seen = HashSet::new();
        let mut skipped = Vec::new();
        let mut weight = 0;
        let mut cut = false;
        self.text.push(b'\n');
        for frame in frames {
            cut |= !full && weight > 3;
            if cut && frame.shown != Shown::Always {
                continue;
            }
            if !seen.insert((frame.message.as_slice(), frame.pos)) {
                skipped.push(frame);
                continue;
            }
            if self.skipped(&mut skipped, &mut weight) {
                seen.clear();
            }
            weight += 1;
            self.frame(frame, &mut weight);
        }
        self.skipped(&mut skipped, &mut weight);
        if cut {
            self.text.extend_from_slice(INDENT);
            let note = b"(stack trace truncated; use '--show-trace' to show the full, detailed trace)\n\n";
            self.text.extend_from_slice(note);
        }
        true
    }

    /// Adds repeated frames after all if they are few; else says how many they are and returns true.
    fn skipped(&mut self, skipped: &mut Vec<&TraceFrame>, weight: &mut u32) -> bool {
        let frames = std::mem::take(skipped);
        if frames.len() <= 5 {
            for frame in frames {
                self.frame(frame, weight);
            }
            return false;
        }
        self.text.extend_from_slice(INDENT);
        self.text.extend_from_slice(format!("({} duplicate frames omitted)\n\n", frames.len()).as_bytes());
        true
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
        for (index, line) in message.lines().enumerate() {
            if index > 0 {
                self.text.push(b'\n');
                if !line.is_empty() {
                    self.text.extend_from_slice(INDENT);
                }
            }
            self.text.extend_from_slice(line);
        }
    }

    /// Adds the line `at FILE:LINE:COLUMN:` and the source text around it; nothing, and false, for a position that is none.
    fn place(&mut self, pos: Pos, indent: &[u8]) -> bool {
        let (Some(place), Some(source)) = (self.sources.locate(pos), self.sources.source(pos)) else {
            return false;
        };
        self.text.extend_from_slice(indent);
        self.text.extend_from_slice(b"at ");
        self.text.extend_from_slice(&place.describe());
        self.text.extend_from_slice(b":\n");

        let around = LinesAround::find(&source.text, place.offset as usize);
        if let Some(before) = around.before {
            self.line(place.line - 1, before);
        }
        if let Some(line) = around.line {
            self.line(place.line, line);
            self.text.extend_from_slice(b"             | ");
            self.text.resize(self.text.len() + place.column.saturating_sub(1) as usize, b' ');
            self.text.extend_from_slice(b"^\n");
        }
        if let Some(after) = around.after {
            self.line(place.line + 1, after);
        }
        true
    }

    fn line(&mut self, number: u32, line: &[u8]) {
        self.text.extend_from_slice(format!("{number:13}|").as_bytes());
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
        let mut around = LinesAround { before: None, line: None, after: None };
        let mut rest = text;
        let mut start = 0;
        while !rest.is_empty() {
            let (line, length) = first_line(rest);
            if around.line.is_some() {
                around.after = Some(line);
                break;
            }
            let ends_text = length == rest.len();
            if offset < start + length || (ends_text && line.len() == length) {
                around.line = Some(line);
            } else {
                around.before = Some(line);
            }
            rest = &rest[length..];
            start += length;
        }
        around
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
                let (character, length) = bstr::decode_utf8(rest);
                // Control characters, ends of lines among them, have no width; a byte that is no UTF-8 has one column.
                width += character.map_or(1, |character| character.width().unwrap_or(0));
                safe.extend_from_slice(&rest[..length]);
                rest = &rest[length..];
                continue;
            }
        }
        rest = &rest[1..];
    }
    safe
}

/// The length of the escape sequence that a text starts with: `ESC [ … letter`, else two bytes.
fn escape_sequence_length(text: &[u8]) -> usize {
    if text.get(1) != Some(&b'[') {
        return text.len().min(2);
    }
    let parameters = text[2..].iter().take_while(|byte| (0x20..=0x3f).contains(*byte)).count();
    (2 + parameters + 1).min(text.len())
}
