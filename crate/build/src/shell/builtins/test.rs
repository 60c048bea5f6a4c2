//! The builtins `test` and `[`.

use bstr::{BString, ByteSlice as _};

use crate::file_system::FileType;
use crate::machine::Step;
use crate::shell::Shell;

/// Runs `test` or `[`.
pub fn run(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    let name = arguments[0].to_str_lossy().into_owned();
    let mut operands = &arguments[1..];
    if name == "[" {
        match operands {
            [rest @ .., last] if last == "]" => operands = rest,
            _ => return Err(shell.refuse("[", "missing ]")),
        }
    }
    let mut test = Test {
        shell,
        name,
        operands,
        position: 0,
    };
    let found = match operands {
        [] => false,
        [only] => !only.is_empty(),
        [not, rest] if not == "!" => rest.is_empty(),
        // With three operands, an operator in the middle counts first.
        [left, operator, right] if is_binary(operator) => test.binary(left, operator, right)?,
        [not, left, operator, right] if not == "!" && is_binary(operator) => {
            !test.binary(left, operator, right)?
        }
        _ => {
            let found = test.or()?;
            if test.position < operands.len() {
                // The message names the operand before the one that has no place.
                let last = &operands[test.position.saturating_sub(1)];
                let message = format!("{last}: unexpected operator");
                let name = test.name.clone();
                return Err(test.shell.refuse(&name, &message));
            }
            found
        }
    };
    shell.machine.check()?;
    Ok(u8::from(!found))
}

fn is_binary(operator: &[u8]) -> bool {
    matches!(
        operator,
        b"=" | b"=="
            | b"!="
            | b"<"
            | b">"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
            | b"-nt"
            | b"-ot"
            | b"-ef"
    ) && operator != b"=="
}

struct Test<'s, 'm, 'a, 't> {
    shell: &'s mut Shell<'m, 'a>,
    name: String,
    operands: &'t [BString],
    position: usize,
}

impl Test<'_, '_, '_, '_> {
    fn peek(&self, ahead: usize) -> Option<&[u8]> {
        self.operands
            .get(self.position + ahead)
            .map(|operand| operand.as_slice())
    }

    fn or(&mut self) -> Step<bool> {
        let mut found = self.and()?;
        while self.peek(0) == Some(b"-o") {
            self.position += 1;
            found |= self.and()?;
        }
        Ok(found)
    }

    fn and(&mut self) -> Step<bool> {
        let mut found = self.not()?;
        while self.peek(0) == Some(b"-a") {
            self.position += 1;
            found &= self.not()?;
        }
        Ok(found)
    }

    fn not(&mut self) -> Step<bool> {
        self.shell.machine.enter()?;
        let found = if self.peek(0) == Some(b"!") && self.peek(1).is_some() {
            self.position += 1;
            !self.not()?
        } else {
            self.primary()?
        };
        self.shell.machine.leave();
        Ok(found)
    }

    fn primary(&mut self) -> Step<bool> {
        let Some(first) = self.operands.get(self.position) else {
            let name = self.name.clone();
            return Err(self.shell.refuse(&name, "argument expected"));
        };
        if let (Some(operator), Some(right)) = (
            self.operands.get(self.position + 1),
            self.operands.get(self.position + 2),
        ) && is_binary(operator)
        {
            self.position += 3;
            return self.binary(first, operator, right);
        }
        if first == "(" && self.peek(1).is_some() {
            self.position += 1;
            let found = self.or()?;
            if self.peek(0) != Some(b")") {
                let name = self.name.clone();
                return Err(self.shell.refuse(&name, "closing paren expected"));
            }
            self.position += 1;
            return Ok(found);
        }
        if let [b'-', letter] = first.as_slice()
            && let Some(operand) = self.operands.get(self.position + 1)
        {
            self.position += 2;
            return self.unary(*letter, operand);
        }
        self.position += 1;
        Ok(!first.is_empty())
    }

    fn unary(&mut self, letter: u8, operand: &BString) -> Step<bool> {
        let cwd = self.shell.state.cwd.node;
        let fs = &mut self.shell.machine.fs;
        match letter {
            b'z' => return Ok(operand.is_empty()),
            b'n' => return Ok(!operand.is_empty()),
            b'h' | b'L' => {
                return Ok(fs
                    .find_link(cwd, operand)
                    .is_ok_and(|node| fs.file_type(node) == FileType::Symlink));
            }
            _ => {}
        }
        let Ok(node) = fs.find(cwd, operand) else {
            return match letter {
                b'e' | b'f' | b'd' | b'r' | b'w' | b'x' | b's' => Ok(false),
                letter => Err(self.unknown(letter)),
            };
        };
        Ok(match letter {
            b'e' => true,
            b'f' => fs.file_type(node) == FileType::File,
            b'd' => fs.file_type(node) == FileType::Directory,
            b'r' => fs.may(node, 4),
            b'w' => fs.may(node, 2),
            b'x' => fs.may(node, 1),
            b's' => fs.file_type(node) == FileType::Directory || !fs.bytes(node).is_empty(),
            letter => return Err(self.unknown(letter)),
        })
    }

    fn unknown(&self, letter: u8) -> crate::machine::Stop {
        let letter = letter as char;
        self.shell.machine.unsupported(format!("test -{letter}"))
    }

    fn binary(&mut self, left: &BString, operator: &BString, right: &BString) -> Step<bool> {
        Ok(match operator.as_slice() {
            b"=" => left == right,
            b"!=" => left != right,
            b"<" => left < right,
            b">" => left > right,
            b"-eq" => self.number(left)? == self.number(right)?,
            b"-ne" => self.number(left)? != self.number(right)?,
            b"-lt" => self.number(left)? < self.number(right)?,
            b"-le" => self.number(left)? <= self.number(right)?,
            b"-gt" => self.number(left)? > self.number(right)?,
            b"-ge" => self.number(left)? >= self.number(right)?,
            _ => {
                return Err(self
                    .shell
                    .machine
                    .unsupported(format!("test with {operator}")));
            }
        })
    }

    fn number(&mut self, text: &BString) -> Step<i64> {
        let trimmed = text.trim_ascii();
        match trimmed.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(number) => Ok(number),
            None => {
                let name = self.name.clone();
                Err(self.shell.refuse(&name, &format!("Illegal number: {text}")))
            }
        }
    }
}
