//! Diagnostics of the evaluator in the words of the page: files, UTF-16 offsets, UTF-8 text.

use crate::model;
use drvlab_lang::diagnostic::{Diagnostic, Severity};
use drvlab_lang::source::{Origin, Pos, SourceMap, Span};

/// More frames than this are left out of the middle of a trace.
const MOST_FRAMES: usize = 100;

/// Translates a diagnostic. One without a place gets that of the innermost frame that is in a file.
pub(crate) fn translate(diagnostic: &Diagnostic, sources: &SourceMap) -> model::Diagnostic {
    let mut place = place(diagnostic.span, sources);
    if place.file.is_none() {
        let near = Span {
            start: diagnostic.near,
            end: diagnostic.near,
        };
        place = self::place(near, sources);
    }
    let trace: Vec<model::TraceFrame> = diagnostic
        .trace
        .iter()
        .take(MOST_FRAMES)
        .map(|frame| model::TraceFrame {
            message: text(&frame.message),
            place: self::place(
                Span {
                    start: frame.pos,
                    end: frame.pos,
                },
                sources,
            ),
        })
        .collect();
    if place.file.is_none()
        && let Some(frame) = trace.iter().find(|frame| frame.place.file.is_some())
    {
        place = frame.place.clone();
    }
    model::Diagnostic {
        severity: match diagnostic.severity {
            Severity::Error => model::Severity::Error,
            Severity::Warning => model::Severity::Warning,
        },
        message: text(&diagnostic.message),
        hints: diagnostic.hints.iter().map(|hint| text(hint)).collect(),
        place,
        trace,
    }
}

/// Turns bytes into text for people; what is not UTF-8 is replaced.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Finds the word at a position.
pub(crate) fn place_of(pos: Pos, sources: &SourceMap) -> model::Place {
    place(
        Span {
            start: pos,
            end: pos,
        },
        sources,
    )
}

fn place(span: Span, sources: &SourceMap) -> model::Place {
    if span.start == Pos::NONE {
        return model::Place::default();
    }
    let (Some(location), Some((source, range))) = (sources.locate(span.start), sources.range(span))
    else {
        return model::Place::default();
    };
    let Origin::File(path) = &source.origin else {
        return model::Place::default();
    };
    let end = if range.is_empty() {
        token_end(&source.text, range.start)
    } else {
        range.end
    };
    let from = utf16_len(&source.text[..range.start]);
    model::Place {
        file: Some(text(path)),
        from,
        to: from + utf16_len(&source.text[range.start..end]),
        line: location.line,
        column: location.column,
    }
}

fn utf16_len(bytes: &[u8]) -> u32 {
    // What is not UTF-8 was replaced in the editor in the same way.
    String::from_utf8_lossy(bytes).encode_utf16().count() as u32
}

/// Returns where the word that starts at an offset ends; at least one character.
fn token_end(text: &[u8], start: usize) -> usize {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-'".contains(byte);
    let word = text[start..]
        .iter()
        .take_while(|byte| is_word(byte))
        .count();
    if word > 0 {
        return start + word;
    }
    let mut end = (start + 1).min(text.len());
    while end < text.len() && text[end] & 0xC0 == 0x80 {
        end += 1;
    }
    end
}
