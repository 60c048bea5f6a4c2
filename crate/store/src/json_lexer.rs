//! Tokens of JSON, with the errors of the reference's library (nlohmann's `lexer`).
//!
//! All of it is `#[inline]`, to be compiled in the crate that reads: for speed where the language does.

/// A token.
#[derive(Clone, PartialEq, Debug)]
pub enum Token {
    /// `[`
    BeginArray,
    /// `]`
    EndArray,
    /// `{`
    BeginObject,
    /// `}`
    EndObject,
    /// `:`
    NameSeparator,
    /// `,`
    ValueSeparator,
    /// `null`
    Null,
    /// `true`
    True,
    /// `false`
    False,
    /// A string, unescaped.
    String(Vec<u8>),
    /// An integer without sign.
    Unsigned(u64),
    /// An integer with sign.
    Integer(i64),
    /// Any other number; infinite if it is too large.
    Float(f64),
    /// The end of the text.
    End,
    /// Something else; the message says what is wrong.
    Error(String),
}

impl Token {
    /// How messages call it.
    #[inline]
    fn name(&self) -> &'static str {
        match self {
            Token::BeginArray => "'['",
            Token::EndArray => "']'",
            Token::BeginObject => "'{'",
            Token::EndObject => "'}'",
            Token::NameSeparator => "':'",
            Token::ValueSeparator => "','",
            Token::Null => "null literal",
            Token::True => "true literal",
            Token::False => "false literal",
            Token::String(_) => "string literal",
            Token::Unsigned(_) | Token::Integer(_) | Token::Float(_) => "number literal",
            Token::End => "end of input",
            Token::Error(_) => "<parse error>",
        }
    }
}

/// Abbreviations of the control characters.
const CONTROLS: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
];

/// Reads tokens.
#[derive(Debug)]
pub struct Lexer<'a> {
    text: &'a [u8],
    /// Bytes that have been read; one more than there are when the end has been met.
    read: usize,
    /// Where the text starts that messages call "last read".
    token_start: usize,
    line: usize,
    /// Bytes read of the current line.
    column: usize,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of a text.
    #[inline]
    pub fn new(text: &'a [u8]) -> Self {
        Lexer {
            text,
            read: 0,
            token_start: 0,
            line: 1,
            column: 0,
        }
    }

    /// Bytes read so far, the end counted as one.
    #[inline]
    pub fn bytes_read(&self) -> usize {
        self.read
    }

    /// What has been read since the last string or number started, for messages.
    #[inline]
    fn last_read(&self) -> Vec<u8> {
        let end = self.read.min(self.text.len());
        let mut shown = Vec::new();
        for &byte in &self.text[self.token_start.min(end)..end] {
            if byte < 0x20 {
                shown.extend_from_slice(format!("<U+{byte:04X}>").as_bytes());
            } else {
                shown.push(byte);
            }
        }
        shown
    }

    /// Returns the message for a token that does not belong where it is: while reading what, and what belongs there instead.
    #[inline]
    pub fn syntax_error(&self, token: &Token, context: &str, expected: Option<&str>) -> Vec<u8> {
        let mut reason = format!("syntax error while parsing {context} - ").into_bytes();
        if let Token::Error(error) = token {
            reason.extend_from_slice(error.as_bytes());
            reason.extend_from_slice(b"; last read: '");
            reason.extend_from_slice(&self.last_read());
            reason.push(b'\'');
        } else {
            reason.extend_from_slice(b"unexpected ");
            reason.extend_from_slice(token.name().as_bytes());
        }
        if let Some(expected) = expected {
            reason.extend_from_slice(b"; expected ");
            reason.extend_from_slice(expected.as_bytes());
        }
        self.error(&reason)
    }

    /// Returns the message for something wrong at the present place.
    #[inline]
    pub fn error(&self, reason: &[u8]) -> Vec<u8> {
        let place = format!(
            "[json.exception.parse_error.101] parse error at line {}, column {}: ",
            self.line, self.column
        );
        [place.as_bytes(), reason].concat()
    }

    /// Returns the message for the number read last, which is too large.
    #[inline]
    pub fn number_overflow(&self) -> Vec<u8> {
        let mut message = b"[json.exception.out_of_range.406] number overflow parsing '".to_vec();
        message.extend_from_slice(&self.last_read());
        message.push(b'\'');
        message
    }

    /// Reads the next token.
    #[inline]
    pub fn next_token(&mut self) -> Token {
        if self.read == 0 && self.text.first() == Some(&0xEF) {
            self.get();
            if self.get() != Some(0xBB) || self.get() != Some(0xBF) {
                return Token::Error("invalid BOM; must be 0xEF 0xBB 0xBF if given".into());
            }
        }
        let mut byte = self.get();
        while matches!(byte, Some(b' ' | b'\t' | b'\n' | b'\r')) {
            byte = self.get();
        }
        match byte {
            None | Some(0) => Token::End,
            Some(b'[') => Token::BeginArray,
            Some(b']') => Token::EndArray,
            Some(b'{') => Token::BeginObject,
            Some(b'}') => Token::EndObject,
            Some(b':') => Token::NameSeparator,
            Some(b',') => Token::ValueSeparator,
            Some(b't') => self.literal(b"rue", Token::True),
            Some(b'f') => self.literal(b"alse", Token::False),
            Some(b'n') => self.literal(b"ull", Token::Null),
            Some(b'"') => {
                self.token_start = self.read - 1;
                let mut string = Vec::new();
                match self.string(&mut string) {
                    Ok(()) => Token::String(string),
                    Err(message) => Token::Error(message),
                }
            }
            Some(first @ (b'-' | b'0'..=b'9')) => {
                self.token_start = self.read - 1;
                self.number(first)
                    .unwrap_or_else(|message| Token::Error(message.into()))
            }
            Some(_) => Token::Error("invalid literal".into()),
        }
    }

    #[inline]
    fn get(&mut self) -> Option<u8> {
        let byte = self.text.get(self.read).copied();
        self.read += 1;
        self.column += 1;
        if byte == Some(b'\n') {
            self.line += 1;
            self.column = 0;
        }
        byte
    }

    /// Takes the last byte back.
    #[inline]
    fn unget(&mut self) {
        self.read -= 1;
        if self.column == 0 {
            self.line -= 1;
        } else {
            self.column -= 1;
        }
    }

    #[inline]
    fn literal(&mut self, rest: &[u8], token: Token) -> Token {
        for &expected in rest {
            if self.get() != Some(expected) {
                return Token::Error("invalid literal".into());
            }
        }
        token
    }

    #[inline]
    fn string(&mut self, string: &mut Vec<u8>) -> Result<(), String> {
        loop {
            let Some(byte) = self.get() else {
                return Err("invalid string: missing closing quote".into());
            };
            match byte {
                b'"' => return Ok(()),
                b'\\' => self.escape(string)?,
                0..0x20 => {
                    let short = match byte {
                        8 => " or \\b",
                        9 => " or \\t",
                        10 => " or \\n",
                        12 => " or \\f",
                        13 => " or \\r",
                        _ => "",
                    };
                    let name = CONTROLS[usize::from(byte)];
                    return Err(format!(
                        "invalid string: control character U+{byte:04X} ({name}) must be escaped to \\u{byte:04X}{short}"
                    ));
                }
                0x20..0x80 => string.push(byte),
                _ => self.multi_byte(byte, string)?,
            }
        }
    }

    #[inline]
    fn multi_byte(&mut self, first: u8, string: &mut Vec<u8>) -> Result<(), String> {
        let (second, more) = match first {
            0xC2..=0xDF => (0x80..=0xBF, 0),
            0xE0 => (0xA0..=0xBF, 1),
            0xE1..=0xEC | 0xEE | 0xEF => (0x80..=0xBF, 1),
            0xED => (0x80..=0x9F, 1),
            0xF0 => (0x90..=0xBF, 2),
            0xF1..=0xF3 => (0x80..=0xBF, 2),
            0xF4 => (0x80..=0x8F, 2),
            _ => return Err("invalid string: ill-formed UTF-8 byte".into()),
        };
        string.push(first);
        let mut allowed = second;
        for _ in 0..=more {
            match self.get() {
                Some(byte) if allowed.contains(&byte) => string.push(byte),
                _ => return Err("invalid string: ill-formed UTF-8 byte".into()),
            }
            allowed = 0x80..=0xBF;
        }
        Ok(())
    }

    #[inline]
    fn escape(&mut self, string: &mut Vec<u8>) -> Result<(), String> {
        const AFTER_HIGH: &str =
            "invalid string: surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF";
        string.push(match self.get() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let unit = self.code_unit()?;
                let code_point = match unit {
                    0xD800..=0xDBFF => {
                        if self.get() != Some(b'\\') || self.get() != Some(b'u') {
                            return Err(AFTER_HIGH.into());
                        }
                        let low = self.code_unit()?;
                        if !(0xDC00..=0xDFFF).contains(&low) {
                            return Err(AFTER_HIGH.into());
                        }
                        0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
                    }
                    0xDC00..=0xDFFF => {
                        let message =
                            "invalid string: surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF";
                        return Err(message.into());
                    }
                    _ => unit,
                };
                let character = char::from_u32(code_point).expect("surrogates have been excluded");
                string.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err("invalid string: forbidden character after backslash".into()),
        });
        Ok(())
    }

    #[inline]
    fn code_unit(&mut self) -> Result<u32, String> {
        let mut unit = 0;
        for _ in 0..4 {
            match self.get().and_then(|byte| char::from(byte).to_digit(16)) {
                Some(digit) => unit = unit * 16 + digit,
                None => return Err("invalid string: '\\u' must be followed by 4 hex digits".into()),
            }
        }
        Ok(unit)
    }

    #[inline]
    fn number(&mut self, first: u8) -> Result<Token, &'static str> {
        let mut is_float = false;
        let leading = if first == b'-' {
            self.get()
                .filter(u8::is_ascii_digit)
                .ok_or("invalid number; expected digit after '-'")?
        } else {
            first
        };
        let mut next = if leading == b'0' {
            self.get()
        } else {
            self.digits()
        };
        if next == Some(b'.') {
            is_float = true;
            self.get()
                .filter(u8::is_ascii_digit)
                .ok_or("invalid number; expected digit after '.'")?;
            next = self.digits();
        }
        if matches!(next, Some(b'e' | b'E')) {
            is_float = true;
            match self.get() {
                Some(b'+' | b'-') => {
                    let message = "invalid number; expected digit after exponent sign";
                    self.get().filter(u8::is_ascii_digit).ok_or(message)?;
                }
                Some(b'0'..=b'9') => {}
                _ => return Err("invalid number; expected '+', '-', or digit after exponent"),
            }
            self.digits();
        }
        self.unget();
        let text = std::str::from_utf8(&self.text[self.token_start..self.read])
            .expect("a number is ASCII");
        if !is_float {
            if first == b'-' {
                if let Ok(number) = text.parse() {
                    return Ok(Token::Integer(number));
                }
            } else if let Ok(number) = text.parse() {
                return Ok(Token::Unsigned(number));
            }
        }
        Ok(Token::Float(
            text.parse().expect("JSON's numbers are Rust's too"),
        ))
    }

    /// Skips digits, and reads the byte after them.
    #[inline]
    fn digits(&mut self) -> Option<u8> {
        loop {
            let byte = self.get();
            if !byte.is_some_and(|byte| byte.is_ascii_digit()) {
                return byte;
            }
        }
    }
}
