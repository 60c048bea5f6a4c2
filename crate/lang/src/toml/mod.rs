//! TOML 1.0 as values, for `builtins.fromTOML`.
//!
//! Source of the rules: the TOML specification; of the messages, and of how reading goes on after the first error: the reference's
//! library, toml11.

mod date;
mod document;
mod name_order;
mod number;
mod parser;
mod recovery;
mod report;
mod string;

use crate::error::{EvalError, Result};
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;

impl Machine {
    /// Reads a TOML document.
    ///
    /// # Errors
    /// Syntax errors, names defined twice, dates and times, and strings with NUL bytes.
    #[inline]
    pub(crate) fn read_toml(&mut self, text: &[u8], pos: Pos) -> Result<Value> {
        self.check_memory(32 * text.len(), pos)?;
        let ends_line = matches!(text.last(), None | Some(b'\n' | b'\r'));
        let text = [text, if ends_line { b"" } else { b"\n" }].concat();
        let mut parser = parser::Parser::new(self, &text);
        parser.document()?;
        parser.finish().map_err(|message| {
            EvalError::other([b"while parsing TOML: ".as_slice(), &message].concat(), pos)
        })
    }
}
