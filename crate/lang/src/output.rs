//! Values as the command line prints them.

use crate::coercion::Coercion;
use crate::error::{EvalError, Result};
use crate::eval::direct::{Stk, coerce, deep, json, xml};
use crate::json_text::JsonText;
use crate::machine::Machine;
use crate::source::Pos;
use crate::value::Value;
use crate::xml_text::XmlText;

impl Machine {
    /// Prints a value as `nix-instantiate --eval` does. If `strict`, all of it is evaluated first; otherwise what has not been
    /// evaluated is `<CODE>`.
    ///
    /// # Errors
    /// What evaluation says.
    #[inline]
    pub fn print_value(&mut self, value: Value, strict: bool) -> Result<Vec<u8>> {
        let value = if strict {
            deep::force_deep(&mut Stk, self, value, false)?
        } else {
            self.force(value)?
        };
        Ok(self.print_plain(value, strict))
    }

    /// Prints a value as `nix-instantiate --eval --json` does. If `strict`, all of it is evaluated; otherwise what has not been evaluated
    /// is an error. What comes before a string that is not UTF-8 is in `out`, too.
    ///
    /// # Errors
    /// What evaluation says, or that the value has no form in JSON.
    #[inline]
    pub fn print_json(&mut self, value: Value, strict: bool, out: &mut Vec<u8>) -> Result<()> {
        let value = self.force(value)?;
        let mut text = JsonText {
            lazy: !strict,
            ..JsonText::default()
        };
        let pos = self.function_pos(value);
        json::append(&mut Stk, self, value, true, pos, &mut text)?;
        *out = text.bytes;
        if let Some((reason, at)) = text.invalid {
            out.truncate(at);
            out.push(b'"');
            let message = format!("JSON serialization error: {reason}");
            return Err(EvalError::other(message, Pos::NONE));
        }
        Ok(())
    }

    /// Prints a value as `nix-instantiate --eval --xml` does. If `strict`, all of it is evaluated; otherwise what has not been evaluated
    /// is `<unevaluated />`. `positions` says whether it names places. The document up to where an error ended it is in `text`, too.
    ///
    /// # Errors
    /// What evaluation says.
    #[inline]
    pub fn print_xml(
        &mut self,
        value: Value,
        strict: bool,
        positions: bool,
        text: &mut Vec<u8>,
    ) -> Result<()> {
        let mut document = XmlText::new(strict, positions);
        let result = xml::document(&mut Stk, self, value, &mut document);
        *text = document.bytes;
        result
    }

    /// Prints a string, or what can be used as one, without quotes as `nix-instantiate --eval --raw` does.
    ///
    /// # Errors
    /// What evaluation says, or that the value is nothing of that kind.
    #[inline]
    pub fn print_raw(&mut self, value: Value) -> Result<Vec<u8>> {
        let how = Coercion {
            numbers: false,
            copy_paths: true,
        };
        let what = "while generating the nix-instantiate output";
        let (text, _) = coerce::coerce(&mut Stk, self, value, how, Pos::NONE, what)?;
        Ok(text)
    }
}
