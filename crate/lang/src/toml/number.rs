//! Integers and floating point numbers.

use super::parser::{Message, Parser};
use crate::value::Value;

const INTEGER_HINTS: &str = "Hint: valid  : -42, 1_000, 1_2_3_4_5, 0xC0FFEE, 0b0010, 0o755\nHint: invalid: _42, 1__000, 0123\n";
const FLOAT_HINTS: &str = "Hint: valid  : +1.0, -2e-2, 3.141_592_653_589, inf, nan\nHint: invalid: .0, 1., _1.0, 1.0_, 1_.0, 1.0__0\n";
const DATE_HINTS: &str = "Hint: valid  : 1979-05-27T07:32:00-07:00, 1979-05-27 07:32:00.999999Z\nHint: invalid: 1979-05-27T7:32:00-7:00, 1979-05-27 7:32-00:30";

impl Parser<'_> {
    /// Reads a number. Where reading goes on after an error is the number itself, but for those that are too large.
    #[inline]
    pub(super) fn number(&mut self) -> Result<Value, Message> {
        let start = self.at;
        match self.number_here() {
            Ok(Some(value)) => Ok(value),
            Ok(None) => {
                let title = "toml::parse_floating: failed to read floating point value from stream";
                Err(self.error(title, self.at, "here"))
            }
            Err(message) => {
                self.at = start;
                Err(message)
            }
        }
    }

    /// Reads a number; `None` is a floating point number that is too large.
    #[inline]
    fn number_here(&mut self) -> Result<Option<Value>, Message> {
        let is_signed = matches!(self.peek(), Some(b'+' | b'-'));
        let is_negative = self.peek() == Some(b'-');
        self.at += usize::from(is_signed);
        let rest = &self.text[self.at..];
        for (word, number) in [(b"inf", f64::INFINITY), (b"nan", f64::NAN)] {
            if rest.starts_with(word) {
                self.at += 3;
                let number = if is_negative { -number } else { number };
                return Ok(Some(self.m.heap.float(number)));
            }
        }
        if let (Some(b'0'), Some(prefix @ (b'x' | b'o' | b'b'))) = (rest.first(), rest.get(1)) {
            self.at -= usize::from(is_signed);
            return self.prefixed_integer(*prefix, is_signed).map(Some);
        }
        let first_digit = self.at;
        match self.peek() {
            Some(b'0'..=b'9') => {}
            Some(b'.') if !is_signed => {
                let title = "bad float: integer part is required before decimal point";
                let label = "missing integer part";
                return Err(self.error_with_hints(title, self.at, label, FLOAT_HINTS));
            }
            Some(word @ (b'i' | b'I' | b'n' | b'N')) if !is_signed => {
                let word = if matches!(word, b'i' | b'I') {
                    "inf"
                } else {
                    "nan"
                };
                let title = format!(
                    "toml::parse_value: `{word}` must be in lowercase. A string must be surrounded by quotes."
                );
                let label = "expected from `1` to `9` or digit [0-9] or inf or nan";
                return Err(self.error(&title, self.at, label));
            }
            _ => {
                self.at -= usize::from(is_signed);
                return Err(self.unknown_value());
            }
        }
        if self.peek() == Some(b'0') {
            let (title, at, label) = match self.text.get(first_digit + 1) {
                Some(b'0') => {
                    let label = "leading zero is not allowed";
                    ("bad integer: leading zero", first_digit, label)
                }
                Some(b'_') => {
                    let title = "bad integer: leading zero is not allowed in decimal int";
                    (title, first_digit + 1, "leading zero")
                }
                Some(b'1'..=b'9') => {
                    let title = "bad integer: invalid digit after an integer";
                    (title, first_digit + 1, "this digit is not allowed")
                }
                _ => ("", first_digit, ""),
            };
            if !title.is_empty() {
                return Err(self.error_with_hints(title, at, label, INTEGER_HINTS));
            }
        }
        let mut digits = if is_negative {
            b"-".to_vec()
        } else {
            Vec::new()
        };
        self.digits(&mut digits, u8::is_ascii_digit, false)?;
        self.no_date()?;
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
                Ok(number) => Ok(Some(self.m.heap.int(number))),
                Err(_) => {
                    let title =
                        "toml::parse_dec_integer: too large integer: current max digits = 2^63";
                    Err(self.error(title, self.at, "must be < 2^63"))
                }
            };
        }
        match digits.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(self.m.heap.float(number))),
            _ => Ok(None),
        }
    }

    /// Makes the error for a number that starts with an underscore.
    #[inline]
    pub(super) fn leading_underscore(&self) -> Message {
        let title = "bad number: `_` must be surrounded by digits";
        self.error_with_hints(title, self.at, "digits required before `_`", INTEGER_HINTS)
    }

    /// Fails where an integer goes on as a date or a time would.
    #[inline]
    fn no_date(&self) -> Result<(), Message> {
        if !matches!(self.peek(), Some(b'-' | b':')) {
            return Ok(());
        }
        let title = "bad datetime: invalid format";
        Err(self.error_with_hints(title, self.at, "here", DATE_HINTS))
    }

    /// Reads digits with single underscores between them.
    #[inline]
    fn digits(
        &mut self,
        digits: &mut Vec<u8>,
        is_digit: fn(&u8) -> bool,
        is_float: bool,
    ) -> Result<(), Message> {
        while let Some(byte) = self.peek() {
            if is_digit(&byte) {
                digits.push(byte);
            } else if byte != b'_' {
                break;
            } else if !self.text.get(self.at + 1).is_some_and(is_digit) {
                let (title, hints) = if is_float {
                    ("bad float: `_` must be surrounded by digits", FLOAT_HINTS)
                } else {
                    (
                        "bad integer: `_` must be surrounded by digits",
                        INTEGER_HINTS,
                    )
                };
                return Err(self.error_with_hints(title, self.at, "invalid underscore", hints));
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
        self.digits(digits, u8::is_ascii_digit, true)
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
        self.digits(&mut digits, wanted, false)?;
        let at = self.at;
        match self.peek() {
            Some(b'.' | b'e' | b'E') => {
                let title = "bad float: invalid format";
                return Err(self.error_with_hints(title, at, "here", FLOAT_HINTS));
            }
            Some(b'0'..=b'9') => {
                let title = "bad integer: invalid digit after an integer";
                let label = "this digit is not allowed";
                return Err(self.error_with_hints(title, at, label, INTEGER_HINTS));
            }
            _ => self.no_date()?,
        }
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
}
