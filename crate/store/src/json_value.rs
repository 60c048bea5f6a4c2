//! JSON as data: what is read of structured attributes, realisations and derivations, and what is written of them.
//!
//! It reads and writes what the reference's library (nlohmann) does, members sorted by name; only nesting has a limit here. It is not what
//! serialised reports go through, and not how the language reads JSON, which has values of its own for it.

use std::fmt;

use crate::OrderedMap;
use crate::json_lexer::{Lexer, Token};
use crate::{json_number, json_string};

/// Arrays and objects may be nested as deep as this, so that nothing that recurses over a value takes more stack than there is.
const MAX_DEPTH: usize = 128;

/// The members of an object.
pub type Members = OrderedMap<String, Json>;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    /// An integer without sign.
    Unsigned(u64),
    /// An integer with sign.
    Integer(i64),
    /// Any other number; finite.
    Float(f64),
    String(String),
    Array(Vec<Json>),
    Object(Members),
}

/// Why a text is no JSON, in the words of the reference's library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonSyntaxError(pub String);

impl fmt::Display for JsonSyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonSyntaxError {}

/// Layout of JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Without any white space, as the reference prints into a pipe.
    Compact,
    /// Indented by two spaces, as the reference prints to a terminal or with `--pretty`.
    Pretty,
}

impl Json {
    /// Reads a text. Of several members with one name the last counts.
    ///
    /// # Errors
    /// Syntax errors, numbers that are too large, and arrays and objects that are nested deeper than 128.
    pub fn parse(text: &[u8]) -> Result<Self, JsonSyntaxError> {
        let mut reader = Reader {
            lexer: Lexer::new(text),
            token: Token::End,
        };
        reader.advance();
        let value = reader.value(0)?;
        match reader.token {
            Token::End => Ok(value),
            _ => Err(reader.syntax_error("value", Some("end of input"))),
        }
    }

    /// Makes an object.
    pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        let members = members.into_iter();
        Self::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// Makes an array of strings.
    pub fn strings(strings: impl IntoIterator<Item = String>) -> Self {
        Self::Array(strings.into_iter().map(Self::String).collect())
    }

    /// Returns a member of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// Returns the members of an object.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Returns the elements of an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a boolean.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns an integer that has no sign.
    #[must_use]
    pub const fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            _ => None,
        }
    }

    /// Returns the text without a newline at the end.
    #[must_use]
    pub fn to_text(&self, layout: Layout) -> String {
        let mut writer = Writer {
            text: Vec::new(),
            layout,
            depth: 0,
        };
        writer.value(self);
        String::from_utf8(writer.text).expect("strings and all around them are UTF-8")
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

/// Reads values; recursion is bounded by the limit of depth.
struct Reader<'a> {
    lexer: Lexer<'a>,
    token: Token,
}

impl Reader<'_> {
    fn advance(&mut self) {
        self.token = self.lexer.next_token();
    }

    fn take(&mut self) -> Token {
        std::mem::replace(&mut self.token, Token::End)
    }

    fn syntax_error(&self, context: &str, expected: Option<&str>) -> JsonSyntaxError {
        error(self.lexer.syntax_error(&self.token, context, expected))
    }

    /// Reads a value, and the token after it.
    fn value(&mut self, depth: usize) -> Result<Json, JsonSyntaxError> {
        if depth > MAX_DEPTH {
            let reason = format!("arrays and objects are nested deeper than {MAX_DEPTH}");
            return Err(error(self.lexer.error(reason.as_bytes())));
        }
        let value = match self.take() {
            Token::Null => Json::Null,
            Token::True => Json::Bool(true),
            Token::False => Json::Bool(false),
            Token::String(bytes) => Json::String(text(bytes)),
            Token::Unsigned(number) => Json::Unsigned(number),
            Token::Integer(number) => Json::Integer(number),
            Token::Float(number) if number.is_finite() => Json::Float(number),
            Token::Float(_) => return Err(error(self.lexer.number_overflow())),
            Token::BeginArray => Json::Array(self.elements(depth)?),
            Token::BeginObject => Json::Object(self.members(depth)?),
            token => {
                let expected =
                    (!matches!(token, Token::Error(_))).then_some("'[', '{', or a literal");
                self.token = token;
                return Err(self.syntax_error("value", expected));
            }
        };
        self.advance();
        Ok(value)
    }

    /// Reads elements up to the end of an array, which stays the current token.
    fn elements(&mut self, depth: usize) -> Result<Vec<Json>, JsonSyntaxError> {
        let mut elements = Vec::new();
        self.advance();
        if self.token == Token::EndArray {
            return Ok(elements);
        }
        loop {
            elements.push(self.value(depth + 1)?);
            match self.token {
                Token::ValueSeparator => self.advance(),
                Token::EndArray => return Ok(elements),
                _ => return Err(self.syntax_error("array", Some("']'"))),
            }
        }
    }

    /// Reads members up to the end of an object, which stays the current token.
    fn members(&mut self, depth: usize) -> Result<Members, JsonSyntaxError> {
        let mut members = Members::new();
        self.advance();
        if self.token == Token::EndObject {
            return Ok(members);
        }
        loop {
            let name = match self.take() {
                Token::String(name) => text(name),
                token => {
                    self.token = token;
                    return Err(self.syntax_error("object key", Some("string literal")));
                }
            };
            self.advance();
            if self.token != Token::NameSeparator {
                return Err(self.syntax_error("object separator", Some("':'")));
            }
            self.advance();
            members.insert(name, self.value(depth + 1)?);
            match self.token {
                Token::ValueSeparator => self.advance(),
                Token::EndObject => return Ok(members),
                _ => return Err(self.syntax_error("object", Some("'}'"))),
            }
        }
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the lexer lets only UTF-8 through")
}

/// What a message shows of a broken text need not be UTF-8.
fn error(message: Vec<u8>) -> JsonSyntaxError {
    JsonSyntaxError(String::from_utf8_lossy(&message).into_owned())
}

struct Writer {
    text: Vec<u8>,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.text.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: &Json) {
        match value {
            Json::Null => self.put("null"),
            Json::Bool(true) => self.put("true"),
            Json::Bool(false) => self.put("false"),
            Json::Unsigned(number) => self.put(&number.to_string()),
            Json::Integer(number) => self.put(&number.to_string()),
            Json::Float(number) => self.put(&json_number::float(*number)),
            Json::String(text) => json_string::append(text, &mut self.text),
            Json::Array(elements) => {
                self.put("[");
                for (index, element) in elements.iter().enumerate() {
                    self.begin(index);
                    self.value(element);
                    self.depth -= 1;
                }
                self.end(elements.len(), "]");
            }
            Json::Object(members) => {
                self.put("{");
                for (index, (name, member)) in members.iter().enumerate() {
                    self.begin(index);
                    json_string::append(name, &mut self.text);
                    self.put(match self.layout {
                        Layout::Compact => ":",
                        Layout::Pretty => ": ",
                    });
                    self.value(member);
                    self.depth -= 1;
                }
                self.end(members.len(), "}");
            }
        }
    }

    /// Begins an element or member, one level further in.
    fn begin(&mut self, index: usize) {
        if index > 0 {
            self.put(",");
        }
        self.depth += 1;
        self.break_line();
    }

    fn end(&mut self, count: usize, bracket: &str) {
        if count > 0 {
            self.break_line();
        }
        self.put(bracket);
    }

    fn break_line(&mut self) {
        if self.layout == Layout::Pretty {
            self.text.push(b'\n');
            self.text.resize(self.text.len() + 2 * self.depth, b' ');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `nix derivation show` of Nix 2.34.8 prints them after `nix derivation add`.
    #[test]
    fn texts_come_out_as_the_reference_writes_them() {
        let compact =
            |text: &str| Json::parse(text.as_bytes()).map(|json| json.to_text(Layout::Compact));
        for (text, written) in [
            (
                r#" { "b" : [ 1 , -2 , 1.5e20 , 1e-7 ] , "a" : null } "#,
                r#"{"a":null,"b":[1,-2,1.5e+20,1e-07]}"#,
            ),
            (r#"{"a":1,"a":{}}"#, r#"{"a":{}}"#),
            ("-0", "0"),
            ("-0.0", "-0.0"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            (r#""\u00e9\ud83d\ude00\u0001\/\n""#, "\"é😀\\u0001/\\n\""),
            ("[true,false,[],{}]", "[true,false,[],{}]"),
        ] {
            assert_eq!(compact(text).as_deref(), Ok(written));
        }
        let pretty =
            Json::parse(br#"{"a":[1,{}],"b":[]}"#).map(|json| json.to_text(Layout::Pretty));
        assert_eq!(
            pretty.as_deref(),
            Ok("{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
        );
    }

    #[test]
    fn errors_are_those_of_the_reference() {
        let message = |text: &str| Json::parse(text.as_bytes()).expect_err("broken").0;
        for (text, expected) in [
            (
                "{",
                "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing object key - unexpected end of input; expected string literal",
            ),
            (
                "[1",
                "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing array - unexpected end of input; expected ']'",
            ),
            (
                "1 2",
                "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while parsing value - unexpected number literal; expected end of input",
            ),
            (
                "1e999",
                "[json.exception.out_of_range.406] number overflow parsing '1e999'",
            ),
        ] {
            assert_eq!(message(text), expected);
        }
        let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(Json::parse(deep(MAX_DEPTH).as_bytes()).is_ok());
        assert!(message(&deep(1_000_000)).ends_with("nested deeper than 128"));
    }
}
