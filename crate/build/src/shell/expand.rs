//! Expansion of words: parameters, command substitutions, arithmetic, splitting, file names.

use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::pattern::{is_pattern, matches, push_escaped, unescape};
use super::syntax::{List, Operation, Part, Word};
use super::{Shell, arithmetic, glob};
use crate::machine::{Step, Stop, Stream};

/// Words under construction; bytes that are no wildcards are escaped.
#[derive(Debug, Default)]
struct Fields {
    done: Vec<Vec<u8>>,
    current: Option<Vec<u8>>,
    /// Whether blanks, but nothing since, have ended a field.
    after_blank: bool,
    /// Whether words are split and `"$@"` makes several.
    split: bool,
}

impl Fields {
    fn literal(&mut self, text: &[u8]) {
        self.after_blank = false;
        let current = self.current.get_or_insert_default();
        for &byte in text {
            push_escaped(current, byte);
        }
    }

    /// Adds text whose wildcards count.
    fn active(&mut self, text: &[u8]) {
        self.after_blank = false;
        let current = self.current.get_or_insert_default();
        for &byte in text {
            push_active(current, byte);
        }
    }

    fn finish_field(&mut self) {
        if let Some(field) = self.current.take() {
            self.done.push(field);
        }
    }

    /// Adds the result of an expansion outside quotes.
    fn split(&mut self, text: &[u8], separators: &[u8]) {
        for &byte in text {
            if !separators.contains(&byte) {
                self.after_blank = false;
                push_active(self.current.get_or_insert_default(), byte);
            } else if matches!(byte, b' ' | b'\t' | b'\n') {
                if self.current.is_some() {
                    self.finish_field();
                    self.after_blank = true;
                }
            } else if self.after_blank {
                self.after_blank = false;
            } else {
                self.current.get_or_insert_default();
                self.finish_field();
            }
        }
    }
}

fn push_active(field: &mut Vec<u8>, byte: u8) {
    if byte == b'\\' {
        field.push(b'\\');
    }
    field.push(byte);
}

impl Shell<'_, '_> {
    /// Expands words into fields, as for the arguments of a command.
    pub fn fields(&mut self, words: &[Word]) -> Step<Vec<BString>> {
        let mut result = Vec::new();
        for word in words {
            let mut fields = Fields {
                split: true,
                ..Fields::default()
            };
            self.parts(word, &mut fields)?;
            fields.finish_field();
            for field in fields.done {
                self.machine.spend(field.len())?;
                if !self.state.options.no_glob && is_pattern(&field) {
                    let found = glob::paths(self, &field)?;
                    if !found.is_empty() {
                        result.extend(found);
                        continue;
                    }
                }
                result.push(unescape(&field).into());
            }
            self.machine.check()?;
        }
        Ok(result)
    }

    /// Expands a word into one text, as for an assignment.
    pub fn text(&mut self, word: &Word) -> Step<BString> {
        Ok(unescape(&self.pattern(word)?).into())
    }

    /// Expands a word into a pattern.
    pub fn pattern(&mut self, word: &Word) -> Step<Vec<u8>> {
        let mut fields = Fields::default();
        self.parts(word, &mut fields)?;
        let pattern = fields.current.unwrap_or_default();
        self.machine.spend(pattern.len())?;
        Ok(pattern)
    }

    fn parts(&mut self, word: &Word, fields: &mut Fields) -> Step {
        for part in &word.0 {
            match part {
                Part::Literal { text, quoted: true } => fields.literal(text),
                Part::Literal {
                    text,
                    quoted: false,
                } => fields.active(text),
                Part::Tilde(user) => {
                    if !user.is_empty() {
                        return Err(self.machine.unsupported(format!("~{user}")));
                    }
                    match self.state.get(b"HOME").cloned() {
                        Some(home) => fields.literal(&home),
                        None => fields.literal(b"~"),
                    }
                }
                Part::BadSubstitution => return Err(self.fail("Bad substitution")),
                Part::Substitution { script, quoted } => {
                    let output = self.substitution(script)?;
                    self.add(&output, *quoted, fields)?;
                }
                Part::Arithmetic { expression, quoted } => {
                    let expression = self.text(expression)?;
                    let value = arithmetic::evaluate(self, &expression)?;
                    self.add(value.to_string().as_bytes(), *quoted, fields)?;
                }
                Part::Parameter {
                    name,
                    operation,
                    quoted,
                } => self.parameter(name.as_bstr(), operation, *quoted, fields)?,
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &[u8], quoted: bool, fields: &mut Fields) -> Step {
        self.machine.step()?;
        self.machine.spend(text.len())?;
        if quoted {
            fields.literal(text);
        } else if fields.split {
            let separators = self.separators();
            fields.split(text, &separators);
        } else {
            fields.active(text);
        }
        Ok(())
    }

    /// The bytes that split words.
    pub fn separators(&self) -> BString {
        self.state
            .get(b"IFS")
            .map_or_else(|| " \t\n".into(), |value| BString::clone(value))
    }

    /// Returns the value of a parameter that is set.
    fn value(&mut self, name: &BStr) -> Step<Option<Rc<BString>>> {
        let text = match name.as_bytes() {
            b"?" => self.state.status.to_string().into(),
            b"#" => self.state.positional.len().to_string().into(),
            b"0" => self.state.name.clone(),
            b"-" => self.state.options.letters().into(),
            b"LINENO" => self.machine.line.to_string().into(),
            b"$" | b"!" | b"PPID" => {
                return Err(self
                    .machine
                    .unsupported(format!("${name}, which differs between builds")));
            }
            b"@" | b"*" => {
                let separator = match self.state.get(b"IFS") {
                    _ if name == "@" => Some(b' '),
                    None => Some(b' '),
                    Some(value) => value.first().copied(),
                };
                let separator: Vec<u8> = separator.into_iter().collect();
                if self.state.positional.is_empty() {
                    return Ok(None);
                }
                bstr::join(&separator, self.state.positional.iter()).into()
            }
            digits if digits.first().is_some_and(u8::is_ascii_digit) => {
                let index: Option<usize> = digits.to_str().ok().and_then(|text| text.parse().ok());
                let value = index
                    .and_then(|index| self.state.positional.get(index.wrapping_sub(1)))
                    .cloned();
                return Ok(value.map(Rc::new));
            }
            name => return Ok(self.state.get(name).cloned()),
        };
        Ok(Some(Rc::new(text)))
    }

    fn parameter(
        &mut self,
        name: &BStr,
        operation: &Operation,
        quoted: bool,
        fields: &mut Fields,
    ) -> Step {
        self.machine.step()?;
        let value = self.value(name)?;
        let absent = |or_empty: bool| match &value {
            None => true,
            Some(value) => or_empty && value.is_empty(),
        };
        match operation {
            Operation::Value => self.put_value(name, value, quoted, fields),
            Operation::Length => {
                if matches!(name.as_bytes(), b"@" | b"*") {
                    return Err(self.machine.unsupported(format!("${{#{name}}}")));
                }
                if value.is_none() && self.state.options.no_unset {
                    return Err(self.not_set(name));
                }
                let length = value.map_or(0, |value| value.len());
                self.add(length.to_string().as_bytes(), quoted, fields)
            }
            Operation::Default { word, or_empty } => {
                if absent(*or_empty) {
                    return self.put_word(word, quoted, fields);
                }
                self.put_value(name, value, quoted, fields)
            }
            Operation::Alternative { word, or_empty } => {
                if absent(*or_empty) {
                    return Ok(());
                }
                self.put_word(word, quoted, fields)
            }
            Operation::Assign { word, or_empty } => {
                if !absent(*or_empty) {
                    return self.put_value(name, value, quoted, fields);
                }
                if !super::lexer::is_name(name) {
                    return Err(self.fail(&format!("{name}: bad variable name")));
                }
                let text = self.text(word)?;
                self.assign(name.into(), text.clone())?;
                self.add(&text, quoted, fields)
            }
            Operation::Require { word, or_empty } => {
                if !absent(*or_empty) {
                    return self.put_value(name, value, quoted, fields);
                }
                let message = if word.0.is_empty() {
                    if *or_empty {
                        "parameter not set or null".into()
                    } else {
                        "parameter not set".into()
                    }
                } else {
                    self.text(word)?
                };
                Err(self.fail(&format!("{name}: {message}")))
            }
            Operation::TrimSuffix { pattern, longest } => {
                let text = self.value_to_trim(name, value)?;
                let pattern = self.pattern(pattern)?;
                let cut = self.suffix(&pattern, &text, *longest)?;
                self.add(&text[..cut], quoted, fields)
            }
            Operation::TrimPrefix { pattern, longest } => {
                let text = self.value_to_trim(name, value)?;
                let pattern = self.pattern(pattern)?;
                let cut = self.prefix(&pattern, &text, *longest)?;
                self.add(&text[cut..], quoted, fields)
            }
        }
    }

    fn value_to_trim(&mut self, name: &BStr, value: Option<Rc<BString>>) -> Step<Rc<BString>> {
        if matches!(name.as_bytes(), b"@" | b"*") {
            return Err(self
                .machine
                .unsupported(format!("a pattern behind ${name}")));
        }
        match value {
            Some(value) => Ok(value),
            None if self.state.options.no_unset => Err(self.not_set(name)),
            None => Ok(Rc::default()),
        }
    }

    /// Start of the suffix that matches; the end of the text if none does.
    fn suffix(&mut self, pattern: &[u8], text: &[u8], longest: bool) -> Step<usize> {
        for length in 0..=text.len() {
            let start = if longest { length } else { text.len() - length };
            self.machine.spend(text.len() - start)?;
            if matches(pattern, &text[start..]) {
                return Ok(start);
            }
        }
        Ok(text.len())
    }

    /// End of the prefix that matches; zero if none does.
    fn prefix(&mut self, pattern: &[u8], text: &[u8], longest: bool) -> Step<usize> {
        for length in 0..=text.len() {
            let end = if longest { text.len() - length } else { length };
            self.machine.spend(end)?;
            if matches(pattern, &text[..end]) {
                return Ok(end);
            }
        }
        Ok(0)
    }

    fn not_set(&mut self, name: &BStr) -> Stop {
        self.fail(&format!("{name}: parameter not set"))
    }

    fn put_value(
        &mut self,
        name: &BStr,
        value: Option<Rc<BString>>,
        quoted: bool,
        fields: &mut Fields,
    ) -> Step {
        let all = name == "@" || (name == "*" && !quoted);
        if all && fields.split {
            let parameters = Rc::clone(&self.state.positional);
            if parameters.is_empty() && quoted && fields.current.as_ref().is_some_and(Vec::is_empty)
            {
                // `"$@"` without parameters is nothing at all.
                fields.current = None;
            }
            for (index, parameter) in parameters.iter().enumerate() {
                if index > 0 {
                    fields.finish_field();
                }
                self.add(parameter, quoted, fields)?;
            }
            return Ok(());
        }
        match value {
            Some(value) => self.add(&value, quoted, fields),
            None if self.state.options.no_unset && !matches!(name.as_bytes(), b"@" | b"*") => {
                Err(self.not_set(name))
            }
            None => self.add(b"", quoted, fields),
        }
    }

    /// Adds the word of `${x-word}`, in which quotes count again.
    fn put_word(&mut self, word: &Word, quoted: bool, fields: &mut Fields) -> Step {
        if quoted || !fields.split {
            return self.parts(word, fields);
        }
        // Outside quotes the literal parts are split like values.
        self.machine.enter()?;
        let separators = self.separators();
        for part in &word.0 {
            match part {
                Part::Literal {
                    text,
                    quoted: false,
                } => fields.split(text, &separators),
                part => self.parts(&Word(vec![part.clone()]), fields)?,
            }
        }
        self.machine.leave();
        Ok(())
    }

    /// Runs a command substitution and returns what it writes, without newlines at the end.
    fn substitution(&mut self, script: &Rc<List>) -> Step<Vec<u8>> {
        let buffer = Rc::default();
        let mut descriptors = self.state.descriptors.clone();
        descriptors.set(1, Some(Stream::Outgoing(Rc::clone(&buffer))));
        let status = self.subshell(descriptors, |shell| shell.list(script))?;
        self.state.status = status;
        self.substituted = Some(status);
        let mut output = buffer.take();
        output.retain(|&byte| byte != 0);
        while output.last() == Some(&b'\n') {
            output.pop();
        }
        Ok(output)
    }
}
