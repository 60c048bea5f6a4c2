//! From bytes to tokens, with words taken apart into their parts.
//!
//! The parser asks for one token at a time, for `$( )` inside a word needs the parser itself.

use std::rc::Rc;

use bstr::{BStr, BString};

use super::parser::{Parser, SyntaxError};
use super::syntax::{Operation, Part, Word};

/// A token and the line it ends on.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: TokenKind,
    pub line: u32,
}

#[derive(Clone, Debug)]
pub enum TokenKind {
    Word(Word),
    /// A number directly before `<` or `>`.
    Descriptor(u8),
    Operator(&'static str),
    Newline,
    End,
}

/// Longest operators first.
const OPERATORS: [&str; 18] = [
    "<<-", "&&", "||", ";;", "<<", ">>", "<&", ">&", "<>", ">|", "<", ">", "|", "&", ";", "(", ")",
    "\n",
];

pub fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

pub fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(|&byte| is_name_start(byte)) && text.iter().all(|&b| is_name_byte(b))
}

/// Where a run of word parts ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    /// At a blank or an operator.
    WordEnd,
    /// At the closing `"`.
    Quote,
    /// At `}` of a parameter expansion; the flag tells whether that is inside double quotes.
    Brace { quoted: bool },
    /// At `))` of an arithmetic expansion.
    Arithmetic,
    /// At the end of the text: a here-document.
    End,
}

impl Parser {
    pub(super) fn peek_byte(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    pub(super) fn next_byte(&mut self) -> Option<u8> {
        let byte = self.peek_byte()?;
        self.position += 1;
        if byte == b'\n' {
            self.line += 1;
        }
        Some(byte)
    }

    pub(super) fn looking_at(&self, text: &[u8]) -> bool {
        self.text[self.position..].starts_with(text)
    }

    /// Passes over blanks, continued lines and a comment.
    fn skip_blanks(&mut self) {
        loop {
            if self.looking_at(b"\\\n") {
                self.next_byte();
                self.next_byte();
            } else if matches!(self.peek_byte(), Some(b' ' | b'\t')) {
                self.next_byte();
            } else if self.peek_byte() == Some(b'#') {
                while !matches!(self.peek_byte(), None | Some(b'\n')) {
                    self.next_byte();
                }
            } else {
                return;
            }
        }
    }

    pub(super) fn lex(&mut self) -> Result<Token, SyntaxError> {
        self.skip_blanks();
        if self.peek_byte().is_none() {
            return Ok(self.token(TokenKind::End));
        }
        if let Some(operator) = OPERATORS
            .iter()
            .find(|operator| self.looking_at(operator.as_bytes()))
        {
            for _ in 0..operator.len() {
                self.next_byte();
            }
            if *operator == "\n" {
                let token = self.token(TokenKind::Newline);
                self.read_here_documents()?;
                return Ok(token);
            }
            return Ok(self.token(TokenKind::Operator(operator)));
        }
        if let [digit @ b'0'..=b'9', b'<' | b'>', ..] = self.text[self.position..] {
            self.next_byte();
            return Ok(self.token(TokenKind::Descriptor(digit - b'0')));
        }
        let word = self.parts(Until::WordEnd)?;
        Ok(self.token(TokenKind::Word(word)))
    }

    fn token(&self, kind: TokenKind) -> Token {
        Token {
            kind,
            line: self.line,
        }
    }

    pub(super) fn here_document(&mut self, text: BString) -> Result<Word, SyntaxError> {
        let mut inner = self.nested(text)?;
        inner.parts(Until::End)
    }

    fn parts(&mut self, until: Until) -> Result<Word, SyntaxError> {
        self.enter()?;
        let mut parts = Vec::new();
        let in_quotes = match until {
            Until::WordEnd => false,
            Until::Quote | Until::Arithmetic | Until::End => true,
            Until::Brace { quoted } => quoted,
        };
        // Double quotes inside the word of `"${x-…}"` turn quoting off there.
        let mut quoted = in_quotes;
        let mut parentheses = 0_u32;
        if until == Until::WordEnd && self.peek_byte() == Some(b'~') {
            self.tilde(&mut parts);
        }
        loop {
            let Some(byte) = self.peek_byte() else {
                match until {
                    Until::WordEnd | Until::End => break,
                    Until::Quote => return Err(self.error("Unterminated quoted string")),
                    Until::Brace { .. } => return Err(self.error("Missing '}'")),
                    Until::Arithmetic => return Err(self.error("Missing '))'")),
                }
            };
            match (until, byte) {
                (
                    Until::WordEnd,
                    b' ' | b'\t' | b'\n' | b'<' | b'>' | b'|' | b'&' | b';' | b'(' | b')',
                )
                | (Until::Quote, b'"') => break,
                (Until::Brace { .. }, b'}') if quoted == in_quotes => break,
                (Until::Arithmetic, b')') if parentheses == 0 && self.looking_at(b"))") => break,
                (Until::Arithmetic, b'(') => {
                    parentheses += 1;
                    self.next_byte();
                    push(&mut parts, b'(', true);
                }
                (Until::Arithmetic, b')') => {
                    parentheses = parentheses.saturating_sub(1);
                    self.next_byte();
                    push(&mut parts, b')', true);
                }
                (_, b'\\') => {
                    self.next_byte();
                    self.backslash(until, quoted, &mut parts);
                }
                (_, b'$') => {
                    self.next_byte();
                    self.dollar(quoted, &mut parts)?;
                }
                (_, b'`') => {
                    self.next_byte();
                    let script = self.backquotes(quoted)?;
                    parts.push(Part::Substitution { script, quoted });
                }
                (Until::WordEnd | Until::Brace { quoted: false }, b'\'') if !quoted => {
                    self.next_byte();
                    let start = self.position;
                    while self.peek_byte() != Some(b'\'') {
                        if self.next_byte().is_none() {
                            return Err(self.error("Unterminated quoted string"));
                        }
                    }
                    let text = self.text[start..self.position].into();
                    self.next_byte();
                    parts.push(Part::Literal { text, quoted: true });
                }
                (Until::WordEnd, b'"') => {
                    self.next_byte();
                    // Even an empty string makes a word.
                    parts.push(Part::Literal {
                        text: BString::default(),
                        quoted: true,
                    });
                    parts.extend(self.parts(Until::Quote)?.0);
                    self.next_byte();
                }
                (Until::Brace { .. }, b'"') => {
                    self.next_byte();
                    quoted = !quoted;
                    parts.push(Part::Literal {
                        text: BString::default(),
                        quoted: true,
                    });
                }
                (Until::Arithmetic, b'"') => {
                    self.next_byte();
                }
                _ => {
                    self.next_byte();
                    push(&mut parts, byte, quoted);
                }
            }
        }
        self.leave();
        Ok(Word(parts))
    }

    fn backslash(&mut self, until: Until, quoted: bool, parts: &mut Vec<Part>) {
        let Some(next) = self.next_byte() else {
            push(parts, b'\\', true);
            return;
        };
        if next == b'\n' {
            return;
        }
        let escapes = match next {
            _ if !quoted => true,
            b'$' | b'`' | b'\\' => true,
            b'"' => until != Until::End,
            b'}' => matches!(until, Until::Brace { .. }),
            _ => false,
        };
        if !escapes {
            push(parts, b'\\', true);
        }
        push(parts, next, true);
    }

    fn tilde(&mut self, parts: &mut Vec<Part>) {
        let rest = &self.text[self.position + 1..];
        let length = rest
            .iter()
            .take_while(|&&byte| is_name_byte(byte) || matches!(byte, b'-' | b'.' | b'+'))
            .count();
        let ends = matches!(
            rest.get(length),
            None | Some(b'/' | b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b')')
        );
        if ends {
            parts.push(Part::Tilde(rest[..length].into()));
            self.position += 1 + length;
        }
    }

    /// Reads what stands behind `$`.
    fn dollar(&mut self, quoted: bool, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        if self.looking_at(b"((") {
            // Always arithmetic, as in dash, and never a subshell inside a substitution.
            self.position += 2;
            let expression = self.parts(Until::Arithmetic)?;
            self.position += 2;
            parts.push(Part::Arithmetic { expression, quoted });
            return Ok(());
        }
        match self.peek_byte() {
            Some(b'(') => {
                self.next_byte();
                let script = Rc::new(self.substitution()?);
                parts.push(Part::Substitution { script, quoted });
            }
            Some(b'{') => {
                self.next_byte();
                self.braces(quoted, parts)?;
            }
            Some(byte) if is_name_start(byte) => {
                let name = self.name();
                parts.push(value_of(name, quoted));
            }
            Some(byte @ (b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')) => {
                self.next_byte();
                parts.push(value_of(BStr::new(&[byte]).into(), quoted));
            }
            _ => push(parts, b'$', quoted),
        }
        Ok(())
    }

    fn name(&mut self) -> BString {
        let start = self.position;
        while self.peek_byte().is_some_and(is_name_byte) {
            self.position += 1;
        }
        self.text[start..self.position].into()
    }

    /// Reads what stands behind `${`.
    fn braces(&mut self, quoted: bool, parts: &mut Vec<Part>) -> Result<(), SyntaxError> {
        let length = self.peek_byte() == Some(b'#')
            && self
                .text
                .get(self.position + 1)
                .is_some_and(|&byte| byte != b'}');
        if length {
            self.next_byte();
        }
        let name = match self.peek_byte() {
            Some(byte) if is_name_start(byte) => self.name(),
            Some(byte) if byte.is_ascii_digit() => self.name(),
            Some(byte @ (b'@' | b'*' | b'#' | b'?' | b'-' | b'$' | b'!')) => {
                self.next_byte();
                BStr::new(&[byte]).into()
            }
            _ => BString::default(),
        };
        let until = Until::Brace { quoted };
        let colon = self.peek_byte() == Some(b':');
        let operator = if colon {
            self.text.get(self.position + 1).copied()
        } else {
            self.peek_byte()
        };
        let bad =
            name.is_empty() || (name[0].is_ascii_digit() && !name.iter().all(u8::is_ascii_digit));
        let known = match operator {
            Some(b'}') => !colon,
            Some(b'-' | b'=' | b'?' | b'+') => !length,
            Some(b'%' | b'#') => !colon && !length,
            None => return Err(self.error("Missing '}'")),
            _ => false,
        };
        if bad || !known {
            self.parts(until)?;
            self.next_byte();
            parts.push(Part::BadSubstitution);
            return Ok(());
        }
        if colon {
            self.next_byte();
        }
        let operator = self.next_byte().unwrap_or(b'}');
        if operator == b'}' {
            let operation = if length {
                Operation::Length
            } else {
                Operation::Value
            };
            parts.push(Part::Parameter {
                name,
                operation,
                quoted,
            });
            return Ok(());
        }
        let longest = matches!(operator, b'%' | b'#') && self.peek_byte() == Some(operator);
        if longest {
            self.next_byte();
        }
        // Patterns have their own quoting, even inside double quotes.
        let word = self.parts(if matches!(operator, b'%' | b'#') {
            Until::Brace { quoted: false }
        } else {
            until
        })?;
        self.next_byte();
        let operation = match operator {
            b'-' => Operation::Default {
                word,
                or_empty: colon,
            },
            b'=' => Operation::Assign {
                word,
                or_empty: colon,
            },
            b'?' => Operation::Require {
                word,
                or_empty: colon,
            },
            b'+' => Operation::Alternative {
                word,
                or_empty: colon,
            },
            b'%' => Operation::TrimSuffix {
                pattern: word,
                longest,
            },
            _ => Operation::TrimPrefix {
                pattern: word,
                longest,
            },
        };
        parts.push(Part::Parameter {
            name,
            operation,
            quoted,
        });
        Ok(())
    }

    /// Reads the script between backquotes, in which backslashes escape.
    fn backquotes(&mut self, quoted: bool) -> Result<Rc<super::syntax::List>, SyntaxError> {
        let mut text = BString::default();
        loop {
            match self.next_byte() {
                None => return Err(self.error("EOF in backquote substitution")),
                Some(b'`') => break,
                Some(b'\\') => match self.next_byte() {
                    Some(b'\n') => {}
                    Some(byte) => {
                        let escaped =
                            matches!(byte, b'$' | b'`' | b'\\') || (quoted && byte == b'"');
                        if !escaped {
                            text.push(b'\\');
                        }
                        text.push(byte);
                    }
                    None => text.push(b'\\'),
                },
                Some(byte) => text.push(byte),
            }
        }
        let mut inner = self.nested(text)?;
        Ok(Rc::new(inner.whole()?))
    }
}

fn value_of(name: BString, quoted: bool) -> Part {
    Part::Parameter {
        name,
        operation: Operation::Value,
        quoted,
    }
}

/// Appends a byte to the literal at the end.
fn push(parts: &mut Vec<Part>, byte: u8, is_quoted: bool) {
    if let Some(Part::Literal { text, quoted }) = parts.last_mut()
        && *quoted == is_quoted
    {
        text.push(byte);
        return;
    }
    parts.push(Part::Literal {
        text: BStr::new(&[byte]).into(),
        quoted: is_quoted,
    });
}
