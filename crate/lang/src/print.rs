//! Values as text, without evaluating anything.

use crate::machine::Machine;
use crate::value::Value;

impl Machine {
    /// Prints a value for an error message: what is not evaluated is `«thunk»`, what is long is cut.
    pub fn print_short(&self, value: Value) -> Vec<u8> {
        self.describe(value).as_bytes().to_vec()
    }
}
