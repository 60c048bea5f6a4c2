//! Options as GNU programs read them: anywhere among the operands, letters in groups, long names with `=`.

use bstr::{BString, ByteSlice as _};

use super::Process;
use crate::machine::Step;

/// Options and operands of a program.
#[derive(Debug, Default)]
pub struct Options {
    given: Vec<(u8, BString)>,
    pub operands: Vec<BString>,
}

impl Options {
    pub fn has(&self, letter: u8) -> bool {
        self.given.iter().any(|(given, _)| *given == letter)
    }

    /// Returns the value of the last option of this letter.
    pub fn value(&self, letter: u8) -> Option<&BString> {
        self.values(letter).last()
    }

    pub fn values(&self, letter: u8) -> impl Iterator<Item = &BString> {
        self.given
            .iter()
            .filter(move |(given, _)| *given == letter)
            .map(|(_, value)| value)
    }

    /// Returns the last one of these letters that is given.
    pub fn last_of(&self, letters: &[u8]) -> Option<u8> {
        self.given
            .iter()
            .rev()
            .map(|(letter, _)| *letter)
            .find(|letter| letters.contains(letter))
    }
}

impl Process<'_, '_> {
    /// Reads the arguments, given the letters without and with a value, and long names for letters.
    pub fn options(&mut self, flags: &str, valued: &str, long: &[(&str, u8)]) -> Step<Options> {
        let mut options = Options::default();
        let arguments = std::mem::take(&mut self.start.arguments);
        let mut arguments = arguments.into_iter().skip(1);
        let mut only_operands = false;
        while let Some(argument) = arguments.next() {
            if only_operands || !argument.starts_with(b"-") || argument.len() == 1 {
                options.operands.push(argument);
                continue;
            }
            if argument == "--" {
                only_operands = true;
                continue;
            }
            if let Some(name) = argument.strip_prefix(b"--") {
                let (name, mut value) = match name.split_once_str("=") {
                    Some((name, value)) => (name, Some(BString::from(value))),
                    None => (name, None),
                };
                let letter = long
                    .iter()
                    .find(|(known, _)| known.as_bytes() == name)
                    .map(|&(_, letter)| letter);
                let Some(letter) = letter else {
                    return Err(self.unsupported(&format!("the option {argument}")));
                };
                if valued.as_bytes().contains(&letter) {
                    value = value.or_else(|| arguments.next());
                } else if value.is_some() {
                    return Err(self.unsupported(&format!("the option {argument}")));
                }
                options.given.push((letter, value.unwrap_or_default()));
                continue;
            }
            for (index, &letter) in argument.iter().enumerate().skip(1) {
                if flags.as_bytes().contains(&letter) {
                    options.given.push((letter, BString::default()));
                    continue;
                }
                if !valued.as_bytes().contains(&letter) {
                    return Err(self.unsupported(&format!("the option {argument}")));
                }
                let rest: BString = argument[index + 1..].into();
                let value = if rest.is_empty() {
                    arguments.next()
                } else {
                    Some(rest)
                };
                let Some(value) = value else {
                    return Err(self.unsupported("an option without its value"));
                };
                options.given.push((letter, value));
                break;
            }
        }
        Ok(options)
    }

    /// Reads an option's value that is a number.
    pub fn count(&self, value: &BString) -> Step<usize> {
        let digits = value.iter().all(u8::is_ascii_digit);
        match value.to_str().ok().and_then(|text| text.parse().ok()) {
            Some(count) if digits => Ok(count),
            _ => Err(self.unsupported(&format!("the number {value}"))),
        }
    }
}
