//! Source texts and positions in them.
//!
//! All texts of an engine share one address space of 32-bit byte offsets, so that a position is one number and tells its file.

use bstr::ByteSlice as _;
use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::rc::Rc;

/// A byte position in the address space of a [`SourceMap`]; [`Pos::NONE`] where there is none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Pos(pub u32);

impl Pos {
    /// The position of things that no source text contains.
    pub const NONE: Pos = Pos(0);

    /// Tells whether this is a position in some source text.
    pub fn is_some(self) -> bool {
        self != Pos::NONE
    }
}

/// A range of byte positions; the end is exclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Where it starts.
    pub start: Pos,
    /// Where it ends.
    pub end: Pos,
}

/// Where a source text came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A file of the file tree, by its absolute path.
    File(Rc<[u8]>),
    /// An expression given as a string (`-E`, the page's input line).
    String,
    /// Standard input.
    Stdin,
    /// A part of the evaluator itself (shown as `<nix/derivation-internal.nix>` by the reference).
    Internal(&'static str),
}

/// One source text.
#[derive(Debug)]
pub struct Source {
    /// Where it came from.
    pub origin: Origin,
    /// The text, as bytes.
    pub text: Rc<[u8]>,
    base: u32,
    /// Whether the file has another text now.
    is_stale: bool,
    /// Where its lines start, once somebody has asked for a line.
    lines: OnceCell<Vec<u32>>,
}

/// A position in the words of a person: origin, line and column (both from 1; the column counts bytes, as the reference does).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// The text it is in.
    pub origin: Origin,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1.
    pub column: u32,
    /// Byte offset in the text.
    pub offset: u32,
}

impl Location {
    /// Writes it as messages do, `file:line:column`.
    pub fn describe(&self) -> Vec<u8> {
        let mut text = match &self.origin {
            Origin::File(path) => path.to_vec(),
            Origin::String => "«string»".into(),
            Origin::Stdin => "«stdin»".into(),
            Origin::Internal(crate::internal::CALL_FLAKE_PATH) => {
                ["«flakes-internal»", crate::internal::CALL_FLAKE_PATH]
                    .concat()
                    .into_bytes()
            }
            Origin::Internal(name) => ["«nix-internal»", name].concat().into_bytes(),
        };
        text.extend_from_slice(format!(":{}:{}", self.line, self.column).as_bytes());
        text
    }
}

/// All source texts of an engine.
#[derive(Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
    next: u32,
    /// Whether a position in a stale text has been translated.
    stale_seen: Cell<bool>,
}

/// How many texts there are, and where the next one would start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    sources: usize,
    next: u32,
}

/// The texts together exceed the address space of 2^31 bytes.
#[derive(Debug, Clone, Copy)]
pub struct SourceMapFull;

/// Finds where the lines of a text start, the first one at 0.
fn line_starts(text: &[u8]) -> Vec<u32> {
    let mut starts = vec![0];
    let mut at = 0;
    while let Some(found) = text[at..].find_byteset(b"\r\n") {
        at += found + 1;
        if text[at - 1] == b'\n' || text.get(at) != Some(&b'\n') {
            starts.push(at as u32);
        }
    }
    starts
}

impl SourceMap {
    /// Adds a text and returns the position of its first byte.
    ///
    /// # Errors
    /// When all texts together would exceed 2 GiB.
    pub fn add(&mut self, origin: Origin, text: Rc<[u8]>) -> Result<Pos, SourceMapFull> {
        let base = self.next.max(1); // 0 is Pos::NONE
        let length = u32::try_from(text.len()).map_err(|_| SourceMapFull)?;
        self.next = base
            .checked_add(length)
            .and_then(|end| end.checked_add(1)) // the end of the text is a position too
            .filter(|&end| end < 1 << 31) // one bit is free for others, see `attrs`
            .ok_or(SourceMapFull)?;
        self.sources.push(Source {
            origin,
            text,
            base,
            is_stale: false,
            lines: OnceCell::new(),
        });
        Ok(Pos(base))
    }

    /// Returns the bytes that all texts take.
    pub fn size(&self) -> usize {
        self.next as usize
    }

    /// Returns how much there is.
    pub(crate) fn extent(&self) -> Extent {
        Extent {
            sources: self.sources.len(),
            next: self.next,
        }
    }

    /// Forgets the texts that have been added since there was that much.
    #[inline]
    pub(crate) fn truncate(&mut self, to: Extent) {
        self.sources.truncate(to.sources);
        self.next = to.next;
    }

    /// Notes that all texts of a file have been replaced by another.
    pub(crate) fn make_stale(&mut self, path: &[u8]) {
        for source in &mut self.sources {
            if matches!(&source.origin, Origin::File(file) if **file == *path) {
                source.is_stale = true;
            }
        }
    }

    /// Forgets which texts have been replaced.
    pub(crate) fn make_all_current(&mut self) {
        for source in &mut self.sources {
            source.is_stale = false;
        }
    }

    /// Tells whether a position is in a text that has been replaced.
    pub(crate) fn is_stale(&self, pos: Pos) -> bool {
        self.source(pos).is_some_and(|source| source.is_stale)
    }

    /// Tells whether a position in a replaced text has been translated.
    pub(crate) fn stale_seen(&self) -> bool {
        self.stale_seen.get()
    }

    /// Forgets that.
    pub(crate) fn forget_stale_seen(&self) {
        self.stale_seen.set(false);
    }

    /// Returns the path of the file that holds a position.
    pub(crate) fn file(&self, pos: Pos) -> Option<&Rc<[u8]>> {
        match &self.source(pos)?.origin {
            Origin::File(path) => Some(path),
            _ => None,
        }
    }

    /// Returns the text that holds a position.
    pub fn source(&self, pos: Pos) -> Option<&Source> {
        if !pos.is_some() {
            return None;
        }
        let index = self
            .sources
            .partition_point(|source| source.base <= pos.0)
            .checked_sub(1)?;
        Some(&self.sources[index])
    }

    /// Translates a position into origin, line and column.
    ///
    /// A line ends at `\n`, `\r\n` or `\r`, as in the reference (`position.cc`).
    pub fn locate(&self, pos: Pos) -> Option<Location> {
        let source = self.source(pos)?;
        if source.is_stale {
            self.stale_seen.set(true);
        }
        let offset = (pos.0 - source.base).min(source.text.len() as u32);
        let lines = source.lines.get_or_init(|| line_starts(&source.text));
        // The first line starts at 0.
        let line = lines.partition_point(|&start| start <= offset);
        let line_start = lines[line - 1];
        Some(Location {
            origin: source.origin.clone(),
            line: line as u32,
            column: offset - line_start + 1,
            offset,
        })
    }

    /// Translates a span into byte offsets of its source.
    pub fn range(&self, span: Span) -> Option<(&Source, Range<usize>)> {
        let source = self.source(span.start)?;
        let length = source.text.len();
        let start = ((span.start.0 - source.base) as usize).min(length);
        let end = (span.end.0.saturating_sub(source.base) as usize).clamp(start, length);
        Some((source, start..end))
    }
}
