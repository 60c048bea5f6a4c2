//! The parser. It recurses over nested arrays and inline tables, up to a limit.

use super::document::{Conflict, Item, Member, Origin, Table};
use super::report;
use crate::machine::Machine;
use crate::symbol::Symbol;
use crate::value::Value;
use bstr::ByteSlice as _;
use std::ops::Range;

/// Arrays and inline tables may be nested this deep, and keys may have this many parts.
const MAX_DEPTH: usize = 128;

const INTEGER_HINTS: &str = "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\nHint: invalid: _42, 1__000, 0123\n";
const FLOAT_HINTS: &str = "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\nHint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n";
const KEY_HINT: &str = "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n";

/// The message of an error.
type Message = Vec<u8>;

/// The parts of a key and where it is written.
struct Key {
    names: Vec<Symbol>,
    place: Range<usize>,
}

pub(super) struct Parser<'a> {
    m: &'a mut Machine,
    text: &'a [u8],
    at: usize,
    root: Table,
    has_date: bool,
    depth: usize,
}

impl<'a> Parser<'a> {
    #[inline]
    pub fn new(m: &'a mut Machine, text: &'a [u8]) -> Self {
        // A mark of byte order is allowed at the start.
        let at = if text.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        Parser {
            m,
            text,
            at,
            root: Table::new(Origin::Header),
            has_date: false,
            depth: 0,
        }
    }

    /// Makes the value of what has been read.
    #[inline]
    pub fn finish(&mut self) -> Result<Value, Message> {
        if self.has_date {
            return Err(b"Dates and times are not supported".to_vec());
        }
        let root = std::mem::replace(&mut self.root, Table::new(Origin::Header));
        Ok(root.into_value(self.m))
    }

    /// Reads a whole document.
    #[inline]
    pub fn document(&mut self) -> Result<(), Message> {
        let mut header: Option<Key> = None;
        while self.skip_lines()? {
            if self.peek() == Some(b'[') {
                let (key, is_array) = self.header()?;
                let opened = self.root.open(&key.names, &key.place, is_array).map(|_| ());
                opened.map_err(|conflict| self.conflict(&conflict, &key.place))?;
                header = Some(key);
                self.end_of_line(
                    "toml::parse_file: newline (or EOF) expected",
                    "expected newline or EOF",
                )?;
                continue;
            }
            let (key, member) = self.key_value()?;
            let table = match &header {
                None => &mut self.root,
                Some(key) => current(&mut self.root, &key.names),
            };
            let inserted = table.insert(&key.names, &key.place, member);
            inserted.map_err(|conflict| self.conflict(&conflict, &key.place))?;
            self.end_of_line(
                "toml::parse_table: newline (LF / CRLF) or EOF is expected",
                "here",
            )?;
        }
        Ok(())
    }

    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn error(&self, title: &str, at: usize, label: &str) -> Message {
        report::at(self.text, title, at..at + 1, label)
    }

    /// Makes the error for what ends nowhere, or too early.
    #[inline]
    fn unfinished(&self, title: &str, label: &str) -> Message {
        if self.at < self.text.len() {
            self.error(title, self.at, label)
        } else {
            report::at_end(self.text, title, label)
        }
    }

    #[inline]
    fn error_with_hints(&self, title: &str, at: usize, label: &str, hints: &str) -> Message {
        [self.error(title, at, label), hints.as_bytes().to_vec()].concat()
    }

    #[inline]
    fn conflict(&self, conflict: &Conflict, place: &Range<usize>) -> Message {
        let other = (conflict.other.clone(), conflict.other_label);
        report::between(
            self.text,
            conflict.title,
            (place.clone(), conflict.label),
            other,
        )
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    #[inline]
    fn take_newline(&mut self) -> bool {
        if self.text[self.at..].starts_with(b"\r\n") {
            self.at += 2;
            return true;
        }
        self.take(b'\n')
    }

    #[inline]
    fn skip_comment(&mut self) -> Result<(), Message> {
        if self.peek() != Some(b'#') {
            return Ok(());
        }
        while let Some(byte) = self.peek() {
            match byte {
                b'\n' => break,
                b'\r' if self.text.get(self.at + 1) == Some(&b'\n') => break,
                b'\t' | 0x20..=0x7e | 0x80.. => self.at += 1,
                _ => {
                    let title = "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected";
                    let hint = "Hint: most of the control characters are not allowed in comments\n";
                    return Err(self.error_with_hints(title, self.at, "but got this", hint));
                }
            }
        }
        Ok(())
    }

    /// Skips blanks, comments and ends of lines; says whether something follows.
    #[inline]
    fn skip_lines(&mut self) -> Result<bool, Message> {
        loop {
            self.skip_blanks();
            self.skip_comment()?;
            if !self.take_newline() {
                return Ok(self.at < self.text.len());
            }
        }
    }

    #[inline]
    fn end_of_line(&mut self, title: &str, label: &str) -> Result<(), Message> {
        self.skip_blanks();
        self.skip_comment()?;
        if self.at < self.text.len() && !self.take_newline() {
            return Err(self.error(title, self.at, label));
        }
        Ok(())
    }

    /// Reads `[a.b]` or `[[a.b]]`.
    #[inline]
    fn header(&mut self) -> Result<(Key, bool), Message> {
        let start = self.at;
        self.at += 1;
        let is_array = self.take(b'[');
        let (title, end) = if is_array {
            ("toml::parse_file: invalid array-table key", "]]")
        } else {
            ("toml::parse_file: invalid table key", "]")
        };
        self.skip_blanks();
        let key_start = self.at;
        let Some(key) = self.header_key()? else {
            let label = "expected basic key([a-zA-Z0-9_-]) or quoted key(\" or ')";
            return Err(self.error(title, key_start, label));
        };
        self.skip_blanks();
        if !self.text[self.at..].starts_with(end.as_bytes()) {
            return Err(self.error(title, self.at, &format!("expected {end}")));
        }
        self.at += end.len();
        Ok((
            Key {
                names: key.names,
                place: start..self.at,
            },
            is_array,
        ))
    }

    /// Reads the key of a header as far as it is one: a dot that nothing follows is no part of it.
    #[inline]
    fn header_key(&mut self) -> Result<Option<Key>, Message> {
        let start = self.at;
        let mut names = Vec::new();
        let mut end = start;
        while let Ok(name) = self.simple_key() {
            names.push(self.m.symbols.intern(&name));
            if names.len() > MAX_DEPTH {
                return Err(self.error("a key with too many parts", self.at, "here"));
            }
            end = self.at;
            self.skip_blanks();
            if !self.take(b'.') {
                break;
            }
            self.skip_blanks();
        }
        self.at = end;
        let place = start..end;
        Ok((!names.is_empty()).then_some(Key { names, place }))
    }

    /// Reads a key, perhaps with dots.
    #[inline]
    fn key(&mut self) -> Result<Key, Message> {
        let start = self.at;
        let mut names = Vec::new();
        loop {
            let name = self.simple_key()?;
            names.push(self.m.symbols.intern(&name));
            if names.len() > MAX_DEPTH {
                return Err(self.error("a key with too many parts", self.at, "here"));
            }
            let end = self.at;
            self.skip_blanks();
            if !self.take(b'.') {
                self.at = end;
                return Ok(Key {
                    names,
                    place: start..end,
                });
            }
            self.skip_blanks();
        }
    }

    #[inline]
    fn simple_key(&mut self) -> Result<Vec<u8>, Message> {
        match self.peek() {
            Some(b'"') => self.basic_string(),
            Some(b'\'') => self.literal_string(),
            _ => {
                let is_bare =
                    |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let len = self.text[self.at..].iter().take_while(is_bare).count();
                if len == 0 {
                    let title = "toml::parse_simple_key: invalid key: key must be \"quoted\", 'quoted-literal', or bare key.";
                    let label = "expected alpha [a-zA-Z], digit [0-9], -, or _";
                    return Err(self.error_with_hints(title, self.at, label, KEY_HINT));
                }
                self.at += len;
                Ok(self.text[self.at - len..self.at].to_vec())
            }
        }
    }

    #[inline]
    fn key_value(&mut self) -> Result<(Key, Member), Message> {
        let key = self.key()?;
        self.skip_blanks();
        if !self.take(b'=') {
            let title = "toml::parse_key_value_pair: invalid key value separator `=`";
            return Err(self.error(title, self.at, "expected ="));
        }
        self.skip_blanks();
        let start = self.at;
        let item = self.value()?;
        let place = start..self.at;
        Ok((key, Member { item, place }))
    }

    #[inline]
    fn value(&mut self) -> Result<Item, Message> {
        let value = match self.peek() {
            Some(b'"') => {
                let string = if self.text[self.at..].starts_with(b"\"\"\"") {
                    self.multi_line_basic_string()?
                } else {
                    self.basic_string()?
                };
                self.string_value(&string)?
            }
            Some(b'\'') => {
                let string = if self.text[self.at..].starts_with(b"'''") {
                    self.multi_line_literal_string()?
                } else {
                    self.literal_string()?
                };
                self.string_value(&string)?
            }
            Some(b'[' | b'{') => {
                if self.depth >= MAX_DEPTH {
                    return Err(self.error("values are nested too deeply", self.at, "here"));
                }
                self.depth += 1;
                let item = if self.peek() == Some(b'[') {
                    self.array().map(Item::Value)
                } else {
                    self.inline_table().map(Item::InlineTable)
                };
                self.depth -= 1;
                return item;
            }
            Some(b't' | b'f' | b'T' | b'F') => {
                let rest = &self.text[self.at..];
                let (value, len) = if rest.starts_with(b"true") {
                    (Value::TRUE, 4)
                } else if rest.starts_with(b"false") {
                    (Value::FALSE, 5)
                } else {
                    let title = match rest[0] {
                        b'T' => {
                            "toml::parse_value: `true` must be in lowercase. A string must be surrounded by quotes."
                        }
                        b'F' => {
                            "toml::parse_value: `false` must be in lowercase. A string must be surrounded by quotes."
                        }
                        _ => {
                            "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. string must be surrounded by `\"`"
                        }
                    };
                    return Err(self.error(title, self.at, "expected true or false"));
                };
                self.at += len;
                value
            }
            Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'i' | b'n') => self.number()?,
            _ => return Err(self.unknown_value()),
        };
        Ok(Item::Value(value))
    }

    #[inline]
    fn unknown_value(&self) -> Message {
        self.error("bad format: unknown value appeared", self.at, "here")
    }

    #[inline]
    fn string_value(&mut self, string: &[u8]) -> Result<Value, Message> {
        if string.contains(&0) {
            let shown = string.replace(b"\0", "␀");
            let before = b"error: input string '".as_slice();
            let after = b"' cannot be represented as Nix string because it contains null bytes";
            return Err([before, &shown, after].concat());
        }
        Ok(self.m.string(string))
    }

    #[inline]
    fn array(&mut self) -> Result<Value, Message> {
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            let more = self.skip_lines()?;
            if more && self.take(b']') {
                break;
            }
            if more {
                match self.value()? {
                    Item::Value(value) | Item::InlineTable(value) => elements.push(value),
                    Item::Table(_) | Item::Tables(_) => {}
                }
            }
            if !more || !self.skip_lines()? {
                let title = "toml::parse_array: missing closing bracket `]`";
                let message = report::at_end(self.text, title, "expected `]`, reached EOF");
                // Each array that is open says so.
                return Err(message.repeat(self.depth));
            }
            if self.take(b']') {
                break;
            }
            if !self.take(b',') {
                let title = "toml::parse_array: expected value-separator `,` or closing `]`";
                return Err(self.error(title, self.at, "here"));
            }
        }
        Ok(self.m.heap.list(&elements))
    }

    #[inline]
    fn inline_table(&mut self) -> Result<Value, Message> {
        self.at += 1;
        let mut table = Table::new(Origin::Dotted);
        self.skip_blanks();
        if self.take(b'}') {
            return Ok(table.into_value(self.m));
        }
        loop {
            self.skip_blanks();
            let (key, member) = self.key_value()?;
            let inserted = table.insert(&key.names, &key.place, member);
            inserted.map_err(|conflict| self.conflict(&conflict, &key.place))?;
            let end = self.at;
            self.skip_blanks();
            if self.take(b'}') {
                return Ok(table.into_value(self.m));
            }
            if !self.take(b',') {
                let title = "toml::parse_inline_table: expected value-separator `,` or closing `}`";
                return Err(self.error(
                    title,
                    if self.at < self.text.len() {
                        self.at
                    } else {
                        end
                    },
                    "here",
                ));
            }
            self.skip_blanks();
            if self.peek() == Some(b'}') {
                let title =
                    "toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)";
                return Err(self.error(title, self.at, "here"));
            }
        }
    }

    // Strings

    #[inline]
    fn basic_string(&mut self) -> Result<Vec<u8>, Message> {
        self.at += 1;
        let mut string = Vec::new();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => self
                    .escape(&mut string)
                    .map_err(|wrong| self.in_string(wrong, false))?,
                _ => self
                    .character(&mut string)
                    .map_err(|wrong| self.in_string(wrong, false))?,
            }
        }
    }

    #[inline]
    fn literal_string(&mut self) -> Result<Vec<u8>, Message> {
        self.at += 1;
        let mut string = Vec::new();
        while !self.take(b'\'') {
            let wrong = self.character(&mut string);
            wrong.map_err(|_| {
                self.error(
                    "toml::parse_literal_string: invalid string format",
                    self.at,
                    "expected '",
                )
            })?;
        }
        Ok(string)
    }

    #[inline]
    fn multi_line_literal_string(&mut self) -> Result<Vec<u8>, Message> {
        self.at += 3;
        self.take_newline();
        let mut string = Vec::new();
        loop {
            if self.closes(b'\'', &mut string) {
                return Ok(string);
            }
            let start = self.at;
            if self.take_newline() {
                string.extend_from_slice(&self.text[start..self.at]);
                continue;
            }
            let wrong = self.character(&mut string);
            wrong.map_err(|_| {
                self.unfinished(
                    "toml::parse_ml_literal_string: invalid string format",
                    "expected '''",
                )
            })?;
        }
    }

    #[inline]
    fn multi_line_basic_string(&mut self) -> Result<Vec<u8>, Message> {
        self.at += 3;
        self.take_newline();
        let mut string = Vec::new();
        loop {
            if self.closes(b'"', &mut string) {
                return Ok(string);
            }
            let line = self.at;
            if self.take_newline() {
                string.extend_from_slice(&self.text[line..self.at]);
            } else if self.peek() == Some(b'\\') {
                if !self.skip_escaped_newline() {
                    self.escape(&mut string)
                        .map_err(|wrong| self.in_string(wrong, true))?;
                }
            } else {
                self.character(&mut string)
                    .map_err(|wrong| self.in_string(wrong, true))?;
            }
        }
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
    fn character(&mut self, string: &mut Vec<u8>) -> Result<(), Wrong> {
        let rest = &self.text[self.at..];
        let (character, len) = bstr::decode_utf8(rest);
        match character {
            Some(character) if character == '\t' || !character.is_ascii_control() => {
                string.extend_from_slice(&rest[..len]);
                self.at += len;
                Ok(())
            }
            _ => Err(Wrong::Character),
        }
    }

    #[inline]
    fn escape(&mut self, string: &mut Vec<u8>) -> Result<(), Wrong> {
        let escaped = self
            .text
            .get(self.at + 1)
            .copied()
            .ok_or(Wrong::Character)?;
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
                    _ => return Err(Wrong::Character),
                });
                self.at += 2;
                return Ok(());
            }
        };
        let hex = self
            .text
            .get(self.at + 2..self.at + 2 + digits)
            .ok_or(Wrong::Character)?;
        if !hex.iter().all(u8::is_ascii_hexdigit) {
            return Err(Wrong::Character);
        }
        let code_point = hex.iter().fold(0u32, |code, &digit| {
            code.wrapping_mul(16) + char::from(digit).to_digit(16).unwrap_or_default()
        });
        let character = char::from_u32(code_point).ok_or(Wrong::CodePoint)?;
        string.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        self.at += 2 + digits;
        Ok(())
    }

    #[inline]
    fn in_string(&self, wrong: Wrong, multi_line: bool) -> Message {
        match wrong {
            Wrong::CodePoint => {
                let title = "toml::parse_utf8_codepoint: [0xD800, 0xDFFF] is not a valid UTF-8";
                self.error(title, self.at + 1, "here")
            }
            Wrong::Character if multi_line => self.unfinished(
                "toml::parse_ml_basic_string: invalid string format",
                "expected \"\"\"",
            ),
            Wrong::Character => self.error(
                "toml::parse_basic_string: invalid string format",
                self.at,
                "expected \"",
            ),
        }
    }

    // Numbers

    #[inline]
    fn number(&mut self) -> Result<Value, Message> {
        let start = self.at;
        if self.date() {
            return Ok(Value::NULL);
        }
        let is_signed = matches!(self.peek(), Some(b'+' | b'-'));
        let is_negative = self.peek() == Some(b'-');
        self.at += usize::from(is_signed);
        let rest = &self.text[self.at..];
        for (word, number) in [(b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
            if rest.starts_with(word) {
                self.at += 3;
                return Ok(self
                    .m
                    .heap
                    .float(if is_negative { -number } else { number }));
            }
        }
        if let (Some(b'0'), Some(prefix @ (b'x' | b'o' | b'b'))) = (rest.first(), rest.get(1)) {
            self.at -= usize::from(is_signed);
            return self.prefixed_integer(*prefix, is_signed);
        }
        let first = self.peek();
        if !first.is_some_and(|byte| byte.is_ascii_digit()) {
            if first == Some(b'.') {
                let title = "bad float: integer part is required before decimal point";
                return Err(self.error_with_hints(
                    title,
                    self.at,
                    "missing integer part",
                    FLOAT_HINTS,
                ));
            }
            self.at = start;
            return Err(self.unknown_value());
        }
        let mut digits = if is_negative {
            b"-".to_vec()
        } else {
            Vec::new()
        };
        let first_digit = self.at;
        self.digits(&mut digits, u8::is_ascii_digit)?;
        if first == Some(b'0') && self.at > first_digit + 1 {
            let is_long = self.at > first_digit + 2 && self.text[first_digit + 2] != b'_';
            let (title, at, label) = if is_signed || is_long || self.peek() == Some(b'.') {
                let label = "leading zero is not allowed";
                ("bad integer: leading zero", first_digit, label)
            } else {
                let title = "bad integer: invalid digit after an integer";
                (title, first_digit + 1, "this digit is not allowed")
            };
            return Err(self.error_with_hints(title, at, label, INTEGER_HINTS));
        }
        let mut is_float = false;
        if self.peek() == Some(b'.') {
            is_float = true;
            self.fraction(&mut digits, self.at, b'.')?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_float = true;
            self.fraction(&mut digits, self.at, b'e')?;
        }
        // What has been collected is ASCII.
        let digits = String::from_utf8_lossy(&digits);
        if !is_float {
            return match digits.parse() {
                Ok(number) => Ok(self.m.heap.int(number)),
                Err(_) => {
                    let title =
                        "toml::parse_dec_integer: too large integer: current max digits = 2^63";
                    Err(self.error(title, self.at, "must be < 2^63"))
                }
            };
        }
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(self.m.heap.float(number)),
            _ => {
                let title = "toml::parse_floating: failed to read floating point value from stream";
                Err(self.error(title, self.at, "here"))
            }
        }
    }

    /// Reads digits with single underscores between them.
    #[inline]
    fn digits(&mut self, digits: &mut Vec<u8>, is_digit: fn(&u8) -> bool) -> Result<(), Message> {
        while let Some(byte) = self.peek() {
            if is_digit(&byte) {
                digits.push(byte);
            } else if byte != b'_' {
                break;
            } else if !self.text.get(self.at + 1).is_some_and(is_digit) {
                let title = "bad integer: `_` must be surrounded by digits";
                return Err(self.error_with_hints(
                    title,
                    self.at,
                    "invalid underscore",
                    INTEGER_HINTS,
                ));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Reads what follows a decimal point or the sign of an exponent.
    #[inline]
    fn fraction(&mut self, digits: &mut Vec<u8>, start: usize, mark: u8) -> Result<(), Message> {
        self.at += 1;
        digits.push(mark);
        if mark == b'e'
            && let Some(sign @ (b'+' | b'-')) = self.peek()
        {
            digits.push(sign);
            self.at += 1;
        }
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.error_with_hints(
                "bad float: invalid format",
                start,
                "here",
                FLOAT_HINTS,
            ));
        }
        self.digits(digits, u8::is_ascii_digit)
    }

    #[inline]
    fn prefixed_integer(&mut self, prefix: u8, is_signed: bool) -> Result<Value, Message> {
        let (name, radix, example, wanted): (_, _, _, fn(&u8) -> bool) = match prefix {
            b'x' => ("hex", 16, "0xC0FFEE, 0xdead_beef", u8::is_ascii_hexdigit),
            b'o' => ("oct", 8, "0o775, 0o04_44", |byte| {
                matches!(byte, b'0'..=b'7')
            }),
            _ => ("bin", 2, "0b0101, 0b1111_0000", |byte| {
                matches!(byte, b'0' | b'1')
            }),
        };
        self.at += if is_signed { 0 } else { 2 };
        if is_signed || !self.peek().as_ref().is_some_and(wanted) {
            let title = format!(
                "toml::parse_{name}_integer: invalid integer: {name}_int must be like: {example}"
            );
            let label = match radix {
                _ if is_signed => &format!("expected 0{}", char::from(prefix)),
                16 => "expected hex [0-9a-fA-F]",
                8 => "expected from `0` to `7`",
                _ => "expected 0 or 1",
            };
            return Err(self.error(&title, self.at, label));
        }
        let mut digits = Vec::new();
        self.digits(&mut digits, wanted)?;
        match i64::from_str_radix(&String::from_utf8_lossy(&digits), radix) {
            Ok(number) => Ok(self.m.heap.int(number)),
            Err(_) => {
                let title = format!(
                    "toml::parse_{name}_integer: too large integer: current max value = 2^63"
                );
                Err(self.error(&title, self.at, "must be < 2^63"))
            }
        }
    }

    /// Takes a date or a time if there is one.
    #[inline]
    fn date(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let matches = |pattern: &[u8]| {
            rest.len() >= pattern.len()
                && rest.iter().zip(pattern).all(|(byte, &wanted)| {
                    if wanted == b'0' {
                        byte.is_ascii_digit()
                    } else {
                        *byte == wanted
                    }
                })
        };
        if !matches(b"0000-00-00") && !matches(b"00:00") {
            return false;
        }
        self.has_date = true;
        let is_part = |byte: u8| byte.is_ascii_digit() || b"-:.+TtZz".contains(&byte);
        while self.peek().is_some_and(is_part) {
            self.at += 1;
        }
        // A blank may stand between a date and a time.
        let rest = &self.text[self.at..];
        if rest.len() > 3
            && rest[0] == b' '
            && rest[1].is_ascii_digit()
            && rest[2].is_ascii_digit()
            && rest[3] == b':'
        {
            self.at += 1;
            while self.peek().is_some_and(is_part) {
                self.at += 1;
            }
        }
        true
    }
}

/// What is wrong in a string.
enum Wrong {
    Character,
    CodePoint,
}

/// Finds the table that the last header opened.
#[inline]
fn current<'t>(root: &'t mut Table, names: &[Symbol]) -> &'t mut Table {
    let mut table = root;
    for name in names {
        let member = table
            .members
            .get_mut(name)
            .expect("the header has been opened");
        table = match &mut member.item {
            Item::Table(table) => table,
            Item::Tables(tables) => tables
                .last_mut()
                .expect("an array of tables is made with its first table"),
            Item::Value(_) | Item::InlineTable(_) => unreachable!("a header opens tables only"),
        };
    }
    table
}
