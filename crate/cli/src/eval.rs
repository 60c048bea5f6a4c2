//! `drvlab eval`: values, as `nix-instantiate --eval` prints them.

use std::io::Write;

use drvlab_lang::Machine;
use drvlab_lang::error::Result as Evaluated;
use drvlab_lang::value::Value;

use crate::arguments::{Format, Input};
use crate::failure::Failure;
use crate::session::Session;

/// Prints the values of an input; evaluates them to their ends first if `strict`.
///
/// # Errors
/// When the evaluation fails, a value has no form in the format, or the output cannot be written.
pub fn run(
    session: &mut Session,
    input: &Input,
    strict: bool,
    format: Format,
    output: &mut dyn Write,
) -> Result<(), Failure> {
    session.each_value(input, |session, value| {
        let arguments = session.arguments();
        let machine = session.machine();
        // As with the reference, a function that could do without arguments is called only if there are any.
        let value = if input.arguments.is_empty() {
            Ok(value)
        } else {
            machine.auto_call(value, arguments)
        };
        let mut text = Vec::new();
        let result = value.and_then(|value| print(machine, value, strict, format, &mut text));
        // At once, so that values and traces stand in order where both go to the same place.
        output
            .write_all(&text)
            .and_then(|()| output.flush())
            .map_err(|error| Failure::output(&error))?;
        result.map_err(|error| session.failure(&error))
    })
}

/// Prints into `text`; JSON and XML get there as far as they go.
fn print(
    machine: &mut Machine,
    value: Value,
    strict: bool,
    format: Format,
    text: &mut Vec<u8>,
) -> Evaluated<()> {
    *text = match format {
        Format::Nix => machine.print_value(value, strict)?,
        Format::Json => {
            machine.print_json(value, strict, text)?;
            std::mem::take(text)
        }
        Format::Xml { positions } => return machine.print_xml(value, strict, positions, text),
        Format::Raw => machine.print_raw(value)?,
    };
    if format != Format::Raw {
        text.push(b'\n');
    }
    Ok(())
}
