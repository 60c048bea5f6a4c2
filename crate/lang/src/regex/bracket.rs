//! Bracket expressions: `[a-z]`, `[^[:space:]]`.

use super::PatternError;
use super::PatternError::Invalid;
use super::program::ByteSet;

/// Collating symbols by the byte they stand for, from NUL on.
const NAMES: [&str; 128] = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "alert",
    "backspace",
    "tab",
    "newline",
    "vertical-tab",
    "form-feed",
    "carriage-return",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "IS4",
    "IS3",
    "IS2",
    "IS1",
    "space",
    "exclamation-mark",
    "quotation-mark",
    "number-sign",
    "dollar-sign",
    "percent-sign",
    "ampersand",
    "apostrophe",
    "left-parenthesis",
    "right-parenthesis",
    "asterisk",
    "plus-sign",
    "comma",
    "hyphen",
    "period",
    "slash",
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "colon",
    "semicolon",
    "less-than-sign",
    "equals-sign",
    "greater-than-sign",
    "question-mark",
    "commercial-at",
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "I",
    "J",
    "K",
    "L",
    "M",
    "N",
    "O",
    "P",
    "Q",
    "R",
    "S",
    "T",
    "U",
    "V",
    "W",
    "X",
    "Y",
    "Z",
    "left-square-bracket",
    "backslash",
    "right-square-bracket",
    "circumflex",
    "underscore",
    "grave-accent",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
    "g",
    "h",
    "i",
    "j",
    "k",
    "l",
    "m",
    "n",
    "o",
    "p",
    "q",
    "r",
    "s",
    "t",
    "u",
    "v",
    "w",
    "x",
    "y",
    "z",
    "left-curly-bracket",
    "vertical-line",
    "right-curly-bracket",
    "tilde",
    "DEL",
];

/// One part of a bracket expression.
enum Token<'a> {
    End,
    Dash,
    Byte(u8),
    Class(&'a [u8]),
    Symbol(&'a [u8]),
    Equivalence(&'a [u8]),
}

/// What stood before the current part: a byte may turn out to start a range.
#[derive(Clone, Copy)]
enum Last {
    Nothing,
    Byte(u8),
    Class,
}

/// Parses what follows `[`, and returns the set with the offset after the closing bracket.
///
/// # Errors
/// [`PatternError::Invalid`]
#[inline]
pub(super) fn parse(pattern: &[u8], at: usize) -> Result<(ByteSet, usize), PatternError> {
    let mut at = at;
    let negated = pattern.get(at) == Some(&b'^');
    if negated {
        at += 1;
    }
    let mut parser = Parser {
        pattern,
        at,
        at_start: true,
        set: [false; 256],
        last: Last::Nothing,
    };
    parser.run()?;
    if negated {
        for member in &mut parser.set {
            *member = !*member;
        }
    }
    Ok((parser.set, parser.at))
}

struct Parser<'a> {
    pattern: &'a [u8],
    at: usize,
    at_start: bool,
    set: ByteSet,
    last: Last,
}

impl<'a> Parser<'a> {
    #[inline]
    fn run(&mut self) -> Result<(), PatternError> {
        // A dash that comes first stands for itself.
        let mut token = self.token()?;
        if matches!(token, Token::Byte(_) | Token::Dash) {
            self.last = Last::Byte(if let Token::Byte(byte) = token {
                byte
            } else {
                b'-'
            });
            token = self.token()?;
        }
        loop {
            match token {
                Token::End => break,
                Token::Byte(byte) => self.push(Last::Byte(byte)),
                Token::Symbol(name) => self.push(Last::Byte(symbol(name)?)),
                Token::Class(name) => {
                    self.push(Last::Class);
                    self.add_class(name)?;
                }
                Token::Equivalence(name) => {
                    self.push(Last::Class);
                    let byte = symbol(name)?;
                    self.set[usize::from(byte.to_ascii_lowercase())] = true;
                    self.set[usize::from(byte.to_ascii_uppercase())] = true;
                }
                Token::Dash => match (self.token()?, self.last) {
                    // So does one that comes last.
                    (Token::End, _) => {
                        self.push(Last::Byte(b'-'));
                        break;
                    }
                    (Token::Byte(end), Last::Byte(start)) => self.add_range(start, end)?,
                    (Token::Dash, Last::Byte(start)) => self.add_range(start, b'-')?,
                    _ => return Err(Invalid),
                },
            }
            token = self.token()?;
        }
        self.push(Last::Nothing);
        Ok(())
    }

    /// Adds the byte that came before, and remembers what came now.
    #[inline]
    fn push(&mut self, now: Last) {
        if let Last::Byte(byte) = self.last {
            self.set[usize::from(byte)] = true;
        }
        self.last = now;
    }

    #[inline]
    fn add_range(&mut self, start: u8, end: u8) -> Result<(), PatternError> {
        // The reference compares signed characters.
        let (start, end) = (start as i8, end as i8);
        if start > end {
            return Err(Invalid);
        }
        for byte in start..=end {
            self.set[usize::from(byte as u8)] = true;
        }
        self.last = Last::Nothing;
        Ok(())
    }

    #[inline]
    fn add_class(&mut self, name: &[u8]) -> Result<(), PatternError> {
        let contains: fn(u8) -> bool = match name.to_ascii_lowercase().as_slice() {
            b"d" | b"digit" => |byte| byte.is_ascii_digit(),
            b"w" => |byte| byte.is_ascii_alphanumeric() || byte == b'_',
            b"s" | b"space" => |byte| byte == b' ' || (9..=13).contains(&byte),
            b"alnum" => |byte| byte.is_ascii_alphanumeric(),
            b"alpha" => |byte| byte.is_ascii_alphabetic(),
            b"blank" => |byte| byte == b' ' || byte == b'\t',
            b"cntrl" => |byte| byte.is_ascii_control(),
            b"graph" => |byte| byte.is_ascii_graphic(),
            b"lower" => |byte| byte.is_ascii_lowercase(),
            b"print" => |byte| byte == b' ' || byte.is_ascii_graphic(),
            b"punct" => |byte| byte.is_ascii_punctuation(),
            b"upper" => |byte| byte.is_ascii_uppercase(),
            b"xdigit" => |byte| byte.is_ascii_hexdigit(),
            _ => return Err(Invalid),
        };
        for byte in 0..=255u8 {
            self.set[usize::from(byte)] |= contains(byte);
        }
        Ok(())
    }

    #[inline]
    fn token(&mut self) -> Result<Token<'a>, PatternError> {
        let byte = *self.pattern.get(self.at).ok_or(Invalid)?;
        self.at += 1;
        let at_start = std::mem::replace(&mut self.at_start, false);
        match byte {
            b'-' => Ok(Token::Dash),
            b']' if !at_start => Ok(Token::End),
            b'[' => match *self.pattern.get(self.at).ok_or(Invalid)? {
                b'.' => Ok(Token::Symbol(self.name(b'.')?)),
                b':' => Ok(Token::Class(self.name(b':')?)),
                b'=' => Ok(Token::Equivalence(self.name(b'=')?)),
                _ => Ok(Token::Byte(b'[')),
            },
            _ => Ok(Token::Byte(byte)),
        }
    }

    /// Reads `:name:]`.
    #[inline]
    fn name(&mut self, delimiter: u8) -> Result<&'a [u8], PatternError> {
        let start = self.at + 1;
        let rest = &self.pattern[start..];
        let len = rest
            .iter()
            .position(|&byte| byte == delimiter)
            .ok_or(Invalid)?;
        if rest.get(len + 1) != Some(&b']') {
            return Err(Invalid);
        }
        self.at = start + len + 2;
        Ok(&rest[..len])
    }
}

#[inline]
fn symbol(name: &[u8]) -> Result<u8, PatternError> {
    NAMES
        .iter()
        .position(|known| known.as_bytes() == name)
        .map(|byte| byte as u8)
        .ok_or(Invalid)
}
