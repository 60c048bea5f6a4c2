//! Which bytes of a derivation's text say what.
//!
//! The writer reports every part as it goes, so that ranges are those of the text that is really hashed.

use std::ops::Range;

use bstr::BStr;

/// What some bytes of a derivation's text say. Texts stand without their quotes, but as they are written, with escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// The path of an output, or what stands in its place.
    OutputPath(&'a BStr),
    /// An output's method and algorithm.
    OutputMethod(&'a BStr),
    /// An output's hash.
    OutputHash(&'a BStr),
    /// All input derivations, without the brackets around them.
    InputDerivations,
    /// The path of the input derivation in this place, or the digest that replaces it.
    InputDerivation(usize),
    /// The path of the input source in this place.
    InputSource(usize),
    /// The system.
    System,
    /// The builder.
    Builder,
    /// The argument in this place.
    Argument(usize),
    /// The value of an environment variable.
    Variable(&'a BStr),
    /// The value of an environment variable that is named after an output.
    OutputVariable(&'a BStr),
}

/// Takes the parts of a text in the order of their ends.
pub trait Layout {
    /// Notes that the bytes at `range` are `part`.
    fn part(&mut self, part: Part<'_>, range: Range<usize>);
}

/// Nobody wants to know.
impl Layout for () {
    fn part(&mut self, _: Part<'_>, _: Range<usize>) {}
}
