//! The order of values that are all integers or all strings: it needs no evaluation and cannot fail.

use crate::machine::Machine;
use crate::number::Number;
use crate::value::{Tag, Value};
use std::cmp::Ordering;

impl Machine {
    /// Compares two integers or two strings.
    pub(crate) fn compare_simple(&self, a: Value, b: Value) -> Ordering {
        match (self.number(a), self.number(b)) {
            (Some(Number::Int(a)), Some(Number::Int(b))) => a.cmp(&b),
            _ => self.bytes(a).cmp(self.bytes(b)),
        }
    }

    /// Sorts values in their natural order if they are all integers or all strings, and tells whether they are.
    pub(crate) fn sort_simple(&self, elements: &mut [Value]) -> bool {
        let is_string = |value: &Value| value.tag() == Tag::String;
        let is_integer = |value: &Value| matches!(self.number(*value), Some(Number::Int(_)));
        let is_simple = elements.iter().all(is_string) || elements.iter().all(is_integer);
        if is_simple {
            // The standard library's sort: programs sort long lists.
            elements.sort_by(|&a, &b| self.compare_simple(a, b));
        }
        is_simple
    }
}
