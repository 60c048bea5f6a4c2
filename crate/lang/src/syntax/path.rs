//! Path literals: made absolute and canonical while parsing.

use super::parser::{Frame, Parsed, Parser, State, TextKind};
use super::token::Kind;
use crate::ir::Expr;
use crate::source::Pos;

impl Parser<'_> {
    /// Reads a path whose beginning is the current token.
    pub fn path(&mut self) -> Parsed<State> {
        let token = self.token;
        let literal = &self.lexer.text[token.start as usize..token.end as usize];
        let from = self.ir.text_bytes.len();
        let out = &mut self.ir.text_bytes;
        if token.kind == Kind::HomePath {
            let Some(home) = self.home else {
                let mut message = b"the path '".to_vec();
                message.extend_from_slice(literal);
                message.extend_from_slice(b"' can not be resolved in pure mode");
                // The reference does not say where.
                let mut error = crate::diagnostic::Diagnostic::error(message, Pos::NONE);
                error.near = self.pos(token.start);
                return Err(Box::new(error));
            };
            out.extend_from_slice(home);
            out.extend_from_slice(&literal[1..]);
        } else {
            if literal[0] != b'/' {
                append_canonical(out, from, self.base_dir);
            }
            append_canonical(out, from, literal);
            if out.len() == from || (literal.ends_with(b"/") && literal.len() > 1) {
                out.push(b'/');
            }
        }
        let text = self.take_text(from)?;
        let parts = self.parts.len() as u32;
        let expr = self.push(Expr::Path(text), token.start, token.end);
        self.parts.push(expr);
        self.path_rest(token.start, token.end, parts)
    }

    /// Reads a path from an offset inside it to its end or the next interpolation.
    pub fn path_rest(&mut self, start: u32, at: u32, parts: u32) -> Parsed<State> {
        let text = self.lexer.text;
        let mut at = at as usize;
        let only_beginning = self.parts.len() == parts as usize + 1;
        let mut pieces = 0;
        // At the end of the text the reference's positions lag behind by one piece.
        let mut piece_start = if only_beginning { start } else { at as u32 - 1 };
        let mut piece_before = start;
        loop {
            if text[at..].starts_with(b"${") {
                self.frames.push(Frame::Interpolation {
                    kind: TextKind::Path,
                    start,
                    opened: at as u32,
                    parts,
                });
                self.resume(at as u32 + 2)?;
                return Ok(State::Function);
            }
            let Some(end) = self.lexer.path_piece(at) else {
                break;
            };
            if only_beginning && pieces > 0 {
                return Err(self.unexpected_token("string", at as u32, &["'${'"]));
            }
            pieces += 1;
            (piece_before, piece_start) = (piece_start, at as u32);
            let from = self.ir.text_bytes.len();
            self.ir.text_bytes.extend_from_slice(&text[at..end]);
            let literal = self.take_text(from)?;
            let part = self.push(Expr::Str(literal), at as u32, end as u32);
            self.parts.push(part);
            at = end;
        }
        let at_end = at == text.len();
        if text[at - 1] == b'/' {
            return Err(self.error(
                "path has a trailing slash",
                if at_end { piece_start } else { at as u32 },
            ));
        }
        if only_beginning && pieces > 0 {
            let offset = if at_end { piece_before } else { piece_start };
            return Err(self.unexpected_token("end of path", offset, &["'${'"]));
        }
        self.resume(at as u32)?;
        if at_end {
            self.token.start = piece_start;
        }
        if only_beginning && let Some(expr) = self.parts.pop() {
            return Ok(State::Simple(super::parser::Done { expr, start }));
        }
        let parts = self.take_parts(parts);
        Ok(State::Simple(
            self.done(Expr::PathInterpolation(parts), start),
        ))
    }
}

/// Appends a path to the one that starts at `from`, with `.` and `..` resolved. The root is the empty text.
fn append_canonical(out: &mut Vec<u8>, from: usize, path: &[u8]) {
    for segment in path.split(|&byte| byte == b'/') {
        match segment {
            b"" | b"." => {}
            b".." => {
                let parent = out[from..]
                    .iter()
                    .rposition(|&byte| byte == b'/')
                    .unwrap_or(0);
                out.truncate(from + parent);
            }
            name => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
        }
    }
}
