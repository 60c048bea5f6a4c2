//! Strings in two single quotes, whose common indentation is stripped.

use super::bytes::{self, INDENTED_SPECIAL};
use super::parser::{Done, Frame, Parsed, Parser, State, TextKind};
use super::quoted::unescape;
use super::token::Kind;
use crate::ir::{Expr, ExprId};
use bstr::ByteSlice;

/// A part of an indented string. The borders of the pieces matter: only the very last piece loses its blank last line.
#[derive(Clone, Copy, Debug)]
pub enum IndentedPart {
    /// A piece of the text, by offsets; takes part in the indentation.
    Raw { start: u32, end: u32 },
    /// Bytes that an escape stands for; these end the indentation of their line.
    Fixed { bytes: [u8; 2], len: u8 },
    /// An interpolation; ends the indentation of its line.
    Expr(ExprId),
}

impl Parser<'_> {
    /// Starts an indented string. Blanks and a line break directly after the opening quotes are no part of it.
    pub fn open_indented(&mut self) -> Parsed<State> {
        let text = self.lexer.text;
        let start = self.token.start;
        let mut at = self.token.end as usize;
        let blanks = text[at..].iter().take_while(|&&byte| byte == b' ').count();
        if text.get(at + blanks) == Some(&b'\n') {
            at += blanks + 1;
        }
        self.indented(start, at as u32, self.indented.len() as u32)
    }

    /// Reads an indented string from an offset inside it to its end or the next interpolation.
    pub fn indented(&mut self, start: u32, at: u32, parts: u32) -> Parsed<State> {
        let text = self.lexer.text;
        let byte = |at: usize| text.get(at).copied();
        let mut at = at as usize;
        let mut piece = at;
        loop {
            let run = bytes::run_until(text, at, INDENTED_SPECIAL);
            // A quote or dollar that stands for itself together with the byte after it belongs to the piece.
            let (fixed, next): (&[u8], usize) = match (byte(run), byte(run + 1)) {
                (None, _) => {
                    let expected = ["indented string", "'${'", "end of an indented string"];
                    return Err(self.unexpected_token(Kind::End.name(), run as u32, &expected));
                }
                (Some(b'$'), Some(b'{')) => {
                    self.push_raw(piece, run)?;
                    self.frames.push(Frame::Interpolation {
                        kind: TextKind::Indented,
                        start,
                        opened: run as u32,
                        parts,
                    });
                    self.resume(run as u32 + 2)?;
                    return Ok(State::Function);
                }
                (Some(b'$'), Some(other)) if other != b'\'' => {
                    at = run + 2;
                    continue;
                }
                (Some(b'$'), _) => (b"$", run + 1),
                (Some(_), Some(b'\'')) => match byte(run + 2) {
                    Some(b'$') => (b"$", run + 3),
                    Some(b'\'') => (b"''", run + 3),
                    Some(b'\\') if byte(run + 3).is_some() => {
                        let escaped = unescape(text[run + 3]);
                        self.push_raw(piece, run)?;
                        self.indented.push(IndentedPart::Fixed {
                            bytes: [escaped, 0],
                            len: 1,
                        });
                        (at, piece) = (run + 4, run + 4);
                        continue;
                    }
                    _ => {
                        self.push_raw(piece, run)?;
                        self.resume(run as u32 + 2)?;
                        return self.close_indented(start, parts as usize);
                    }
                },
                (Some(_), Some(other)) if other != b'$' => {
                    at = run + 2;
                    continue;
                }
                (Some(_), _) => (b"'", run + 1),
            };
            self.push_raw(piece, run)?;
            let bytes = [fixed[0], fixed.get(1).copied().unwrap_or(0)];
            self.indented.push(IndentedPart::Fixed {
                bytes,
                len: fixed.len() as u8,
            });
            (at, piece) = (next, next);
        }
    }

    fn push_raw(&mut self, start: usize, end: usize) -> Parsed<()> {
        let piece = &self.lexer.text[start..end];
        if piece.find_byte(0).is_some() {
            return Err(self.null_byte(piece, start as u32));
        }
        if start < end {
            self.indented.push(IndentedPart::Raw {
                start: start as u32,
                end: end as u32,
            });
        }
        Ok(())
    }

    fn close_indented(&mut self, start: u32, from: usize) -> Parsed<State> {
        let indentation = self.indentation(from);
        let parts = self.parts.len();
        let mut line_start = true;
        let mut dropped = 0;
        for index in from..self.indented.len() {
            let begin = self.ir.text_bytes.len();
            match self.indented[index] {
                IndentedPart::Expr(expr) => {
                    (line_start, dropped) = (false, 0);
                    self.parts.push(expr);
                    continue;
                }
                IndentedPart::Fixed { bytes, len } => {
                    // The reference strips what an escape stands for as if it were text, too.
                    let fixed = &bytes[..len as usize];
                    strip(
                        fixed,
                        indentation,
                        &mut line_start,
                        &mut dropped,
                        &mut self.ir.text_bytes,
                    );
                }
                IndentedPart::Raw { start, end } => {
                    let piece = &self.lexer.text[start as usize..end as usize];
                    strip(
                        piece,
                        indentation,
                        &mut line_start,
                        &mut dropped,
                        &mut self.ir.text_bytes,
                    );
                }
            }
            if index + 1 == self.indented.len() {
                drop_blank_last_line(&mut self.ir.text_bytes, begin);
            }
            if self.ir.text_bytes.len() > begin {
                let text = self.take_text(begin)?;
                let part = self.push(Expr::Str(text), start, self.previous_end);
                self.parts.push(part);
            }
        }
        self.indented.truncate(from);
        if self.parts.len() == parts {
            let text = self.take_text(self.ir.text_bytes.len())?;
            return Ok(State::Simple(self.done(Expr::Str(text), start)));
        }
        if self.parts.len() == parts + 1
            && let Some(&expr) = self.parts.last()
            && matches!(self.ir.expr(expr), Expr::Str(_))
        {
            self.parts.pop();
            return Ok(State::Simple(Done { expr, start }));
        }
        let parts = self.take_parts(parts as u32);
        Ok(State::Simple(self.done(Expr::Interpolation(parts), start)))
    }

    /// Returns the number of blanks that all lines start with. Lines of blanks only do not count, but a last one before the closing
    /// quotes has no effect either because nothing ends it.
    fn indentation(&self, from: usize) -> usize {
        let mut least = usize::MAX;
        let mut line_start = true;
        let mut current = 0;
        for part in &self.indented[from..] {
            let IndentedPart::Raw { start, end } = *part else {
                if line_start {
                    line_start = false;
                    least = least.min(current);
                }
                continue;
            };
            for &byte in &self.lexer.text[start as usize..end as usize] {
                match byte {
                    b'\n' => (line_start, current) = (true, 0),
                    b' ' if line_start => current += 1,
                    _ if line_start => {
                        line_start = false;
                        least = least.min(current);
                    }
                    _ => {}
                }
            }
        }
        least
    }
}

/// Copies a piece without the indentation.
fn strip(
    piece: &[u8],
    indentation: usize,
    line_start: &mut bool,
    dropped: &mut usize,
    out: &mut Vec<u8>,
) {
    for &byte in piece {
        match byte {
            b' ' if *line_start => {
                if *dropped >= indentation {
                    out.push(b' ');
                }
                *dropped += 1;
            }
            b'\n' => {
                (*line_start, *dropped) = (true, 0);
                out.push(b'\n');
            }
            _ => {
                (*line_start, *dropped) = (false, 0);
                out.push(byte);
            }
        }
    }
}

/// Removes what follows the last line break if it is blank.
fn drop_blank_last_line(out: &mut Vec<u8>, begin: usize) {
    if let Some(line) = out[begin..].iter().rposition(|&byte| byte == b'\n')
        && out[begin + line + 1..].iter().all(|&byte| byte == b' ')
    {
        out.truncate(begin + line + 1);
    }
}
