//! From text to resolved expressions.
