//! From tokens to commands, one complete line at a time: as in a real shell, the commands before a syntax error run.

use std::cell::OnceCell;
use std::collections::VecDeque;
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::lexer::{Token, TokenKind, is_name};
use super::syntax::{
    AndOr, Command, CommandKind, Connector, List, Part, Pipeline, Redirection, RedirectionKind,
    Word,
};

/// Why a text is no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub line: u32,
    pub message: String,
    /// Something that is valid, but not understood here.
    pub unsupported: bool,
}

/// Reads a script.
#[derive(Debug)]
pub struct Parser {
    pub(super) text: BString,
    pub(super) position: usize,
    pub(super) line: u32,
    peeked: Option<Token>,
    depth: u32,
    max_depth: u32,
    /// Delimiters of here-documents that begin on the next line.
    here: VecDeque<HereDocument>,
}

#[derive(Debug)]
struct HereDocument {
    delimiter: BString,
    quoted: bool,
    strip_tabs: bool,
    text: Rc<OnceCell<Word>>,
}

/// Words that end a list.
const CLOSING: [&[u8]; 9] = [
    b"then", b"else", b"elif", b"fi", b"do", b"done", b"esac", b"}", b"in",
];

impl Parser {
    /// Makes a parser of a text in which commands can be nested `max_depth` deep.
    pub fn new(text: BString, max_depth: u32) -> Self {
        Self {
            text,
            position: 0,
            line: 1,
            peeked: None,
            depth: 0,
            max_depth,
            here: VecDeque::new(),
        }
    }

    /// Makes a parser of a text inside this one.
    pub(super) fn nested(&mut self, text: BString) -> Result<Self, SyntaxError> {
        let max_depth = self.max_depth - self.depth;
        if max_depth == 0 {
            return Err(self.too_deep());
        }
        Ok(Self {
            line: self.line,
            ..Self::new(text, max_depth - 1)
        })
    }

    fn too_deep(&self) -> SyntaxError {
        SyntaxError {
            line: self.line,
            message: "commands nested this deep".to_owned(),
            unsupported: true,
        }
    }

    pub(super) fn enter(&mut self) -> Result<(), SyntaxError> {
        if self.depth >= self.max_depth {
            return Err(self.too_deep());
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) const fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError {
            line: self.line,
            message: message.into(),
            unsupported: false,
        }
    }

    fn unsupported(&self, what: impl Into<String>) -> SyntaxError {
        SyntaxError {
            unsupported: true,
            ..self.error(what)
        }
    }

    fn peek(&mut self) -> Result<&Token, SyntaxError> {
        let token = match self.peeked.take() {
            Some(token) => token,
            None => self.lex()?,
        };
        Ok(self.peeked.insert(token))
    }

    fn advance(&mut self) -> Result<Token, SyntaxError> {
        self.peek()?;
        Ok(self.peeked.take().unwrap_or(Token {
            kind: TokenKind::End,
            line: self.line,
        }))
    }

    /// The text of the next token if it is a word without quotes.
    fn peek_literal(&mut self) -> Result<Option<BString>, SyntaxError> {
        Ok(match &self.peek()?.kind {
            TokenKind::Word(word) => word.literal(),
            _ => None,
        })
    }

    fn at_operator(&mut self, operator: &str) -> Result<bool, SyntaxError> {
        Ok(matches!(&self.peek()?.kind, TokenKind::Operator(found) if *found == operator))
    }

    fn at_keyword(&mut self, keyword: &str) -> Result<bool, SyntaxError> {
        Ok(self.peek_literal()?.is_some_and(|word| word == keyword))
    }

    fn accept_keyword(&mut self, keyword: &str) -> Result<bool, SyntaxError> {
        let found = self.at_keyword(keyword)?;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn accept_operator(&mut self, operator: &str) -> Result<bool, SyntaxError> {
        let found = self.at_operator(operator)?;
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    fn skip_newlines(&mut self) -> Result<(), SyntaxError> {
        while matches!(self.peek()?.kind, TokenKind::Newline) {
            self.advance()?;
        }
        Ok(())
    }

    /// The error that the next token has no place here.
    fn unexpected(&mut self, expected: Option<&str>) -> SyntaxError {
        let found = match self.peek() {
            Err(error) => return error,
            Ok(token) => match &token.kind {
                TokenKind::Newline => "newline".to_owned(),
                TokenKind::End => "end of file".to_owned(),
                TokenKind::Descriptor(_) => "redirection".to_owned(),
                TokenKind::Operator(operator) if operator.starts_with(['<', '>']) => {
                    "redirection".to_owned()
                }
                TokenKind::Operator(operator) => format!("\"{operator}\""),
                TokenKind::Word(word) => match word.literal() {
                    Some(text)
                        if CLOSING.contains(&text.as_slice())
                            || COMPOUND.contains(&text.as_slice())
                            || text == "!" =>
                    {
                        format!("\"{text}\"")
                    }
                    _ => "word".to_owned(),
                },
            },
        };
        self.error(match expected {
            Some(expected) => format!("{found} unexpected (expecting \"{expected}\")"),
            None => format!("{found} unexpected"),
        })
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), SyntaxError> {
        if self.accept_keyword(keyword)? {
            return Ok(());
        }
        Err(self.unexpected(Some(keyword)))
    }

    fn expect_operator(&mut self, operator: &str) -> Result<(), SyntaxError> {
        if self.accept_operator(operator)? {
            return Ok(());
        }
        Err(self.unexpected(Some(operator)))
    }

    /// Reads the commands up to the end of a line; `None` at the end of the script.
    ///
    /// # Errors
    /// The text is no script, or one that is not understood.
    pub fn line_of_commands(&mut self) -> Result<Option<List>, SyntaxError> {
        self.skip_newlines()?;
        if matches!(self.peek()?.kind, TokenKind::End) {
            return Ok(None);
        }
        let mut list = List::new();
        loop {
            list.push(self.and_or()?);
            let separated = self.separator()?;
            match self.peek()?.kind {
                TokenKind::Newline | TokenKind::End => break,
                _ if separated => {}
                _ => return Err(self.unexpected(None)),
            }
        }
        // The texts of here-documents follow the line.
        if matches!(self.peek()?.kind, TokenKind::Newline) {
            self.advance()?;
        }
        if !self.here.is_empty() {
            self.read_here_documents()?;
        }
        Ok(Some(list))
    }

    /// Reads the whole script.
    pub(super) fn whole(&mut self) -> Result<List, SyntaxError> {
        let mut list = List::new();
        while let Some(line) = self.line_of_commands()? {
            list.extend(line);
        }
        Ok(list)
    }

    /// Reads the script behind `$(` and the parenthesis that closes it.
    pub(super) fn substitution(&mut self) -> Result<List, SyntaxError> {
        self.enter()?;
        let outer = self.peeked.take();
        let here = std::mem::take(&mut self.here);
        let list = self.list()?;
        self.expect_operator(")")?;
        (self.peeked, self.here) = (outer, here);
        self.leave();
        Ok(list)
    }

    /// Reads `;` or `&`; tells whether one was there.
    fn separator(&mut self) -> Result<bool, SyntaxError> {
        if self.at_operator("&")? {
            return Err(self.unsupported("commands in the background (&)"));
        }
        self.accept_operator(";")
    }

    /// Reads commands up to a word or operator that closes a list.
    fn list(&mut self) -> Result<List, SyntaxError> {
        let mut list = List::new();
        loop {
            self.skip_newlines()?;
            if self.at_list_end()? {
                return Ok(list);
            }
            list.push(self.and_or()?);
            let separated = self.separator()?;
            if !separated && !matches!(self.peek()?.kind, TokenKind::Newline) {
                return Ok(list);
            }
        }
    }

    fn at_list_end(&mut self) -> Result<bool, SyntaxError> {
        if let Some(word) = self.peek_literal()? {
            return Ok(CLOSING.contains(&word.as_slice()) && word != "in");
        }
        Ok(matches!(
            self.peek()?.kind,
            TokenKind::End | TokenKind::Operator(")" | ";;")
        ))
    }

    /// Reads a list that must not be empty.
    fn some_list(&mut self) -> Result<List, SyntaxError> {
        let list = self.list()?;
        if list.is_empty() {
            return Err(self.unexpected(None));
        }
        Ok(list)
    }

    fn and_or(&mut self) -> Result<AndOr, SyntaxError> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let connector = if self.accept_operator("&&")? {
                Connector::And
            } else if self.accept_operator("||")? {
                Connector::Or
            } else {
                return Ok(AndOr { first, rest });
            };
            self.skip_newlines()?;
            rest.push((connector, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Result<Pipeline, SyntaxError> {
        let mut negated = false;
        while self.accept_keyword("!")? {
            negated = !negated;
        }
        let mut commands = vec![self.command()?];
        while self.accept_operator("|")? {
            self.skip_newlines()?;
            commands.push(self.command()?);
        }
        Ok(Pipeline { negated, commands })
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        self.enter()?;
        let command = self.command_inside()?;
        self.leave();
        Ok(command)
    }

    fn command_inside(&mut self) -> Result<Command, SyntaxError> {
        let line = self.peek()?.line;
        let kind = if self.accept_operator("(")? {
            let list = self.some_list()?;
            self.expect_operator(")")?;
            CommandKind::Subshell(list)
        } else {
            let keyword = self.peek_literal()?.unwrap_or_default();
            if CLOSING.contains(&keyword.as_slice()) && keyword != "in" {
                return Err(self.unexpected(None));
            }
            if !COMPOUND.contains(&keyword.as_slice()) {
                return self.simple();
            }
            self.advance()?;
            match keyword.as_slice() {
                b"{" => {
                    let list = self.some_list()?;
                    self.expect_keyword("}")?;
                    CommandKind::Group(list)
                }
                b"if" => self.conditional()?,
                b"while" | b"until" => {
                    let condition = self.some_list()?;
                    self.expect_keyword("do")?;
                    let body = self.some_list()?;
                    self.expect_keyword("done")?;
                    CommandKind::Loop {
                        until: keyword == "until",
                        condition,
                        body,
                    }
                }
                b"for" => self.for_loop()?,
                _ => self.case()?,
            }
        };
        let mut redirections = Vec::new();
        while let Some(redirection) = self.redirection()? {
            redirections.push(redirection);
        }
        Ok(Command {
            line,
            kind,
            redirections,
        })
    }

    fn conditional(&mut self) -> Result<CommandKind, SyntaxError> {
        let mut branches = Vec::new();
        loop {
            let condition = self.some_list()?;
            self.expect_keyword("then")?;
            let body = self.some_list()?;
            branches.push((condition, body));
            if !self.accept_keyword("elif")? {
                break;
            }
        }
        let otherwise = if self.accept_keyword("else")? {
            Some(self.some_list()?)
        } else {
            None
        };
        self.expect_keyword("fi")?;
        Ok(CommandKind::If {
            branches,
            otherwise,
        })
    }

    fn for_loop(&mut self) -> Result<CommandKind, SyntaxError> {
        let variable = match self.peek_literal()? {
            Some(name) if is_name(&name) => name,
            _ => return Err(self.error("Bad for loop variable")),
        };
        self.advance()?;
        self.skip_newlines()?;
        let mut words = None;
        if self.accept_keyword("in")? {
            let mut list = Vec::new();
            while let TokenKind::Word(word) = &self.peek()?.kind {
                list.push(word.clone());
                self.advance()?;
            }
            words = Some(list);
            if !self.accept_operator(";")? && !matches!(self.peek()?.kind, TokenKind::Newline) {
                return Err(self.unexpected(None));
            }
        } else {
            self.accept_operator(";")?;
        }
        self.skip_newlines()?;
        self.expect_keyword("do")?;
        let body = self.some_list()?;
        self.expect_keyword("done")?;
        Ok(CommandKind::For {
            variable,
            words,
            body,
        })
    }

    fn case(&mut self) -> Result<CommandKind, SyntaxError> {
        let TokenKind::Word(subject) = self.advance()?.kind else {
            return Err(self.unexpected(Some("word")));
        };
        self.skip_newlines()?;
        self.expect_keyword("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_newlines()?;
            if self.accept_keyword("esac")? {
                return Ok(CommandKind::Case { subject, arms });
            }
            self.accept_operator("(")?;
            let mut patterns = Vec::new();
            loop {
                let TokenKind::Word(pattern) = &self.peek()?.kind else {
                    return Err(self.unexpected(None));
                };
                patterns.push(pattern.clone());
                self.advance()?;
                if !self.accept_operator("|")? {
                    break;
                }
            }
            self.expect_operator(")")?;
            let body = self.list()?;
            arms.push((patterns, body));
            if !self.accept_operator(";;")? && !self.at_keyword("esac")? {
                return Err(self.unexpected(Some(";;")));
            }
        }
    }

    fn simple(&mut self) -> Result<Command, SyntaxError> {
        let line = self.peek()?.line;
        let mut assignments = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        let mut redirections = Vec::new();
        loop {
            if let Some(redirection) = self.redirection()? {
                redirections.push(redirection);
                continue;
            }
            if self.at_operator("(")? {
                let name = match words.as_slice() {
                    [word] if assignments.is_empty() && redirections.is_empty() => word.literal(),
                    _ => None,
                };
                return match name {
                    Some(name) => self.function(line, name),
                    None => Err(self.unexpected(None)),
                };
            }
            let TokenKind::Word(word) = &self.peek()?.kind else {
                break;
            };
            let word = word.clone();
            self.advance()?;
            match assignment(&word) {
                Some(assignment) if words.is_empty() => assignments.push(assignment),
                _ => words.push(word),
            }
        }
        if assignments.is_empty() && words.is_empty() && redirections.is_empty() {
            return Err(self.unexpected(None));
        }
        Ok(Command {
            line,
            kind: CommandKind::Simple { assignments, words },
            redirections,
        })
    }

    fn function(&mut self, line: u32, name: BString) -> Result<Command, SyntaxError> {
        self.expect_operator("(")?;
        self.expect_operator(")")?;
        if !is_name(&name) {
            return Err(self.error("Bad function name"));
        }
        self.skip_newlines()?;
        let body = Rc::new(self.command()?);
        Ok(Command {
            line,
            kind: CommandKind::Function { name, body },
            redirections: Vec::new(),
        })
    }

    fn redirection(&mut self) -> Result<Option<Redirection>, SyntaxError> {
        let mut descriptor = None;
        if let TokenKind::Descriptor(digit) = self.peek()?.kind {
            descriptor = Some(digit);
            self.advance()?;
        }
        let operator = match self.peek()?.kind {
            TokenKind::Operator(operator) if operator.starts_with(['<', '>']) => operator,
            _ => return Ok(None),
        };
        self.advance()?;
        let TokenKind::Word(word) = &self.peek()?.kind else {
            return Err(self.unexpected(None));
        };
        let word = word.clone();
        // Announced before the next token is read, for that may be the end of the line.
        let here = match operator {
            "<<" | "<<-" => Some(self.announce_here_document(&word, operator == "<<-")?),
            _ => None,
        };
        self.advance()?;
        let input = operator.starts_with('<');
        let kind = match (here, operator) {
            (Some(text), _) => RedirectionKind::Here(text),
            (None, "<") => RedirectionKind::Read(word),
            (None, ">" | ">|") => RedirectionKind::Write(word),
            (None, ">>") => RedirectionKind::Append(word),
            (None, "<>") => RedirectionKind::ReadWrite(word),
            (None, _) => RedirectionKind::Duplicate(word),
        };
        Ok(Some(Redirection {
            descriptor: descriptor.unwrap_or(u8::from(!input)),
            kind,
        }))
    }

    fn announce_here_document(
        &mut self,
        delimiter: &Word,
        strip_tabs: bool,
    ) -> Result<Rc<OnceCell<Word>>, SyntaxError> {
        let mut text = BString::default();
        let mut any_quoted = false;
        for part in &delimiter.0 {
            let Part::Literal { text: part, quoted } = part else {
                return Err(self.unsupported("an expansion as the end of a here-document"));
            };
            any_quoted |= *quoted;
            text.extend_from_slice(part);
        }
        let content = Rc::new(OnceCell::new());
        self.here.push_back(HereDocument {
            delimiter: text,
            quoted: any_quoted,
            strip_tabs,
            text: Rc::clone(&content),
        });
        Ok(content)
    }

    /// Reads the texts that follow a line with `<<`.
    pub(super) fn read_here_documents(&mut self) -> Result<(), SyntaxError> {
        while let Some(document) = self.here.pop_front() {
            let mut text = BString::default();
            let line = self.line;
            while self.position < self.text.len() {
                let rest = &self.text[self.position..];
                let length = rest.find_byte(b'\n').map_or(rest.len(), |end| end + 1);
                let mut content = BStr::new(&rest[..length]);
                if document.strip_tabs {
                    content = content.trim_start_with(|c| c == '\t').into();
                }
                let ends = content.strip_suffix(b"\n").unwrap_or(content) == document.delimiter;
                if !ends {
                    text.extend_from_slice(content);
                }
                self.position += length;
                self.line += 1;
                if ends {
                    break;
                }
            }
            let word = if document.quoted {
                Word(vec![Part::Literal { text, quoted: true }])
            } else {
                let end = self.line;
                self.line = line;
                let word = self.here_document(text)?;
                self.line = end;
                word
            };
            // The cell is empty: each document is read once.
            let _ = document.text.set(word);
        }
        Ok(())
    }
}

/// Words that begin a compound command.
const COMPOUND: [&[u8]; 6] = [b"{", b"if", b"while", b"until", b"for", b"case"];

/// Takes `name=value` apart.
fn assignment(word: &Word) -> Option<(BString, Word)> {
    let Some(Part::Literal {
        text,
        quoted: false,
    }) = word.0.first()
    else {
        return None;
    };
    let end = text.find_byte(b'=')?;
    if !is_name(&text[..end]) {
        return None;
    }
    let mut parts = word.0.clone();
    let rest: BString = text[end + 1..].into();
    if rest.is_empty() {
        parts.remove(0);
    } else {
        parts[0] = Part::Literal {
            text: rest,
            quoted: false,
        };
    }
    Some((text[..end].into(), Word(parts)))
}
