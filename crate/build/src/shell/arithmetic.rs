//! Arithmetic of `$(( ))`: 64-bit integers that wrap, as in C.

use bstr::{BString, ByteSlice as _};

use super::Shell;
use super::lexer::{is_name_byte, is_name_start};
use crate::machine::{Step, Stop};

/// Evaluates an expression whose parameters are expanded already.
pub fn evaluate(shell: &mut Shell<'_, '_>, text: &[u8]) -> Step<i64> {
    let mut reader = Reader {
        shell,
        text,
        position: 0,
        dead: false,
    };
    let value = reader.assignment()?;
    reader.blanks();
    if reader.position < text.len() {
        return Err(reader.error());
    }
    Ok(value)
}

/// Operators of two operands with their precedence, longer ones first.
const BINARY: [(&str, u8); 18] = [
    ("||", 1),
    ("&&", 2),
    ("<<", 8),
    (">>", 8),
    ("<=", 7),
    (">=", 7),
    ("==", 6),
    ("!=", 6),
    ("|", 3),
    ("^", 4),
    ("&", 5),
    ("<", 7),
    (">", 7),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

struct Reader<'s, 'm, 'a, 't> {
    shell: &'s mut Shell<'m, 'a>,
    text: &'t [u8],
    position: usize,
    /// Whether the value is not used: behind `0 &&`.
    dead: bool,
}

impl Reader<'_, '_, '_, '_> {
    fn error(&mut self) -> Stop {
        let text = self.text.as_bstr();
        self.shell
            .machine
            .unsupported(format!("the arithmetic expression '{text}'"))
    }

    fn blanks(&mut self) {
        while matches!(self.text.get(self.position), Some(b' ' | b'\t' | b'\n')) {
            self.position += 1;
        }
    }

    fn accept(&mut self, operator: &str) -> bool {
        self.blanks();
        let found = self.text[self.position..].starts_with(operator.as_bytes());
        if found {
            self.position += operator.len();
        }
        found
    }

    fn name(&mut self) -> Option<BString> {
        self.blanks();
        let rest = &self.text[self.position..];
        if !rest.first().is_some_and(|&byte| is_name_start(byte)) {
            return None;
        }
        let length = rest.iter().take_while(|&&byte| is_name_byte(byte)).count();
        self.position += length;
        Some(rest[..length].into())
    }

    fn assignment(&mut self) -> Step<i64> {
        self.shell.machine.enter()?;
        self.shell.machine.step()?;
        let start = self.position;
        let result = match self.assigned()? {
            Some(value) => value,
            None => {
                self.position = start;
                self.conditional()?
            }
        };
        self.shell.machine.leave();
        Ok(result)
    }

    fn assigned(&mut self) -> Step<Option<i64>> {
        let Some(name) = self.name() else {
            return Ok(None);
        };
        self.blanks();
        let rest = &self.text[self.position..];
        let operator = [
            "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "=",
        ]
        .into_iter()
        .find(|operator| rest.starts_with(operator.as_bytes()));
        let Some(operator) = operator else {
            return Ok(None);
        };
        if operator == "=" && rest.starts_with(b"==") {
            return Ok(None);
        }
        self.position += operator.len();
        let right = self.assignment()?;
        let value = if operator == "=" {
            right
        } else {
            let left = self.variable(&name)?;
            self.apply(&operator[..operator.len() - 1], left, right)?
        };
        if !self.dead {
            self.shell.assign(name, value.to_string().into())?;
        }
        Ok(Some(value))
    }

    fn conditional(&mut self) -> Step<i64> {
        let condition = self.binary(1)?;
        if !self.accept("?") {
            return Ok(condition);
        }
        let dead = self.dead;
        self.dead = dead || condition == 0;
        let yes = self.assignment()?;
        if !self.accept(":") {
            return Err(self.error());
        }
        self.dead = dead || condition != 0;
        let no = self.assignment()?;
        self.dead = dead;
        Ok(if condition == 0 { no } else { yes })
    }

    fn binary(&mut self, lowest: u8) -> Step<i64> {
        let mut left = self.unary()?;
        loop {
            self.blanks();
            let rest = &self.text[self.position..];
            let found = BINARY
                .into_iter()
                .find(|(operator, _)| rest.starts_with(operator.as_bytes()));
            let Some((operator, precedence)) = found else {
                return Ok(left);
            };
            if precedence < lowest {
                return Ok(left);
            }
            self.position += operator.len();
            let dead = self.dead;
            self.dead |= match operator {
                "&&" => left == 0,
                "||" => left != 0,
                _ => false,
            };
            self.shell.machine.enter()?;
            let right = self.binary(precedence + 1)?;
            self.shell.machine.leave();
            left = self.apply(operator, left, right)?;
            self.dead = dead;
        }
    }

    fn apply(&mut self, operator: &str, left: i64, right: i64) -> Step<i64> {
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            // The processor takes the count modulo 64.
            "<<" => left.wrapping_shl(right as u32),
            ">>" => left.wrapping_shr(right as u32),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            _ if self.dead => 0,
            _ if right == 0 => {
                let text = self.text.as_bstr();
                let message = format!("arithmetic expression: division by zero: \"{text}\"");
                return Err(self.shell.fail(&message));
            }
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn unary(&mut self) -> Step<i64> {
        self.shell.machine.enter()?;
        self.blanks();
        let value = match self.text.get(self.position) {
            Some(b'!') => {
                self.position += 1;
                i64::from(self.unary()? == 0)
            }
            Some(b'~') => {
                self.position += 1;
                !self.unary()?
            }
            Some(b'-') => {
                self.position += 1;
                self.unary()?.wrapping_neg()
            }
            Some(b'+') => {
                self.position += 1;
                self.unary()?
            }
            Some(b'(') => {
                self.position += 1;
                let value = self.assignment()?;
                if !self.accept(")") {
                    return Err(self.error());
                }
                value
            }
            Some(byte) if byte.is_ascii_digit() => {
                let rest = &self.text[self.position..];
                let length = rest.iter().take_while(|&&byte| is_name_byte(byte)).count();
                self.position += length;
                match number(&rest[..length]) {
                    Some(value) => value,
                    None => return Err(self.error()),
                }
            }
            _ => match self.name() {
                Some(name) => self.variable(&name)?,
                None => return Err(self.error()),
            },
        };
        self.shell.machine.leave();
        Ok(value)
    }

    fn variable(&mut self, name: &[u8]) -> Step<i64> {
        let Some(value) = self.shell.state.get(name).cloned() else {
            if self.shell.state.options.no_unset {
                return Err(self.error());
            }
            return Ok(0);
        };
        let text = value.trim_ascii();
        let (negative, digits) = match text.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix(b"+").unwrap_or(text)),
        };
        match number(digits) {
            _ if value.is_empty() => Ok(0),
            Some(number) if negative => Ok(number.wrapping_neg()),
            Some(number) => Ok(number),
            None => {
                let message = format!("Illegal number: {value}");
                Err(self.shell.fail(&message))
            }
        }
    }
}

/// Reads a number as C does: decimal, octal with `0`, hexadecimal with `0x`.
fn number(digits: &[u8]) -> Option<i64> {
    let text = digits.to_str().ok()?;
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (radix, text) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hexadecimal) => (16, hexadecimal),
        None if text.len() > 1 && text.starts_with('0') => (8, &text[1..]),
        None => (10, text),
    };
    i64::from_str_radix(text, radix).ok()
}
