//! How values become strings.

/// What is allowed to become a string, and how.
#[derive(Clone, Copy, Debug)]
pub struct Coercion {
    /// Numbers, Booleans, null and lists too (`coerceMore` of the reference).
    pub numbers: bool,
    /// Paths are copied to the store and become store paths; otherwise they become their text.
    pub copy_paths: bool,
}
