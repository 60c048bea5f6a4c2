//! Shell scripts as trees: a reader for the part of the shell's language that toy builds use.
//!
//! Source: POSIX, Shell Command Language. Functions, `case`, arithmetic and background jobs are not read.

use bstr::{BStr, BString, ByteSlice as _};

/// Levels of commands within commands.
const MAX_DEPTH: usize = 50;

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Text {
        /// The bytes.
        text: Vec<u8>,
        /// Whether it was quoted, so that nothing in it is special.
        quoted: bool,
    },
    /// `$name`, `${name}` and so on.
    Parameter {
        /// The name; also `1`, `#`, `?`, `@`, `*`.
        name: BString,
        /// What is done with the value.
        operation: Operation,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
    /// `$(…)`.
    Substitution {
        /// The commands.
        commands: List,
        /// Whether it stands in double quotes.
        quoted: bool,
    },
}

/// What is done with the value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Nothing.
    None,
    /// `${#name}`.
    Length,
    /// `${name:-word}` and the like: the operator, and whether empty counts as unset.
    Default(u8, bool, Word),
    /// `${name#word}` and the like: whether at the end (`%`), whether the longest.
    Trim {
        /// Whether at the end.
        suffix: bool,
        /// Whether the longest.
        longest: bool,
        /// The pattern.
        pattern: Word,
    },
}

/// A word before expansion.
pub type Word = Vec<Part>;

/// Where input comes from or output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The number of the stream.
    pub stream: u8,
    /// `<`, `>`, `>>`, `>&`; `<<` with the text as the word.
    pub operator: &'static str,
    /// The file, stream or text.
    pub word: Word,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Assignments and a command with arguments.
    Simple {
        /// Assignments before it.
        assignments: Vec<(BString, Word)>,
        /// The command and its arguments.
        words: Vec<Word>,
    },
    /// `if`.
    If {
        /// Conditions and what follows.
        branches: Vec<(List, List)>,
        /// `else`.
        otherwise: List,
    },
    /// `for`.
    For {
        /// The variable.
        name: BString,
        /// What it goes through; the arguments if absent.
        words: Option<Vec<Word>>,
        /// The body.
        body: List,
    },
    /// `while` and `until`.
    While {
        /// Whether it goes on as long as the condition fails.
        until: bool,
        /// The condition.
        condition: List,
        /// The body.
        body: List,
    },
    /// `{ …; }`.
    Group(List),
    /// `( … )`.
    Subshell(List),
}

/// Commands whose output is the next one's input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// Whether the result is turned round (`!`).
    pub negated: bool,
    /// The commands with their redirections.
    pub commands: Vec<(Command, Vec<Redirection>)>,
}

/// Pipelines joined by `&&` (true) and `||` (false).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AndOr {
    /// The first.
    pub first: Pipeline,
    /// The others.
    pub rest: Vec<(bool, Pipeline)>,
}

/// Commands one after the other.
pub type List = Vec<AndOr>;

/// Why a script is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyntaxError {
    /// It is no script; the shell ends with status 2.
    Wrong,
    /// It uses something that is not known here.
    Unsupported(&'static str),
}

/// Reads a script.
///
/// # Errors
/// See [`SyntaxError`].
pub fn parse(script: &[u8]) -> Result<List, SyntaxError> {
    let mut parser = Parser {
        text: script,
        at: 0,
        depth: 0,
        here: Vec::new(),
    };
    let list = parser.list(&[])?;
    if parser.at < script.len() || !parser.here.is_empty() {
        return Err(SyntaxError::Wrong);
    }
    Ok(list)
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    /// Here-documents of the present line: the end, whether it was quoted, whether tabs are taken away.
    here: Vec<(BString, bool, bool)>,
}

const RESERVED: [&[u8]; 14] = [
    b"if", b"then", b"elif", b"else", b"fi", b"for", b"do", b"done", b"while", b"until", b"case",
    b"esac", b"{", b"}",
];

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text[self.at..]
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// Skips blanks, comments and continued lines; with `lines` newlines too.
    fn skip(&mut self, lines: bool) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'\\') if self.rest().starts_with(b"\\\n") => self.at += 2,
                Some(b'#') => self.at += self.rest().find_byte(b'\n').unwrap_or(self.rest().len()),
                Some(b'\n') if lines => {
                    if !self.here.is_empty() {
                        return Err(SyntaxError::Unsupported("a here-document at such a place"));
                    }
                    self.at += 1;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Tells whether a reserved word stands here.
    fn at_word(&self, word: &[u8]) -> bool {
        let rest = self.rest();
        let end = |byte: &u8| b" \t\n;&|()<>".contains(byte);
        rest.starts_with(word) && rest.get(word.len()).is_none_or(end)
    }

    fn word(&mut self, word: &[u8]) -> Result<(), SyntaxError> {
        self.skip(true)?;
        if self.at_word(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(SyntaxError::Wrong)
        }
    }

    /// Reads commands up to one of the reserved words, `)` or the end.
    fn list(&mut self, ends: &[&[u8]]) -> Result<List, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::Unsupported("commands nested so deep"));
        }
        let mut list = Vec::new();
        loop {
            self.skip(true)?;
            let ended = ends.iter().any(|end| self.at_word(end));
            if self.at == self.text.len() || self.peek() == Some(b')') || ended {
                break;
            }
            list.push(self.and_or()?);
            self.skip(false)?;
            match self.peek() {
                Some(b';') if !self.rest().starts_with(b";;") => self.at += 1,
                Some(b'\n') => {
                    self.at += 1;
                    self.here_documents(&mut list)?;
                }
                Some(b'&') => return Err(SyntaxError::Unsupported("jobs in the background")),
                None | Some(b')') => {}
                _ => return Err(SyntaxError::Wrong),
            }
        }
        self.depth -= 1;
        Ok(list)
    }

    fn and_or(&mut self) -> Result<AndOr, SyntaxError> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            self.skip(false)?;
            let and = self.eat(b"&&");
            if !and && !self.eat(b"||") {
                return Ok(AndOr { first, rest });
            }
            self.skip(true)?;
            rest.push((and, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, SyntaxError> {
        self.skip(false)?;
        let negated = self.at_word(b"!");
        if negated {
            self.at += 1;
        }
        let mut commands = Vec::new();
        loop {
            self.skip(false)?;
            commands.push(self.command()?);
            self.skip(false)?;
            if self.rest().starts_with(b"||") || !self.eat(b"|") {
                return Ok(Pipeline { negated, commands });
            }
            self.skip(true)?;
        }
    }

    fn command(&mut self) -> Result<(Command, Vec<Redirection>), SyntaxError> {
        let command = if self.at_word(b"if") {
            self.at += 2;
            let mut branches = Vec::new();
            let mut otherwise = Vec::new();
            loop {
                let condition = self.list(&[b"then"])?;
                self.word(b"then")?;
                branches.push((condition, self.list(&[b"elif", b"else", b"fi"])?));
                if self.at_word(b"elif") {
                    self.at += 4;
                    continue;
                }
                if self.at_word(b"else") {
                    self.at += 4;
                    otherwise = self.list(&[b"fi"])?;
                }
                self.word(b"fi")?;
                break Command::If {
                    branches,
                    otherwise,
                };
            }
        } else if self.at_word(b"for") {
            self.at += 3;
            self.for_loop()?
        } else if self.at_word(b"while") || self.at_word(b"until") {
            let until = self.at_word(b"until");
            self.at += 5;
            let condition = self.list(&[b"do"])?;
            let body = self.body()?;
            Command::While {
                until,
                condition,
                body,
            }
        } else if self.at_word(b"{") {
            self.at += 1;
            let list = self.list(&[b"}"])?;
            self.word(b"}")?;
            Command::Group(list)
        } else if self.eat(b"(") {
            let list = self.list(&[])?;
            if !self.eat(b")") {
                return Err(SyntaxError::Wrong);
            }
            Command::Subshell(list)
        } else if self.at_word(b"case") {
            return Err(SyntaxError::Unsupported("case"));
        } else if RESERVED.iter().any(|word| self.at_word(word)) {
            return Err(SyntaxError::Wrong);
        } else {
            return self.simple();
        };
        let mut redirections = Vec::new();
        self.skip(false)?;
        while let Some(redirection) = self.redirection()? {
            redirections.push(redirection);
            self.skip(false)?;
        }
        Ok((command, redirections))
    }

    fn for_loop(&mut self) -> Result<Command, SyntaxError> {
        self.skip(false)?;
        let name = self.name().ok_or(SyntaxError::Wrong)?;
        self.skip(true)?;
        let words = if self.at_word(b"in") {
            self.at += 2;
            let mut words = Vec::new();
            loop {
                self.skip(false)?;
                match self.one_word()? {
                    Some(word) => words.push(word),
                    None => break Some(words),
                }
            }
        } else {
            None
        };
        self.skip(false)?;
        self.eat(b";");
        let body = self.body()?;
        Ok(Command::For { name, words, body })
    }

    fn body(&mut self) -> Result<List, SyntaxError> {
        self.word(b"do")?;
        let body = self.list(&[b"done"])?;
        self.word(b"done")?;
        Ok(body)
    }

    fn simple(&mut self) -> Result<(Command, Vec<Redirection>), SyntaxError> {
        let mut assignments = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        let mut redirections = Vec::new();
        loop {
            self.skip(false)?;
            if let Some(redirection) = self.redirection()? {
                redirections.push(redirection);
                continue;
            }
            if words.is_empty() {
                let start = self.at;
                if let Some(name) = self.name() {
                    if self.eat(b"=") {
                        assignments.push((name, self.one_word()?.unwrap_or_default()));
                        continue;
                    }
                    if self.rest().starts_with(b"()") {
                        return Err(SyntaxError::Unsupported("functions"));
                    }
                    self.at = start;
                }
            }
            match self.one_word()? {
                Some(word) => words.push(word),
                None => break,
            }
        }
        if assignments.is_empty() && words.is_empty() && redirections.is_empty() {
            return Err(SyntaxError::Wrong);
        }
        Ok((Command::Simple { assignments, words }, redirections))
    }

    fn redirection(&mut self) -> Result<Option<Redirection>, SyntaxError> {
        let digit = self.peek().filter(u8::is_ascii_digit);
        let operator_at = self.at + usize::from(digit.is_some());
        let rest = self.text.get(operator_at..).unwrap_or_default();
        let operators = ["<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">"];
        let Some(operator) = operators
            .into_iter()
            .find(|it| rest.starts_with(it.as_bytes()))
        else {
            return Ok(None);
        };
        self.at = operator_at + operator.len();
        self.skip(false)?;
        let default = if operator.starts_with('<') { 0 } else { 1 };
        let stream = digit.map_or(default, |digit| digit - b'0');
        let start = self.at;
        let word = self.one_word()?.ok_or(SyntaxError::Wrong)?;
        let operator = match operator {
            "<<" | "<<-" => {
                let raw = &self.text[start..self.at];
                let quoted = raw.find_byteset(b"'\"\\").is_some();
                let end = raw.iter().copied().filter(|byte| !b"'\"\\".contains(byte));
                let end: Vec<u8> = end.collect();
                self.here.push((end.into(), quoted, operator == "<<-"));
                "<<"
            }
            "<&" | "<>" => return Err(SyntaxError::Unsupported("such a redirection")),
            ">|" => ">",
            other => other,
        };
        Ok(Some(Redirection {
            stream,
            operator,
            word,
        }))
    }

    /// Reads the here-documents of the line that just ended into the last command.
    fn here_documents(&mut self, list: &mut List) -> Result<(), SyntaxError> {
        for (end, quoted, tabs) in std::mem::take(&mut self.here) {
            let mut text = Vec::new();
            loop {
                if self.at == self.text.len() {
                    break;
                }
                let line = self
                    .rest()
                    .find_byte(b'\n')
                    .map_or(self.rest(), |end| &self.rest()[..end]);
                self.at = (self.at + line.len() + 1).min(self.text.len());
                let line = if tabs {
                    line.trim_start_with(|c| c == '\t')
                } else {
                    line
                };
                if *line == **end {
                    break;
                }
                text.extend_from_slice(line);
                text.push(b'\n');
            }
            let word = if quoted {
                vec![Part::Text { text, quoted: true }]
            } else {
                let mut inner = Parser {
                    text: &text,
                    at: 0,
                    depth: self.depth,
                    here: Vec::new(),
                };
                let mut word = Vec::new();
                inner.quoted(&mut word, true)?;
                word
            };
            let last = list.last_mut().and_then(|and_or| {
                let pipeline = and_or
                    .rest
                    .last_mut()
                    .map_or(&mut and_or.first, |(_, pipeline)| pipeline);
                let commands = pipeline.commands.iter_mut();
                let mut waiting = commands.flat_map(|(_, redirections)| redirections);
                waiting.find(|it| it.operator == "<<")
            });
            // It belongs to a command within another one.
            let last = last.ok_or(SyntaxError::Unsupported("a here-document at such a place"))?;
            last.operator = "<<<";
            last.word = word;
        }
        Ok(())
    }

    fn name(&mut self) -> Option<BString> {
        let rest = self.rest();
        let first = rest
            .first()
            .filter(|byte| byte.is_ascii_alphabetic() || **byte == b'_');
        first?;
        let end = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let name = &rest[..end.unwrap_or(rest.len())];
        self.at += name.len();
        Some(name.into())
    }

    /// Reads a word, if one stands here.
    fn one_word(&mut self) -> Result<Option<Word>, SyntaxError> {
        let start = self.at;
        let mut word = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>' => break,
                _ => self.part(&mut word)?,
            }
        }
        Ok((self.at > start).then_some(word))
    }

    /// Reads one part of a word outside of quotes.
    fn part(&mut self, word: &mut Word) -> Result<(), SyntaxError> {
        match self.peek() {
            Some(b'\'') => {
                self.at += 1;
                let end = self.rest().find_byte(b'\'').ok_or(SyntaxError::Wrong)?;
                push_text(word, &self.rest()[..end], true);
                self.at += end + 1;
            }
            Some(b'"') => {
                self.at += 1;
                push_text(word, b"", true);
                self.quoted(word, false)?;
            }
            Some(b'\\') => {
                self.at += 1;
                match self.peek() {
                    Some(b'\n') => {}
                    Some(byte) => push_text(word, &[byte], true),
                    None => push_text(word, b"\\", true),
                }
                self.at = (self.at + 1).min(self.text.len());
            }
            Some(b'$') => self.dollar(word, false)?,
            Some(b'`') => return Err(SyntaxError::Unsupported("backquotes")),
            Some(b'~') if word.is_empty() => return Err(SyntaxError::Unsupported("a home folder")),
            Some(byte) => {
                push_text(word, &[byte], false);
                self.at += 1;
            }
            None => {}
        }
        Ok(())
    }

    /// Reads what stands in double quotes, up to the closing one or, in a here-document, to the end.
    fn quoted(&mut self, word: &mut Word, here: bool) -> Result<(), SyntaxError> {
        loop {
            match self.peek() {
                None if here => return Ok(()),
                None => return Err(SyntaxError::Wrong),
                Some(b'"') if !here => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    match self.peek() {
                        Some(b'\n') => {}
                        Some(byte @ (b'$' | b'`' | b'\\')) => push_text(word, &[byte], true),
                        Some(b'"') if !here => push_text(word, b"\"", true),
                        Some(byte) => push_text(word, &[b'\\', byte], true),
                        None => push_text(word, b"\\", true),
                    }
                    self.at = (self.at + 1).min(self.text.len());
                }
                Some(b'$') => self.dollar(word, true)?,
                Some(b'`') => return Err(SyntaxError::Unsupported("backquotes")),
                Some(byte) => {
                    push_text(word, &[byte], true);
                    self.at += 1;
                }
            }
        }
    }

    fn dollar(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        self.at += 1;
        if self.rest().starts_with(b"((") {
            return Err(SyntaxError::Unsupported("arithmetic"));
        }
        if self.eat(b"(") {
            let commands = self.list(&[])?;
            if !self.eat(b")") {
                return Err(SyntaxError::Wrong);
            }
            word.push(Part::Substitution { commands, quoted });
            return Ok(());
        }
        if self.eat(b"{") {
            return self.braces(word, quoted);
        }
        match self.parameter_name(false) {
            Some(name) => word.push(Part::Parameter {
                name,
                operation: Operation::None,
                quoted,
            }),
            None => push_text(word, b"$", quoted),
        }
        Ok(())
    }

    fn parameter_name(&mut self, braces: bool) -> Option<BString> {
        if let Some(name) = self.name() {
            return Some(name);
        }
        let byte = self.peek()?;
        if byte.is_ascii_digit() {
            let digits = self
                .rest()
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let length = if braces { digits } else { 1 };
            let name = &self.rest()[..length];
            self.at += length;
            return Some(name.into());
        }
        if b"#?@*$!-".contains(&byte) {
            self.at += 1;
            return Some(BStr::new(&[byte]).to_owned());
        }
        None
    }

    fn braces(&mut self, word: &mut Word, quoted: bool) -> Result<(), SyntaxError> {
        let length = self.peek() == Some(b'#') && !self.rest().starts_with(b"#}");
        if length {
            self.at += 1;
        }
        let name = self.parameter_name(true).ok_or(SyntaxError::Wrong)?;
        let operation = if length {
            Operation::Length
        } else {
            let colon = self.eat(b":");
            match self.peek() {
                Some(b'}') if !colon => Operation::None,
                Some(operator @ (b'-' | b'=' | b'+' | b'?')) => {
                    self.at += 1;
                    Operation::Default(operator, colon, self.brace_word(quoted)?)
                }
                Some(operator @ (b'#' | b'%')) if !colon => {
                    self.at += 1;
                    let longest = self.eat(&[operator]);
                    Operation::Trim {
                        suffix: operator == b'%',
                        longest,
                        pattern: self.brace_word(false)?,
                    }
                }
                _ => return Err(SyntaxError::Wrong),
            }
        };
        if !self.eat(b"}") {
            return Err(SyntaxError::Wrong);
        }
        word.push(Part::Parameter {
            name,
            operation,
            quoted,
        });
        Ok(())
    }

    fn brace_word(&mut self, quoted: bool) -> Result<Word, SyntaxError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SyntaxError::Unsupported("braces nested so deep"));
        }
        let mut word = Vec::new();
        loop {
            match self.peek() {
                None => return Err(SyntaxError::Wrong),
                Some(b'}') => break,
                Some(b'$') if quoted => self.dollar(&mut word, true)?,
                Some(b'"' | b'\'' | b'\\') if quoted => {
                    return Err(SyntaxError::Unsupported("quotes within quotes"));
                }
                Some(byte) if quoted => {
                    push_text(&mut word, &[byte], true);
                    self.at += 1;
                }
                Some(byte @ (b' ' | b'\t' | b'\n')) => {
                    push_text(&mut word, &[byte], false);
                    self.at += 1;
                }
                Some(_) => self.part(&mut word)?,
            }
        }
        self.depth -= 1;
        Ok(word)
    }
}

fn push_text(word: &mut Word, bytes: &[u8], is_quoted: bool) {
    match word.last_mut() {
        Some(Part::Text { text, quoted }) if *quoted == is_quoted => text.extend_from_slice(bytes),
        _ => word.push(Part::Text {
            text: bytes.to_vec(),
            quoted: is_quoted,
        }),
    }
}
