//! Strings in double quotes.

use super::bytes::{self, STRING_SPECIAL};
use super::parser::{Frame, Parsed, Parser, State, TextKind};
use super::token::Kind;
use crate::diagnostic::Diagnostic;
use crate::ir::{AttrName, Expr, Slice};
use bstr::ByteSlice;

/// What ends a run of text in a string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The closing quote.
    Close,
    /// `${`
    Interpolation,
    /// The end of the text.
    End,
}

impl Parser<'_> {
    /// Reads a string from an offset inside it (after the opening quote or an interpolation) to its end or the next interpolation.
    pub fn quoted(&mut self, kind: TextKind, start: u32, at: u32, parts: u32) -> Parsed<State> {
        let from = self.ir.text_bytes.len();
        let (end, stop) = self.scan_quoted(at as usize);
        if has_null(&self.lexer.text[at as usize..end]) {
            return Err(self.null_byte(&self.ir.text_bytes[from..], at));
        }
        let empty = self.ir.text_bytes.len() == from;
        let first = self.parts.len() == parts as usize;
        if stop == Stop::End {
            return Err(self.unexpected_token(
                Kind::End.name(),
                self.lexer.text.len() as u32,
                &["'\"'"],
            ));
        }
        let end = end as u32;
        if stop == Stop::Close && first && kind == TextKind::QuotedName {
            let name = AttrName::Static(self.symbols.intern(&self.ir.text_bytes[from..]));
            self.ir.text_bytes.truncate(from);
            self.resume(end)?;
            return self.name(name, start);
        }
        if !empty || (stop == Stop::Close && first) {
            let text = self.take_text(from)?;
            let (start, end) = if first && stop == Stop::Close {
                (start, end)
            } else {
                (at, end)
            };
            let part = self.push(Expr::Str(text), start, end);
            self.parts.push(part);
        }
        if stop == Stop::Interpolation {
            self.frames.push(Frame::Interpolation {
                kind,
                start,
                opened: end - 2,
                parts,
            });
            self.resume(end)?;
            return Ok(State::Function);
        }
        self.resume(end)?;
        if first && let Some(expr) = self.parts.pop() {
            return Ok(State::Simple(super::parser::Done { expr, start }));
        }
        let parts: Slice = self.take_parts(parts);
        match kind {
            // The text of a name starts behind its quote.
            TextKind::QuotedName => {
                let name = self.done(Expr::Interpolation(parts), start + 1);
                self.name(AttrName::Dynamic(name.expr), start)
            }
            _ => Ok(State::Simple(self.done(Expr::Interpolation(parts), start))),
        }
    }

    #[cold]
    pub fn null_byte(&self, piece: &[u8], offset: u32) -> Box<Diagnostic> {
        let mut message = b"input string '".to_vec();
        message.extend_from_slice(&piece.replace(b"\0", "\u{2400}"));
        message.extend_from_slice(
            b"' cannot be represented as Nix string because it contains null bytes",
        );
        self.error(message, offset)
    }

    /// Appends the text up to the next stop to the arena's bytes, with its escapes replaced.
    ///
    /// Returns the offset after the stop.
    fn scan_quoted(&mut self, mut at: usize) -> (usize, Stop) {
        let text = self.lexer.text;
        let out = &mut self.ir.text_bytes;
        let next = |at: usize| text.get(at + 1).copied();
        loop {
            let run = bytes::run_until(text, at, STRING_SPECIAL);
            out.extend_from_slice(&text[at..run]);
            at = run;
            match text.get(at) {
                None => return (at, Stop::End),
                Some(b'"') => return (at + 1, Stop::Close),
                Some(b'\\') => {
                    let Some(escaped) = next(at) else {
                        return (at, Stop::End);
                    };
                    out.push(unescape(escaped));
                    at += 2;
                }
                Some(b'$') => match next(at) {
                    None => return (at, Stop::End),
                    Some(b'{') => return (at + 2, Stop::Interpolation),
                    Some(b'"' | b'\\') => {
                        out.push(b'$');
                        at += 1;
                    }
                    Some(b'\r') => {
                        out.push(b'$');
                        at += 1;
                    }
                    Some(other) => {
                        out.extend_from_slice(&[b'$', other]);
                        at += 2;
                    }
                },
                Some(_) => {
                    // `\r` and `\r\n` count as one `\n`.
                    out.push(b'\n');
                    at += if next(at) == Some(b'\n') { 2 } else { 1 };
                }
            }
        }
    }
}

/// Tells whether a piece of a string holds a null byte; an escaped one is let through, as the reference does.
fn has_null(piece: &[u8]) -> bool {
    if piece.find_byte(0).is_none() {
        return false;
    }
    let mut escaped = false;
    for &byte in piece {
        if byte == 0 && !escaped {
            return true;
        }
        escaped = byte == b'\\' && !escaped;
    }
    false
}

/// Returns what a byte after a backslash stands for.
pub fn unescape(byte: u8) -> u8 {
    match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        other => other,
    }
}
