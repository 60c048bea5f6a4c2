//! The parser. It recurses over nested arrays and inline tables, up to a limit.

use super::document::{Conflict, Item, Member, Name, Origin, Table};
use super::{name_order, report};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;
use drvlab_store::HashedMap;
use std::ops::Range;

/// Arrays and inline tables may be nested this deep, and keys may have this many parts.
pub(super) const MAX_DEPTH: usize = 128;

const KEY_HINT: &str = "Hint: non-ASCII scripts are allowed in toml v1.1.0, but not in v1.0.0.\n";

/// The message of an error; an empty one has been reported already.
pub(super) type Message = Vec<u8>;

/// The parts of a key and where it is written.
pub(super) struct Key {
    names: Vec<Name>,
    place: Range<usize>,
}

pub(super) struct Parser<'a> {
    pub(super) m: &'a mut Machine,
    /// The document; its last line has an end.
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    root: Table,
    /// The names so far; they become symbols when their order is known.
    names: HashedMap<Vec<u8>, Name>,
    /// In how many arrays, tables and parts of their keys this is.
    depth: usize,
    /// All errors so far, and the last of them.
    errors: Message,
    last_error: Message,
}

/// Where the keys of a table belong.
enum Place<'k> {
    Root,
    Below(&'k Key),
    /// To a table that cannot be: only its errors count.
    Nowhere(Table),
}

impl<'a> Parser<'a> {
    #[inline]
    pub fn new(m: &'a mut Machine, text: &'a [u8]) -> Self {
        // A mark of byte order is allowed at the start.
        let at = if text.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        Parser {
            m,
            text,
            at,
            root: Table::new(Origin::Header),
            names: HashedMap::new(),
            depth: 0,
            errors: Vec::new(),
            last_error: Vec::new(),
        }
    }

    /// Makes the value of what has been read, or says what was wrong.
    #[inline]
    pub fn finish(&mut self) -> Result<Value, Message> {
        if !self.errors.is_empty() {
            return Err(std::mem::take(&mut self.errors));
        }
        let root = std::mem::replace(&mut self.root, Table::new(Origin::Header));
        let names = std::mem::take(&mut self.names).into_iter();
        let with_hash = |(name, _): (Vec<u8>, Name)| {
            let hash = name_order::hash(&name);
            (name, hash)
        };
        root.into_value(self.m, &names.map(with_hash).collect::<Vec<_>>())
    }

    #[inline]
    fn number_of(&mut self, name: Vec<u8>) -> Name {
        let next = self.names.len() as Name;
        *self.names.entry(name).or_insert(next)
    }

    #[inline]
    fn report(&mut self, message: Message) {
        if !message.is_empty() {
            self.errors.extend_from_slice(&message);
            self.last_error = message;
        }
    }

    /// Reads a whole document.
    ///
    /// # Errors
    /// Only when there is too much to report; what is wrong with the document is for [`Parser::finish`].
    #[inline]
    pub fn document(&mut self) -> crate::error::Result<()> {
        self.first_comments();
        self.table(Place::Root)?;
        while self.at < self.text.len() {
            self.skip_lines();
            let header = self.header().and_then(|header| {
                self.after_header()?;
                Ok(header)
            });
            let (key, is_array) = match header {
                Ok(header) => header,
                Err(message) => {
                    self.report(message);
                    self.skip_to_header();
                    continue;
                }
            };
            let opened = self.root.open(&key.names, &key.place, is_array).map(|_| ());
            let place = match opened {
                Ok(()) => Place::Below(&key),
                Err(conflict) => {
                    let message = self.conflict(&conflict, &key.place);
                    self.report(message);
                    Place::Nowhere(Table::new(Origin::Header))
                }
            };
            self.table(place)?;
        }
        Ok(())
    }

    /// Reads the comments that a document begins with, which are about all of it if an empty line follows.
    #[inline]
    fn first_comments(&mut self) {
        let start = self.at;
        while self.at < self.text.len() {
            match self.comment() {
                Ok(true) => {}
                Ok(false) => {
                    self.skip_blanks();
                    if !self.take_newline() {
                        self.at = start;
                    }
                    return;
                }
                Err(message) => {
                    self.report(message);
                    self.skip_comments();
                }
            }
        }
    }

    /// Reads keys and values up to the next header, and behind all that if something is wrong.
    #[inline]
    fn table(&mut self, mut place: Place<'_>) -> crate::error::Result<()> {
        let before = self.errors.len();
        let mut is_new_line = true;
        loop {
            self.m.tick()?;
            self.m.check_memory(self.errors.len(), Pos::NONE)?;
            let start = self.at;
            is_new_line |= self.skip_lines();
            match self.peek() {
                None => break,
                Some(b'[') => {
                    self.at = start;
                    break;
                }
                Some(_) => {}
            }
            if !std::mem::take(&mut is_new_line) {
                let title = "toml::parse_table: newline (LF / CRLF) or EOF is expected";
                let message = self.error(title, self.at, "here");
                self.report(message);
                break;
            }
            match self.key_value() {
                Ok((key, member)) => {
                    match self.comment() {
                        Ok(found) => is_new_line = found,
                        Err(message) => self.report(message),
                    }
                    let table = match &mut place {
                        Place::Root => &mut self.root,
                        Place::Below(key) => current(&mut self.root, &key.names),
                        Place::Nowhere(table) => table,
                    };
                    if let Err(conflict) = table.insert(&key.names, &key.place, member) {
                        let message = self.conflict(&conflict, &key.place);
                        self.report(message);
                    }
                }
                Err(message) => {
                    self.report(message);
                    self.skip_key_value();
                }
            }
        }
        if self.errors.len() > before {
            self.skip_to_header();
        }
        Ok(())
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    pub(super) fn error(&self, title: &str, at: usize, label: &str) -> Message {
        report::at(self.text, title, at..at + 1, label)
    }

    /// Makes the error for what ends nowhere, or too early.
    #[inline]
    pub(super) fn unfinished(&self, title: &str, label: &str) -> Message {
        if self.at < self.text.len() {
            self.error(title, self.at, label)
        } else {
            report::at_end(self.text, title, label)
        }
    }

    #[inline]
    pub(super) fn error_with_hints(
        &self,
        title: &str,
        at: usize,
        label: &str,
        hints: &str,
    ) -> Message {
        [self.error(title, at, label), hints.as_bytes().to_vec()].concat()
    }

    #[inline]
    fn conflict(&self, conflict: &Conflict, place: &Range<usize>) -> Message {
        let other = (conflict.other.clone(), conflict.other_label);
        report::between(
            self.text,
            conflict.title,
            (place.clone(), conflict.label),
            other,
        )
    }

    #[inline]
    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    #[inline]
    pub(super) fn take_newline(&mut self) -> bool {
        if self.text[self.at..].starts_with(b"\r\n") {
            self.at += 2;
            return true;
        }
        self.take(b'\n')
    }

    /// Skips the characters of a comment.
    #[inline]
    fn skip_comment_text(&mut self) {
        while let (Some(character), length) = bstr::decode_utf8(&self.text[self.at..]) {
            if character != '\t' && character.is_ascii_control() {
                break;
            }
            self.at += length;
        }
    }

    /// Takes blanks, a comment and the end of its line, or nothing if there is no comment; says whether there is one.
    ///
    /// # Errors
    /// When characters are in it that must not be; it has been skipped then.
    #[inline]
    fn comment(&mut self) -> Result<bool, Message> {
        let start = self.at;
        self.skip_blanks();
        if self.peek() != Some(b'#') {
            self.at = start;
            return Ok(false);
        }
        self.skip_comment_text();
        if self.at == self.text.len() || self.take_newline() {
            return Ok(true);
        }
        self.at += 1;
        self.skip_to(|byte| byte == b'\n');
        self.at += usize::from(self.at < self.text.len());
        let title = "toml::parse_comment_line: newline (LF / CRLF) or EOF is expected";
        let hint = "Hint: most of the control characters are not allowed in comments";
        let message = if self.text.ends_with(b"\n") {
            self.unfinished(title, "but got this")
        } else {
            self.error(title, self.at.min(self.text.len() - 1), "but got this")
        };
        Err([message, hint.into()].concat())
    }

    /// Skips blanks, ends of lines, and comments in which nothing is wrong; says whether a line has ended.
    #[inline]
    fn skip_lines(&mut self) -> bool {
        let mut has_ended = false;
        loop {
            self.skip_blanks();
            let start = self.at;
            if self.peek() == Some(b'#') {
                self.skip_comment_text();
            }
            if self.at > start && self.at == self.text.len() {
                return true;
            }
            if !self.take_newline() {
                self.at = start;
                return has_ended;
            }
            has_ended = true;
        }
    }

    /// Reads the rest of a header's line.
    #[inline]
    fn after_header(&mut self) -> Result<(), Message> {
        if self.comment()? {
            return Ok(());
        }
        self.skip_blanks();
        if self.at < self.text.len() && !self.take_newline() {
            let title = "toml::parse_file: newline (or EOF) expected";
            return Err(self.error(title, self.at, "expected 0x0a(LINE FEED) or \r\n"));
        }
        Ok(())
    }

    /// Reads `[a.b]` or `[[a.b]]`.
    #[inline]
    fn header(&mut self) -> Result<(Key, bool), Message> {
        let start = self.at;
        self.at += 1;
        let is_array = self.take(b'[');
        let (title, end) = if is_array {
            ("toml::parse_file: invalid array-table key", "]]")
        } else {
            ("toml::parse_file: invalid table key", "]")
        };
        self.skip_blanks();
        let key_start = self.at;
        let Some((key, wrong)) = self.header_key()? else {
            let label = "expected basic key([a-zA-Z0-9_-]) or quoted key(\" or ')";
            return Err(self.error(title, key_start, label));
        };
        self.skip_blanks();
        if !self.text[self.at..].starts_with(end.as_bytes()) {
            return Err(self.error(title, self.at, &format!("expected {end}")));
        }
        self.at += end.len();
        if let Some(wrong) = wrong {
            let title = "toml::parse_file: invalid table key";
            return Err(self.error(title, wrong, "expected ["));
        }
        Ok((
            Key {
                names: key.names,
                place: start..self.at,
            },
            is_array,
        ))
    }

    /// Reads the key of a header as far as it is one: a dot that nothing follows is no part of it. A part with a wrong code point is one,
    /// for now: returns where the first of these ends, too.
    #[inline]
    pub(super) fn header_key(&mut self) -> Result<Option<(Key, Option<usize>)>, Message> {
        let start = self.at;
        let mut end = start;
        let mut names = Vec::new();
        let mut wrong = None;
        loop {
            let part = self.at;
            let name = match self.simple_key() {
                Ok(name) => name,
                Err(_) if self.at == part => break,
                Err(_) => {
                    wrong = wrong.or(Some(self.at));
                    Vec::new()
                }
            };
            names.push(self.number_of(name));
            if names.len() > MAX_DEPTH {
                return Err(self.error("a key with too many parts", self.at, "here"));
            }
            end = self.at;
            self.skip_blanks();
            if !self.take(b'.') {
                break;
            }
            self.skip_blanks();
        }
        self.at = end;
        let place = start..end;
        Ok((!names.is_empty()).then_some((Key { names, place }, wrong)))
    }

    /// Reads a key, perhaps with dots.
    #[inline]
    fn key(&mut self) -> Result<Key, Message> {
        let start = self.at;
        let mut names = Vec::new();
        loop {
            let name = self.simple_key()?;
            names.push(self.number_of(name));
            if names.len() > MAX_DEPTH {
                return Err(self.error("a key with too many parts", self.at, "here"));
            }
            let end = self.at;
            self.skip_blanks();
            if !self.take(b'.') {
                self.at = end;
                return Ok(Key {
                    names,
                    place: start..end,
                });
            }
            self.skip_blanks();
        }
    }

    #[inline]
    fn simple_key(&mut self) -> Result<Vec<u8>, Message> {
        match self.peek() {
            Some(b'"' | b'\'') => self.quoted_key(),
            _ => {
                let is_bare =
                    |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
                let len = self.text[self.at..].iter().take_while(is_bare).count();
                if len == 0 {
                    let title = "toml::parse_simple_key: invalid key: key must be \"quoted\", 'quoted-literal', or bare key.";
                    let label = "expected alpha [a-zA-Z], digit [0-9], -, or _";
                    return Err(self.error_with_hints(title, self.at, label, KEY_HINT));
                }
                self.at += len;
                Ok(self.text[self.at - len..self.at].to_vec())
            }
        }
    }

    #[inline]
    fn key_value(&mut self) -> Result<(Key, Member), Message> {
        let start = self.at;
        let key = match self.key() {
            Ok(key) => key,
            Err(message) => {
                self.at = start;
                return Err(message);
            }
        };
        self.skip_blanks();
        if !self.take(b'=') {
            let title = "toml::parse_key_value_pair: invalid key value separator `=`";
            let message = self.error(title, self.at, "expected =");
            self.at = start;
            return Err(message);
        }
        self.skip_blanks();
        let start = self.at;
        self.depth += key.names.len() - 1;
        let item = self.value();
        self.depth -= key.names.len() - 1;
        let place = start..self.at;
        Ok((key, Member { item: item?, place }))
    }

    #[inline]
    fn value(&mut self) -> Result<Item, Message> {
        let value = match self.peek() {
            Some(b'"' | b'\'') => {
                let string = self.string()?;
                if string.contains(&0) {
                    return Ok(Item::NulString(string));
                }
                self.m.string(&string)
            }
            Some(b'[' | b'{') => {
                if self.depth >= MAX_DEPTH {
                    return Err(self.error("values are nested too deeply", self.at, "here"));
                }
                self.depth += 1;
                let item = if self.peek() == Some(b'[') {
                    self.array()
                } else {
                    self.inline_table()
                };
                self.depth -= 1;
                return item;
            }
            Some(b't' | b'f' | b'T' | b'F') => {
                let rest = &self.text[self.at..];
                let (value, len) = if rest.starts_with(b"true") {
                    (Value::TRUE, 4)
                } else if rest.starts_with(b"false") {
                    (Value::FALSE, 5)
                } else {
                    let title = match rest[0] {
                        b'T' => {
                            "toml::parse_value: `true` must be in lowercase. A string must be surrounded by quotes."
                        }
                        b'F' => {
                            "toml::parse_value: `false` must be in lowercase. A string must be surrounded by quotes."
                        }
                        _ => {
                            "toml::parse_boolean: invalid boolean: boolean must be `true` or `false`, in lowercase. string must be surrounded by `\"`"
                        }
                    };
                    return Err(self.error(title, self.at, "expected true or false"));
                };
                self.at += len;
                value
            }
            Some(b'_') => return Err(self.leading_underscore()),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'i' | b'n' | b'I' | b'N') => {
                if self.date()? {
                    return Ok(Item::Date);
                }
                self.number()?
            }
            _ => return Err(self.unknown_value()),
        };
        Ok(Item::Value(value))
    }

    #[inline]
    pub(super) fn unknown_value(&self) -> Message {
        self.error("bad format: unknown value appeared", self.at, "here")
    }

    #[inline]
    fn array(&mut self) -> Result<Item, Message> {
        self.at += 1;
        let mut elements = Vec::new();
        let before = self.errors.len();
        let mut has_comma = true;
        self.skip_lines();
        while !matches!(self.peek(), None | Some(b']')) {
            if !has_comma {
                let title = "toml::parse_array: expected value-separator `,` or closing `]`";
                return Err(self.error(title, self.at, "here"));
            }
            match self.value() {
                Ok(element) => elements.push(element),
                Err(message) => {
                    self.report(message);
                    // What does not look like a value belongs behind the array.
                    let start = self.at;
                    self.skip_value();
                    if self.at <= start {
                        break;
                    }
                    continue;
                }
            }
            self.skip_lines();
            has_comma = self.take(b',');
            if let Err(message) = self.comment() {
                self.report(message);
            }
            self.skip_lines();
        }
        if !self.take(b']') {
            let title = "toml::parse_array: missing closing bracket `]`";
            return Err(self.unfinished(title, "expected `]`, reached EOF"));
        }
        if self.errors.len() > before {
            // Whoever reads the array reports the last error once more.
            return Err(self.last_error.clone());
        }
        Ok(Item::Array(elements))
    }

    #[inline]
    fn inline_table(&mut self) -> Result<Item, Message> {
        self.at += 1;
        let mut table = Table::new(Origin::Dotted);
        let before = self.errors.len();
        let (mut is_first, mut has_comma) = (true, false);
        self.skip_blanks();
        while let Some(byte) = self.peek() {
            if byte == b'}' {
                if has_comma {
                    let title =
                        "toml::parse_inline_table: trailing comma is not allowed in TOML-v1.0.0)";
                    return Err(self.error(title, self.at, "here"));
                }
                break;
            }
            if !is_first && !has_comma {
                let title = "toml::parse_inline_table: expected value-separator `,` or closing `}`";
                return Err(self.error(title, self.at, "here"));
            }
            is_first = false;
            let (key, member) = match self.key_value() {
                Ok(read) => read,
                Err(message) => {
                    self.report(message);
                    self.skip_to(|byte| matches!(byte, b'}' | b'\n'));
                    break;
                }
            };
            if let Err(conflict) = table.insert(&key.names, &key.place, member) {
                let message = self.conflict(&conflict, &key.place);
                self.report(message);
                self.skip_to(|byte| matches!(byte, b',' | b'\n' | b'}'));
                has_comma = self.peek() == Some(b',');
                continue;
            }
            self.skip_blanks();
            has_comma = self.take(b',');
            self.skip_blanks();
        }
        if !self.take(b'}') {
            let title = "toml::parse_inline_table: missing closing bracket `}`";
            return Err(self.unfinished(title, "expected `}`, reached line end"));
        }
        if self.errors.len() > before {
            return Err(Message::new());
        }
        Ok(Item::InlineTable(Box::new(table)))
    }
}

/// Finds the table that the last header opened.
#[inline]
fn current<'t>(root: &'t mut Table, names: &[Name]) -> &'t mut Table {
    let mut table = root;
    for name in names {
        let member = table
            .members
            .get_mut(name)
            .expect("the header has been opened");
        table = match &mut member.item {
            Item::Table(table) => table,
            Item::Tables(tables) => tables
                .last_mut()
                .expect("an array of tables is made with its first table"),
            _ => unreachable!("a header opens tables only"),
        };
    }
    table
}
