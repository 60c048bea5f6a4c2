//! Strings.

use super::parser::{Message, Parser};
use super::report;

/// What is read does not have the form of a string.
struct Malformed;

/// An escape whose number is not that of a character. It is reported when the rest of the string is right.
struct CodePoint {
    /// Where the escape starts.
    escape: usize,
    /// How many digits it has.
    digits: usize,
    too_large: bool,
}

impl Parser<'_> {
    /// Reads a string. Where reading goes on after an error is the string itself, or its end if only a code point is wrong.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Vec<u8>, Message> {
        let start = self.at;
        let rest = &self.text[start..];
        let mut wrong = None;
        let read = if rest.starts_with(b"\"\"\"") {
            self.multi_line_string(b'"', &mut wrong)
        } else if rest.starts_with(b"'''") {
            self.multi_line_string(b'\'', &mut wrong)
        } else {
            self.one_line_string(&mut wrong)
        };
        self.checked(start, read, wrong)
    }

    /// Reads a string that is the part of a key.
    #[inline]
    pub(super) fn quoted_key(&mut self) -> Result<Vec<u8>, Message> {
        let start = self.at;
        let mut wrong = None;
        let read = self.one_line_string(&mut wrong);
        self.checked(start, read, wrong)
    }

    #[inline]
    fn checked(
        &mut self,
        start: usize,
        read: Result<Vec<u8>, Message>,
        wrong: Option<CodePoint>,
    ) -> Result<Vec<u8>, Message> {
        match (read, wrong) {
            (Err(message), _) => {
                self.at = start;
                Err(message)
            }
            (Ok(string), None) => Ok(string),
            (
                Ok(_),
                Some(CodePoint {
                    escape,
                    digits,
                    too_large,
                }),
            ) => {
                let quotes = if self.text[start..].starts_with(&[self.text[start]; 3]) {
                    3
                } else {
                    1
                };
                let part = &self.text[escape..self.at - quotes];
                let (title, label) = if too_large {
                    (
                        "toml::parse_utf8_codepoint: input codepoint is too large.",
                        "must be in range [0x00, 0x10FFFF]",
                    )
                } else {
                    (
                        "toml::parse_utf8_codepoint: [0xD800, 0xDFFF] is not a valid UTF-8",
                        "here",
                    )
                };
                Err(report::within(part, title, 1..2 + digits, label))
            }
        }
    }

    #[inline]
    fn one_line_string(&mut self, wrong: &mut Option<CodePoint>) -> Result<Vec<u8>, Message> {
        match self.peek() {
            Some(b'"') => self.basic_string(wrong),
            _ => self.literal_string(),
        }
    }

    #[inline]
    fn basic_string(&mut self, wrong: &mut Option<CodePoint>) -> Result<Vec<u8>, Message> {
        self.at += 1;
        let mut string = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => self
                    .escape(&mut string, wrong)
                    .map_err(|Malformed| self.in_string())?,
                _ => self
                    .character(&mut string)
                    .map_err(|Malformed| self.in_string())?,
            }
        }
    }

    #[inline]
    fn literal_string(&mut self) -> Result<Vec<u8>, Message> {
        self.at += 1;
        let mut string = Vec::new();
        while !self.take(b'\'') {
            let wrong = self.character(&mut string);
            wrong.map_err(|Malformed| {
                self.error(
                    "toml::parse_literal_string: invalid string format",
                    self.at,
                    "expected '",
                )
            })?;
        }
        Ok(string)
    }

    /// Reads a string of several lines; escapes count in one with double quotes.
    #[inline]
    fn multi_line_string(
        &mut self,
        quote: u8,
        wrong: &mut Option<CodePoint>,
    ) -> Result<Vec<u8>, Message> {
        self.at += 3;
        self.take_newline();
        let mut string = Vec::new();
        // Where the quotes start that what is read comes right after: they are one piece with it.
        let mut quotes = None;
        while !self.closes(quote, &mut string) {
            let start = self.at;
            let is_quote = self.peek() == Some(quote);
            let read = if self.take_newline() {
                string.extend_from_slice(&self.text[start..self.at]);
                Ok(())
            } else if quote == b'"' && self.peek() == Some(b'\\') {
                if self.skip_escaped_newline() {
                    Ok(())
                } else {
                    self.escape(&mut string, wrong)
                }
            } else {
                self.character(&mut string)
            };
            if let Err(Malformed) = read {
                self.at = quotes.unwrap_or(start);
                let (title, label) = if quote == b'"' {
                    (
                        "toml::parse_ml_basic_string: invalid string format",
                        "expected \"\"\"",
                    )
                } else {
                    (
                        "toml::parse_ml_literal_string: invalid string format",
                        "expected '''",
                    )
                };
                return Err(self.unfinished(title, label));
            }
            quotes = is_quote.then(|| quotes.unwrap_or(start));
        }
        Ok(string)
    }

    /// Takes three quotes; up to two more before them belong to the string.
    #[inline]
    fn closes(&mut self, quote: u8, string: &mut Vec<u8>) -> bool {
        let quotes = self.text[self.at..]
            .iter()
            .take(5)
            .take_while(|&&byte| byte == quote)
            .count();
        if quotes < 3 {
            return false;
        }
        string.resize(string.len() + quotes - 3, quote);
        self.at += quotes;
        true
    }

    /// Takes a backslash at the end of a line, and all white space after it.
    #[inline]
    fn skip_escaped_newline(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        if !self.take_newline() {
            self.at = start;
            return false;
        }
        loop {
            self.skip_blanks();
            if !self.take_newline() {
                return true;
            }
        }
    }

    /// Takes a character that stands for itself.
    #[inline]
    fn character(&mut self, string: &mut Vec<u8>) -> Result<(), Malformed> {
        let rest = &self.text[self.at..];
        let (character, len) = bstr::decode_utf8(rest);
        match character {
            Some(character) if character == '\t' || !character.is_ascii_control() => {
                string.extend_from_slice(&rest[..len]);
                self.at += len;
                Ok(())
            }
            _ => Err(Malformed),
        }
    }

    #[inline]
    fn escape(
        &mut self,
        string: &mut Vec<u8>,
        wrong: &mut Option<CodePoint>,
    ) -> Result<(), Malformed> {
        let escaped = self.text.get(self.at + 1).copied().ok_or(Malformed)?;
        let digits = match escaped {
            b'u' => 4,
            b'U' => 8,
            _ => {
                string.push(match escaped {
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'f' => 12,
                    b'r' => b'\r',
                    b'"' | b'\\' => escaped,
                    _ => return Err(Malformed),
                });
                self.at += 2;
                return Ok(());
            }
        };
        let hex = self
            .text
            .get(self.at + 2..self.at + 2 + digits)
            .ok_or(Malformed)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(Malformed);
        }
        let code_point = hex.iter().fold(0u32, |code, &digit| {
            code.wrapping_mul(16) + char::from(digit).to_digit(16).unwrap_or_default()
        });
        match char::from_u32(code_point) {
            Some(character) => {
                string.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            None => {
                wrong.get_or_insert(CodePoint {
                    escape: self.at,
                    digits,
                    too_large: code_point > 0x0010_FFFF,
                });
            }
        }
        self.at += 2 + digits;
        Ok(())
    }

    #[inline]
    fn in_string(&self) -> Message {
        let title = "toml::parse_basic_string: invalid string format";
        self.error(title, self.at, "expected \"")
    }
}
