//! How reading goes on after an error, so that the errors behind it are reported, too: as toml11 guesses what was meant.

use super::parser::{MAX_DEPTH, Parser};

impl Parser<'_> {
    /// Skips to the end of a key and its value as they seem to be: nothing if the line ends before a value begins.
    #[inline]
    pub(super) fn skip_key_value(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b'=' => return self.skip_value(),
                b'\n' => return,
                _ => self.at += 1,
            }
        }
    }

    /// Skips what looks like a value.
    #[inline]
    pub(super) fn skip_value(&mut self) {
        match self.peek() {
            Some(b'"' | b'\'') => self.skip_string(),
            Some(b'[') => self.skip_array(0),
            Some(b'{') => self.skip_inline_table(0),
            _ => self.skip_to(|byte| matches!(byte, b'\n' | b',' | b']' | b'}')),
        }
    }

    /// Skips to the header of another table at the start of a line.
    #[inline]
    pub(super) fn skip_to_header(&mut self) {
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == b'\n' {
                let line = self.at;
                self.skip_blanks();
                let is_header = self.is_at_header();
                if is_header {
                    self.at = line;
                    return;
                }
                self.at += usize::from(self.at < self.text.len());
            }
        }
    }

    /// Skips lines with comments, whatever is in them, and empty ones.
    #[inline]
    pub(super) fn skip_comments(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() == Some(b'#') {
                self.skip_to(|byte| byte == b'\n');
            } else if !self.take_newline() {
                return;
            }
        }
    }

    /// Skips to a byte or the end.
    #[inline]
    pub(super) fn skip_to(&mut self, is_end: fn(u8) -> bool) {
        while self.peek().is_some_and(|byte| !is_end(byte)) {
            self.at += 1;
        }
    }

    /// Skips to the quotes that end a string, or to its line's end.
    #[inline]
    fn skip_string(&mut self) {
        let Some(quote) = self.peek() else { return };
        let quotes = [quote; 3];
        if self.text[self.at..].starts_with(&quotes) {
            self.at += 3;
            while self.at < self.text.len() {
                if self.text[self.at..].starts_with(&quotes) {
                    self.at += 3;
                    return;
                }
                self.at += 1;
            }
            return;
        }
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            if byte == quote || byte == b'\n' {
                return;
            }
        }
    }

    /// Skips to the end of an array, or to where its bracket seems to be missing. Recursive; what is too deep counts as text.
    #[inline]
    fn skip_array(&mut self, depth: usize) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' | b'\'' => self.skip_string(),
                b'#' => self.skip_comments(),
                b'{' if depth < MAX_DEPTH => self.skip_inline_table(depth + 1),
                b'[' if self.is_at_header() => return,
                b'[' if depth < MAX_DEPTH => self.skip_array(depth + 1),
                b'=' => {
                    // The key of the next line.
                    while self.at > 0 && self.text[self.at - 1] != b'\n' {
                        self.at -= 1;
                    }
                    return;
                }
                b']' => return,
                _ => self.at += 1,
            }
        }
    }

    /// Skips to the end of an inline table, or to where its brace seems to be missing. Recursive; what is too deep counts as text.
    #[inline]
    fn skip_inline_table(&mut self, depth: usize) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' | b'}' => return,
                b'"' | b'\'' => self.skip_string(),
                b'#' => return self.skip_comments(),
                b'[' if self.is_at_header() => return,
                b'[' if depth < MAX_DEPTH => self.skip_array(depth + 1),
                b'{' if depth < MAX_DEPTH => self.skip_inline_table(depth + 1),
                _ => self.at += 1,
            }
        }
    }

    /// Tells whether the header of a table starts here.
    #[inline]
    fn is_at_header(&mut self) -> bool {
        let start = self.at;
        let is_header = self.take(b'[') && {
            let end: &[u8] = if self.take(b'[') { b"]]" } else { b"]" };
            self.skip_blanks();
            let has_key = matches!(self.header_key(), Ok(Some(_)));
            self.skip_blanks();
            has_key && self.text[self.at..].starts_with(end)
        };
        self.at = start;
        is_header
    }
}
