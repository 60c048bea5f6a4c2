//! Splits a text into tokens, outside of strings and paths (whose insides the parser asks for in their own modes).
//!
//! The rules are those of the reference's flex scanner: the longest match wins, the earlier rule on ties.

use super::bytes::{self, ID, ID_START, PATH, SCHEME, SPACE, URI};
use super::token::{self, Kind, Token};
use bstr::ByteSlice;

/// The scanner of one text.
pub struct Lexer<'a> {
    /// The text.
    pub text: &'a [u8],
    /// No path literal starts before this offset (and after the current one): keeps `a.a.a…` linear.
    no_path_before: usize,
    /// The same for URIs.
    no_uri_before: usize,
}

impl<'a> Lexer<'a> {
    /// Makes a scanner; the text is shorter than 4 GiB.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            no_path_before: 0,
            no_uri_before: 0,
        }
    }

    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    /// Returns the next token at or after an offset.
    pub fn token(&mut self, at: u32) -> Token {
        let start = self.skip_blank(at as usize);
        let Some(&first) = self.text.get(start) else {
            return Token {
                kind: Kind::End,
                start: start as u32,
                end: start as u32,
            };
        };
        if first == 0 {
            // The reference's scanner hands the byte on as token 0, which means the end.
            return Token {
                kind: Kind::End,
                start: start as u32 + 1,
                end: start as u32 + 1,
            };
        }
        let (kind, end) = if bytes::is(first, ID_START) {
            self.word(start)
        } else if first.is_ascii_digit() {
            self.number(start)
        } else {
            self.symbol(start, first)
        };
        Token {
            kind,
            start: start as u32,
            end: end as u32,
        }
    }

    /// Skips white space and comments.
    #[inline]
    fn skip_blank(&self, mut at: usize) -> usize {
        loop {
            at = bytes::run(self.text, at, SPACE);
            if !matches!(self.text.get(at), Some(b'#' | b'/')) {
                return at;
            }
            match self.comment(at) {
                Some(end) => at = end,
                None => return at,
            }
        }
    }

    /// Returns the end of the comment that starts here, if one does. An unterminated `/*` is no comment.
    ///
    /// Apart from the rest, for the search takes registers and stack that every token would have to pay for.
    #[inline(never)]
    fn comment(&self, at: usize) -> Option<usize> {
        let rest = &self.text[at..];
        if rest.starts_with(b"#") {
            return Some(at + rest.find_byteset(b"\r\n").unwrap_or(rest.len()));
        }
        let inside = rest.strip_prefix(b"/*")?;
        Some(at + 4 + inside.find(b"*/")?)
    }

    #[inline]
    fn word(&mut self, start: usize) -> (Kind, usize) {
        let end = bytes::run(self.text, start + 1, ID);
        if matches!(self.byte(end), b'.' | b'+' | b'/' | b':') {
            if let Some(end) = self.path(start) {
                return (Kind::Path, end);
            }
            if let Some(end) = self.uri(start) {
                return (Kind::Uri, end);
            }
        }
        let kind = if end - start > token::LONGEST_KEYWORD {
            Kind::Id
        } else {
            token::keyword(&self.text[start..end])
        };
        (kind, end)
    }

    fn number(&mut self, start: usize) -> (Kind, usize) {
        let end = start
            + self.text[start..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
        let next = self.byte(end);
        if !(bytes::is(next, PATH) || next == b'/') {
            return (Kind::Int, end);
        }
        if let Some(end) = self.path(start) {
            return (Kind::Path, end);
        }
        match self.float(start) {
            Some(end) => (Kind::Float, end),
            None => (Kind::Int, end),
        }
    }

    /// Matches `[1-9][0-9]*\.[0-9]*` or `0?\.[0-9]+`, with an exponent or without.
    fn float(&self, start: usize) -> Option<usize> {
        let digits = |at: usize| {
            at + self.text[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let dot = digits(start);
        if self.byte(dot) != b'.' {
            return None;
        }
        let mut end = digits(dot + 1);
        let matches = match self.byte(start) {
            b'1'..=b'9' => true,
            b'0' => dot == start + 1 && end > dot + 1,
            _ => end > dot + 1,
        };
        if !matches {
            return None;
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            }
        }
        Some(end)
    }

    /// Matches the beginning of a path: `[a-z.…]*(/[a-z.…]+)+/?`, or `[a-z.…]*/` before an interpolation.
    fn path(&mut self, start: usize) -> Option<usize> {
        if start < self.no_path_before {
            return None;
        }
        let end = bytes::run(self.text, start, PATH);
        let found = self.path_from_slash(end);
        if found.is_none() {
            self.no_path_before = end;
        }
        found
    }

    fn path_from_slash(&self, slash: usize) -> Option<usize> {
        if self.byte(slash) != b'/' {
            return None;
        }
        if self.text[slash + 1..].starts_with(b"${") {
            return Some(slash + 1);
        }
        let end = self.path_segments(slash);
        (end > slash).then_some(if self.byte(end) == b'/' { end + 1 } else { end })
    }

    /// Matches `(/[a-z.…]+)*`.
    fn path_segments(&self, mut at: usize) -> usize {
        while self.byte(at) == b'/' && bytes::is(self.byte(at + 1), PATH) {
            at = bytes::run(self.text, at + 1, PATH);
        }
        at
    }

    /// Matches a further piece of a path after its beginning or an interpolation.
    pub fn path_piece(&self, start: usize) -> Option<usize> {
        let end = self.path_segments(bytes::run(self.text, start, PATH));
        let end = if self.byte(end) == b'/' { end + 1 } else { end };
        (end > start).then_some(end)
    }

    fn uri(&mut self, start: usize) -> Option<usize> {
        if start < self.no_uri_before || !self.text[start].is_ascii_alphabetic() {
            return None;
        }
        let colon = bytes::run(self.text, start, SCHEME);
        if self.byte(colon) == b':' && bytes::is(self.byte(colon + 1), URI) {
            return Some(bytes::run(self.text, colon + 1, URI));
        }
        self.no_uri_before = colon;
        None
    }

    fn search_path(&self, start: usize) -> Option<usize> {
        let name = bytes::run(self.text, start + 1, PATH);
        if name == start + 1 {
            return None;
        }
        let end = self.path_segments(name);
        (self.byte(end) == b'>').then_some(end + 1)
    }

    fn home_path(&self, start: usize) -> Option<usize> {
        self.path_from_slash(start + 1)
    }

    fn symbol(&mut self, start: usize, first: u8) -> (Kind, usize) {
        let second = self.byte(start + 1);
        let one = |kind| (kind, start + 1);
        let two = |kind| (kind, start + 2);
        match first {
            b'{' => one(Kind::CurlyOpen),
            b'}' => one(Kind::CurlyClose),
            b'(' => one(Kind::ParenOpen),
            b')' => one(Kind::ParenClose),
            b'[' => one(Kind::BracketOpen),
            b']' => one(Kind::BracketClose),
            b';' => one(Kind::Semicolon),
            b':' => one(Kind::Colon),
            b',' => one(Kind::Comma),
            b'@' => one(Kind::At),
            b'?' => one(Kind::Question),
            b'*' => one(Kind::Star),
            b'"' => one(Kind::Quote),
            b'=' if second == b'=' => two(Kind::Equal),
            b'=' => one(Kind::Assign),
            b'.' | b'-' | b'+' => {
                if (bytes::is(second, PATH) || second == b'/')
                    && let Some(end) = self.path(start)
                {
                    return (Kind::Path, end);
                }
                match (first, second) {
                    (b'-', b'>') => two(Kind::Implies),
                    (b'-', _) => one(Kind::Minus),
                    (b'+', b'+') => two(Kind::Concat),
                    (b'+', _) => one(Kind::Plus),
                    (_, b'.') if self.byte(start + 2) == b'.' => (Kind::Ellipsis, start + 3),
                    _ => match self.float(start) {
                        Some(end) => (Kind::Float, end),
                        None => one(Kind::Dot),
                    },
                }
            }
            b'/' => match self.path_from_slash(start) {
                Some(end) => (Kind::Path, end),
                None if second == b'/' => two(Kind::Update),
                None => one(Kind::Slash),
            },
            b'\'' if second == b'\'' => two(Kind::IndentedOpen),
            b'!' if second == b'=' => two(Kind::NotEqual),
            b'!' => one(Kind::Not),
            b'<' => match second {
                b'=' => two(Kind::LessOrEqual),
                b'|' => two(Kind::PipeFrom),
                _ => match self.search_path(start) {
                    Some(end) => (Kind::SearchPath, end),
                    None => one(Kind::Less),
                },
            },
            b'>' if second == b'=' => two(Kind::GreaterOrEqual),
            b'>' => one(Kind::Greater),
            b'&' if second == b'&' => two(Kind::And),
            b'|' if second == b'|' => two(Kind::Or),
            b'|' if second == b'>' => two(Kind::PipeInto),
            b'$' if second == b'{' => two(Kind::DollarCurly),
            b'~' if second == b'/' => match self.home_path(start) {
                Some(end) => (Kind::HomePath, end),
                None => one(Kind::Unknown),
            },
            _ => one(Kind::Unknown),
        }
    }
}
