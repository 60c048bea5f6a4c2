//! TOML 1.0 as values, for `builtins.fromTOML`.
//!
//! Source of the rules: the TOML specification; of the messages: the reference's library, toml11. After the first error nothing more is
//! reported.

mod document;
mod parser;
mod report;

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
        self.check_memory(16 * text.len(), pos)?;
        let mut parser = parser::Parser::new(self, text);
        parser
            .document()
            .and_then(|()| parser.finish())
            .map_err(|message| {
                EvalError::other([b"while parsing TOML: ".as_slice(), &message].concat(), pos)
            })
    }
}
