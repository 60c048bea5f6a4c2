//! The builtin `printf`.

use bstr::{BStr, BString, ByteSlice as _};

use super::escape;
use crate::machine::Step;
use crate::shell::Shell;

/// Widest field; a wider one gives the build up.
const MAX_WIDTH: usize = 10_000;

/// Flags, width and precision of a conversion.
#[derive(Debug, Default)]
struct Layout {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

struct Output<'s, 'm, 'a, 't> {
    shell: &'s mut Shell<'m, 'a>,
    arguments: std::slice::Iter<'t, BString>,
    text: Vec<u8>,
    status: u8,
}

/// Runs `printf`.
pub fn run(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    let arguments = match arguments {
        [option, rest @ ..] if option == "--" => rest,
        arguments => arguments,
    };
    let [format, rest @ ..] = arguments else {
        return Err(shell.refuse("printf", "usage: printf format [arg ...]"));
    };
    if format.starts_with(b"-") && format.len() > 1 {
        return Err(shell.machine.unsupported("an option of printf"));
    }
    let mut output = Output {
        shell,
        arguments: rest.iter(),
        text: Vec::new(),
        status: 0,
    };
    loop {
        let before = output.arguments.len();
        let stopped = output.once(format.as_bstr())?;
        let used = before - output.arguments.len();
        output.shell.machine.step()?;
        if stopped || used == 0 || output.arguments.len() == 0 {
            break;
        }
    }
    let Output { text, status, .. } = output;
    shell.print(&text)?;
    Ok(status)
}

impl Output<'_, '_, '_, '_> {
    /// Goes through the format once; tells whether `\c` ended all output.
    fn once(&mut self, format: &BStr) -> Step<bool> {
        let mut position = 0;
        while let Some(&byte) = format.get(position) {
            position += 1;
            match byte {
                b'\\' => {
                    if format.get(position) == Some(&b'c') {
                        return Ok(true);
                    }
                    position += escape::escape(&format[position..], &mut self.text);
                }
                b'%' if format.get(position) == Some(&b'%') => {
                    position += 1;
                    self.text.push(b'%');
                }
                b'%' => {
                    let layout = self.layout(format, &mut position)?;
                    let conversion = format.get(position).copied();
                    position += 1;
                    if self.convert(conversion, &layout)? {
                        return Ok(true);
                    }
                }
                byte => self.text.push(byte),
            }
        }
        self.shell.machine.spend(self.text.len())?;
        Ok(false)
    }

    fn layout(&mut self, format: &[u8], position: &mut usize) -> Step<Layout> {
        let mut layout = Layout::default();
        while let Some(&byte) = format.get(*position) {
            match byte {
                b'-' => layout.left = true,
                b'0' => layout.zero = true,
                b'+' => layout.plus = true,
                b' ' => layout.space = true,
                b'#' => layout.alternate = true,
                _ => break,
            }
            *position += 1;
        }
        layout.width = self.size(format, position)?.unwrap_or(0);
        if format.get(*position) == Some(&b'.') {
            *position += 1;
            layout.precision = Some(self.size(format, position)?.unwrap_or(0));
        }
        Ok(layout)
    }

    fn size(&mut self, format: &[u8], position: &mut usize) -> Step<Option<usize>> {
        if format.get(*position) == Some(&b'*') {
            return Err(self.shell.machine.unsupported("* in a format of printf"));
        }
        let rest = &format[*position..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *position += digits;
        if digits == 0 {
            return Ok(None);
        }
        match rest[..digits]
            .to_str()
            .ok()
            .and_then(|text| text.parse().ok())
        {
            Some(size) if size <= MAX_WIDTH => Ok(Some(size)),
            _ => Err(self
                .shell
                .machine
                .unsupported("a field of printf this wide")),
        }
    }

    fn convert(&mut self, conversion: Option<u8>, layout: &Layout) -> Step<bool> {
        match conversion {
            Some(b's') => {
                let argument = self.arguments.next().cloned().unwrap_or_default();
                self.pad(&argument, layout);
            }
            Some(b'b') => {
                let argument = self.arguments.next().cloned().unwrap_or_default();
                let mut text = Vec::new();
                let stopped = escape::expand(&argument, &mut text);
                self.pad(&text, layout);
                return Ok(stopped);
            }
            Some(b'c') => {
                let argument = self.arguments.next().cloned().unwrap_or_default();
                let text = argument.get(..1).unwrap_or(b"\0");
                self.pad(text, layout);
            }
            Some(kind @ (b'd' | b'i' | b'u' | b'o' | b'x' | b'X')) => {
                let number = self.number()?;
                self.put_number(kind, number, layout);
            }
            _ => return Err(self.shell.machine.unsupported("this conversion of printf")),
        }
        Ok(false)
    }

    fn pad(&mut self, text: &[u8], layout: &Layout) {
        let text = match layout.precision {
            Some(precision) if precision < text.len() => &text[..precision],
            _ => text,
        };
        let blanks = layout.width.saturating_sub(text.len());
        if !layout.left {
            self.text.resize(self.text.len() + blanks, b' ');
        }
        self.text.extend_from_slice(text);
        if layout.left {
            self.text.resize(self.text.len() + blanks, b' ');
        }
    }

    fn number(&mut self) -> Step<i64> {
        let Some(argument) = self.arguments.next() else {
            return Ok(0);
        };
        if let [b'"' | b'\'', rest @ ..] = argument.as_slice() {
            return Ok(rest.first().map_or(0, |&byte| i64::from(byte)));
        }
        let trimmed = argument.trim_ascii_start();
        let (negative, digits) = match trimmed {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (radix, digits) = match digits {
            [b'0', b'x' | b'X', rest @ ..] => (16, rest),
            [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
            rest => (10, rest),
        };
        let count = digits
            .iter()
            .take_while(|&&byte| (byte as char).is_digit(radix))
            .count();
        let text = digits[..count].to_str().unwrap_or_default();
        let value = if text.is_empty() {
            Ok(0)
        } else {
            i64::from_str_radix(text, radix)
        };
        let Ok(value) = value else {
            return Err(self
                .shell
                .machine
                .unsupported("a number of printf this large"));
        };
        let message = if count == 0 && !argument.is_empty() {
            Some("expected numeric value")
        } else if count < digits.len() {
            Some("not completely converted")
        } else {
            None
        };
        if let Some(message) = message {
            // What was written before the message comes before it.
            let text = std::mem::take(&mut self.text);
            self.shell.print(&text)?;
            self.shell
                .complain(&format!("printf: {argument}: {message}"))?;
            self.status = 1;
        }
        Ok(if negative {
            value.wrapping_neg()
        } else {
            value
        })
    }

    fn put_number(&mut self, kind: u8, number: i64, layout: &Layout) {
        let mut digits = match kind {
            b'o' => format!("{number:o}"),
            b'x' => format!("{number:x}"),
            b'X' => format!("{number:X}"),
            b'u' => (number as u64).to_string(),
            _ => number.unsigned_abs().to_string(),
        };
        if layout.precision == Some(0) && number == 0 {
            digits.clear();
        }
        if let Some(precision) = layout.precision {
            digits = format!(
                "{}{digits}",
                "0".repeat(precision.saturating_sub(digits.len()))
            );
        }
        let mut sign = match kind {
            b'd' | b'i' if number < 0 => "-",
            b'd' | b'i' if layout.plus => "+",
            b'd' | b'i' if layout.space => " ",
            b'x' if layout.alternate && number != 0 => "0x",
            b'X' if layout.alternate && number != 0 => "0X",
            _ => "",
        };
        if kind == b'o' && layout.alternate && !digits.starts_with('0') {
            sign = "0";
        }
        if layout.zero && !layout.left && layout.precision.is_none() {
            let zeros = layout.width.saturating_sub(digits.len() + sign.len());
            digits = format!("{}{digits}", "0".repeat(zeros));
        }
        let text = format!("{sign}{digits}");
        let plain = Layout {
            left: layout.left,
            width: layout.width,
            ..Layout::default()
        };
        self.pad(text.as_bytes(), &plain);
    }
}
