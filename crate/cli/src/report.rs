//! Errors as text, laid out as the reference prints them to standard error (`libutil/error.cc`).

use bstr::{BString, ByteSlice as _, ByteVec as _};
use drvlab_lang::diagnostic::{Diagnostic, Severity};
use drvlab_lang::source::{Origin, Pos, SourceMap};
use unicode_width::UnicodeWidthChar as _;

/// Everything below the first line of a message starts here: under the text that follows `error: `.
const INDENT: &str = "       ";

/// Lays out a diagnostic, with the lines of source text that it points to; ends with a line's end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap) -> BString {
    let label = match diagnostic.severity {
        Severity::Error => "error:",
        Severity::Warning => "warning:",
    };
    let mut text = BString::from(label);
    if !diagnostic.trace.is_empty() {
        text.push_byte(b'\n');
        for frame in diagnostic.trace.iter().rev() {
            text.push_str(INDENT);
            text.push_str("… ");
            push_indented(&mut text, &frame.message);
            text.push_byte(b'\n');
            push_place(&mut text, frame.pos, "         ", sources);
            text.push_byte(b'\n');
        }
        text.push_str(INDENT);
        text.push_str(label);
    }
    if !diagnostic.message.is_empty() {
        text.push_byte(b' ');
        push_indented(&mut text, &diagnostic.message);
    }
    text.push_byte(b'\n');
    push_place(&mut text, diagnostic.span.start, INDENT, sources);
    for hint in &diagnostic.hints {
        text.push_str(INDENT);
        push_indented(&mut text, hint);
        text.push_byte(b'\n');
    }
    for_terminal(&text)
}

/// Adds a text whose later lines stand under its first.
fn push_indented(text: &mut BString, message: &BString) {
    for (index, line) in message.lines().enumerate() {
        if index > 0 {
            text.push_byte(b'\n');
            if !line.is_empty() {
                text.push_str(INDENT);
            }
        }
        text.push_str(line);
    }
}

/// Adds the line `at FILE:LINE:COLUMN:` and the source text around it; nothing for a position that is none.
fn push_place(text: &mut BString, pos: Pos, indent: &str, sources: &SourceMap) {
    let (Some(place), Some(source)) = (sources.locate(pos), sources.source(pos)) else {
        return;
    };
    text.push_str(indent);
    text.push_str("at ");
    match &place.origin {
        Origin::File(path) => text.push_str(path),
        Origin::String => text.push_str("«string»"),
        Origin::Stdin => text.push_str("«stdin»"),
        Origin::Internal(name) => text.push_str(name),
    }
    text.push_str(format!(":{}:{}:\n", place.line, place.column));

    let around = LinesAround::find(&source.text, place.offset as usize);
    if let Some(before) = around.before {
        push_line(text, place.line - 1, before);
    }
    if let Some(line) = around.line {
        push_line(text, place.line, line);
        text.push_str("             | ");
        text.push_str(" ".repeat(place.column.saturating_sub(1) as usize));
        text.push_str("^\n");
    }
    if let Some(after) = around.after {
        push_line(text, place.line + 1, after);
    }
}

fn push_line(text: &mut BString, number: u32, line: &[u8]) {
    text.push_str(format!("{number:13}|"));
    let line = line.trim_end_with(|character| matches!(character, ' ' | '\t'));
    if !line.is_empty() {
        text.push_byte(b' ');
        text.push_str(line);
    }
    text.push_byte(b'\n');
}

/// The line that holds an offset, and its neighbours.
struct LinesAround<'a> {
    before: Option<&'a [u8]>,
    line: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
}

impl<'a> LinesAround<'a> {
    fn find(text: &'a [u8], offset: usize) -> Self {
        let mut around = Self {
            before: None,
            line: None,
            after: None,
        };
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
fn for_terminal(text: &BString) -> BString {
    let mut safe = BString::default();
    let mut width = 0_usize;
    let mut rest = text.as_slice();
    while let Some(&byte) = rest.first() {
        match byte {
            b'\x1b' => {
                rest = &rest[escape_sequence_length(rest)..];
                continue;
            }
            b'\t' => loop {
                width += 1;
                safe.push_byte(b' ');
                if width.is_multiple_of(8) {
                    break;
                }
            },
            b'\r' | b'\x07' => {}
            _ => {
                let (character, length) = bstr::decode_utf8(rest);
                // Control characters, ends of lines among them, have no width; a byte that is no UTF-8 has one column.
                width += character.map_or(1, |character| character.width().unwrap_or(0));
                safe.push_str(&rest[..length]);
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
    let parameters = text[2..]
        .iter()
        .take_while(|byte| (0x20..=0x3f).contains(*byte))
        .count();
    (2 + parameters + 1).min(text.len())
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use drvlab_lang::diagnostic::TraceFrame;

    use super::*;

    /// A source map with one text, and the position of an offset in it.
    fn sources(origin: Origin, text: &[u8], offset: usize) -> (SourceMap, Pos) {
        let mut sources = SourceMap::default();
        let start = sources.add(origin, Rc::from(text)).unwrap();
        (sources, Pos(start.0 + u32::try_from(offset).unwrap()))
    }

    fn file() -> Origin {
        Origin::File(Rc::from(&b"/w/a.nix"[..]))
    }

    #[test]
    fn shows_the_line_and_its_neighbours() {
        let (map, pos) = sources(file(), b"{\n\n  a = b;\n\n}", 9);
        let text = render(&Diagnostic::error("undefined variable 'b'", pos), &map);
        assert_eq!(
            text,
            "error: undefined variable 'b'\n       at /w/a.nix:3:7:\n            2|\n            3|   a = b;\n             |       ^\n            4|\n"
        );
    }

    #[test]
    fn shows_the_trace_outermost_first() {
        let (map, pos) = sources(Origin::String, b"throw \"x\ny\"", 0);
        let mut diagnostic = Diagnostic::error("x\ny", Pos::NONE);
        let frame = |message: &str, pos| TraceFrame {
            message: message.into(),
            pos,
        };
        diagnostic
            .trace
            .push(frame("while calling the 'throw' builtin", pos));
        diagnostic
            .trace
            .push(frame("while evaluating list element at index 1", Pos::NONE));
        assert_eq!(
            render(&diagnostic, &map),
            "error:\n       … while evaluating list element at index 1\n\n       … while calling the 'throw' builtin\n         at «string»:1:1:\n            1| throw \"x\n             | ^\n            2| y\"\n\n       error: x\n       y\n"
        );
    }

    #[test]
    fn points_behind_the_end_of_a_text() {
        let (map, pos) = sources(Origin::Stdin, b"1 +", 3);
        let text = render(
            &Diagnostic::error("syntax error, unexpected end of file", pos),
            &map,
        );
        assert_eq!(
            text,
            "error: syntax error, unexpected end of file\n       at «stdin»:1:4:\n            1| 1 +\n             |    ^\n"
        );
    }

    #[test]
    fn an_empty_text_has_no_lines() {
        let (map, pos) = sources(Origin::Stdin, b"", 0);
        let text = render(
            &Diagnostic::error("syntax error, unexpected end of file", pos),
            &map,
        );
        assert_eq!(
            text,
            "error: syntax error, unexpected end of file\n       at «stdin»:1:1:\n"
        );
    }

    #[test]
    fn hints_stand_below() {
        let (map, _) = sources(file(), b"", 0);
        let text = render(
            &Diagnostic::error("attribute 'nope' missing", Pos::NONE).hint("Did you mean hope?"),
            &map,
        );
        assert_eq!(
            text,
            "error: attribute 'nope' missing\n       Did you mean hope?\n"
        );
        assert_eq!(render(&Diagnostic::error("", Pos::NONE), &map), "error:\n");
    }

    #[test]
    fn lines_end_in_three_ways() {
        let (map, pos) = sources(file(), b"{ a = 1;\r\n b = x; }\rlast", 16);
        let text = render(&Diagnostic::error("undefined variable 'x'", pos), &map);
        assert_eq!(
            text,
            "error: undefined variable 'x'\n       at /w/a.nix:2:7:\n            1| { a = 1;\n            2|  b = x; }\n             |       ^\n            3| last\n"
        );
    }

    #[test]
    fn text_cannot_command_the_terminal() {
        assert_eq!(for_terminal(&"a\x1b[31mb\x1bcd\r\x07e\x1b[".into()), "abde");
        assert_eq!(
            for_terminal(&b"\xc3\xa9\tx\xff".into()),
            &b"\xc3\xa9       x\xff"[..]
        );
    }

    /// Recorded from the reference: tabs count from the start of the report, a wide character fills two columns.
    #[test]
    fn tabs_are_as_wide_as_in_the_reference() {
        let (map, pos) = sources(
            Origin::File(Rc::from(&b"/var/tmp/nix-oracle/work/xtask/ws2.nix"[..])),
            "{ \u{1} a = b; c=\"é\t日\tx\";\n}".as_bytes(),
            2,
        );
        let text = render(
            &Diagnostic::error(
                "syntax error, unexpected invalid token, expecting 'inherit'",
                pos,
            ),
            &map,
        );
        let line = text.lines().nth(2).unwrap();
        assert_eq!(
            line.as_bstr(),
            "            1| { \u{1} a = b; c=\"é    日      x\";"
        );
    }

    /// Recorded from the reference, too.
    #[test]
    fn ends_of_lines_have_no_width() {
        let (map, pos) = sources(Origin::String, br#"throw "a\tb\r\nc\n\nd""#, 0);
        let mut diagnostic = Diagnostic::error("a\tb\r\nc\n\nd", Pos::NONE);
        diagnostic.trace.push(TraceFrame {
            message: "while calling the 'throw' builtin".into(),
            pos,
        });
        let text = render(&diagnostic, &map);
        assert!(
            text.ends_with(b"\n\n       error: a   b\n       c\n\n       d\n"),
            "{text}"
        );
    }
}
