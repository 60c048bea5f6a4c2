//! Values as the command line prints them.

use crate::error::Result;
use crate::eval::direct::{Stk, deep, json};
use crate::json_text::JsonText;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;

impl Machine {
    /// Prints a value as `nix-instantiate --eval` does. If `strict`, all of it is evaluated first; otherwise what has not been
    /// evaluated is `<CODE>`.
    ///
    /// # Errors
    /// What evaluation says.
    pub fn print_value(&mut self, value: Value, strict: bool) -> Result<Vec<u8>> {
        let value = if strict { deep::force_deep(&mut Stk, self, value)? } else { self.force(value)? };
        Ok(self.print_plain(value, strict))
    }

    /// Prints a value as `nix-instantiate --eval --json` does.
    ///
    /// # Errors
    /// What evaluation says, or that the value has no form in JSON.
    pub fn print_json(&mut self, value: Value) -> Result<Vec<u8>> {
        let mut text = JsonText::default();
        json::append(&mut Stk, self, value, true, Pos::NONE, &mut text)?;
        Ok(text.bytes)
    }
}
