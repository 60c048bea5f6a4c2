//! From JSON to values, with the errors of the reference (`libexpr/json-to-value.cc` on nlohmann's `sax_parse`). Not recursive.

use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::symbol::Symbol;
use crate::value::Value;
use bstr::ByteSlice as _;
use drvlab_store::json_lexer::{Lexer, Token};

/// A list or set whose end has not been read.
enum Open {
    List(Vec<Value>),
    Set {
        members: Vec<(Symbol, Value, Pos)>,
        name: Symbol,
    },
}

impl Machine {
    /// Reads a JSON text. Of several members with one name the last counts.
    ///
    /// # Errors
    /// Syntax errors in the words of the reference's library, and numbers and strings that the language does not have.
    pub(crate) fn read_json(&mut self, text: &[u8], pos: Pos) -> Result<Value> {
        let mut reader = Reader {
            lexer: Lexer::new(text),
            token: Token::End,
            pos,
        };
        reader.advance();
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.tick()?;
            let mut value = match std::mem::replace(&mut reader.token, Token::End) {
                Token::BeginArray => {
                    reader.advance();
                    if reader.token != Token::EndArray {
                        open.push(Open::List(Vec::new()));
                        continue;
                    }
                    self.heap.list(&[])
                }
                Token::BeginObject => {
                    reader.advance();
                    if reader.token != Token::EndObject {
                        let name = reader.member_name(self)?;
                        open.push(Open::Set {
                            members: Vec::new(),
                            name,
                        });
                        continue;
                    }
                    self.heap.attrs_from(Vec::new())
                }
                Token::Null => Value::NULL,
                Token::True => Value::TRUE,
                Token::False => Value::FALSE,
                Token::String(string) => {
                    reader.check_nul(&string)?;
                    self.string(&string)
                }
                Token::Integer(number) => self.heap.int(number),
                Token::Unsigned(number) => match i64::try_from(number) {
                    Ok(number) => self.heap.int(number),
                    Err(_) => {
                        let message =
                            format!("unsigned json number {number} outside of Nix integer range");
                        return Err(EvalError::other(message, pos));
                    }
                },
                Token::Float(number) if number.is_finite() => self.heap.float(number),
                Token::Float(_) => {
                    return Err(decoding(reader.lexer.number_overflow(), pos));
                }
                Token::End if reader.lexer.bytes_read() == 1 => {
                    let message = "attempting to parse an empty input; check that your input string or stream contains the expected JSON";
                    return Err(decoding(reader.lexer.error(message.as_bytes()), pos));
                }
                token @ Token::Error(_) => {
                    reader.token = token;
                    return Err(reader.syntax_error("value", None));
                }
                token => {
                    reader.token = token;
                    return Err(reader.syntax_error("value", Some("'[', '{', or a literal")));
                }
            };
            // Put the value where it belongs, and close what ends after it.
            loop {
                let Some(innermost) = open.last_mut() else {
                    reader.advance();
                    if reader.token != Token::End {
                        return Err(reader.syntax_error("value", Some("end of input")));
                    }
                    return Ok(value);
                };
                reader.advance();
                let separated = reader.token == Token::ValueSeparator;
                match innermost {
                    Open::List(elements) => {
                        elements.push(value);
                        if separated {
                            reader.advance();
                            break;
                        }
                        if reader.token != Token::EndArray {
                            return Err(reader.syntax_error("array", Some("']'")));
                        }
                        self.check_memory(4 * elements.len(), pos)?;
                        value = self.heap.list(elements);
                    }
                    Open::Set { members, name } => {
                        members.push((*name, value, Pos::NONE));
                        if separated {
                            reader.advance();
                            *name = reader.member_name(self)?;
                            break;
                        }
                        if reader.token != Token::EndObject {
                            return Err(reader.syntax_error("object", Some("'}'")));
                        }
                        let mut members = std::mem::take(members);
                        members.reverse();
                        self.check_memory(8 * members.len(), pos)?;
                        value = self.heap.attrs_from(members);
                    }
                }
                open.pop();
            }
        }
    }
}

struct Reader<'a> {
    lexer: Lexer<'a>,
    token: Token,
    pos: Pos,
}

impl Reader<'_> {
    fn advance(&mut self) {
        self.token = self.lexer.next_token();
    }

    /// Takes the current token as the name of a member, and goes on to its value.
    fn member_name(&mut self, m: &mut Machine) -> Result<Symbol> {
        let Token::String(name) = &self.token else {
            return Err(self.syntax_error("object key", Some("string literal")));
        };
        self.check_nul(name)?;
        let name = m.symbols.intern(name);
        self.advance();
        if self.token != Token::NameSeparator {
            return Err(self.syntax_error("object separator", Some("':'")));
        }
        self.advance();
        Ok(name)
    }

    fn check_nul(&self, string: &[u8]) -> Result<()> {
        if !string.contains(&0) {
            return Ok(());
        }
        let shown = string.replace(b"\0", "␀");
        let message = [
            b"input string '".as_slice(),
            &shown,
            b"' cannot be represented as Nix string because it contains null bytes",
        ];
        Err(EvalError::other(message.concat(), self.pos))
    }

    fn syntax_error(&self, context: &str, expected: Option<&str>) -> Box<EvalError> {
        let message = self.lexer.syntax_error(&self.token, context, expected);
        decoding(message, self.pos)
    }
}

fn decoding(message: Vec<u8>, pos: Pos) -> Box<EvalError> {
    EvalError::other(message, pos).traced("while decoding a JSON string", pos)
}
