//! POSIX extended regular expressions with the results of the reference, which uses libstdc++'s `std::regex` with the flag `extended`.
//!
//! Not a POSIX engine: which of several matches is found, and what the groups hold, follows the order of libstdc++'s backtracking
//! search. Results of the search are remembered by place, so that time is polynomial, and nothing recurses.
//!
//! Source: `bits/regex_scanner.tcc`, `bits/regex_compiler.tcc`, `bits/regex_automaton.tcc`, `bits/regex_executor.tcc` of libstdc++.

mod bracket;
mod compiler;
mod cycles;
mod lookahead;
mod program;
mod search;

use program::Program;
use search::{Search, Start};

/// Why a pattern can't be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PatternError {
    /// It is not in the language of extended regular expressions.
    Invalid,
    /// It needs more than 100,000 states.
    TooLarge,
}

/// A search that needs too many steps or too much memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct LimitExceeded;

/// Where a group matched, as offsets of bytes.
pub(crate) type Group = Option<(usize, usize)>;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Regex {
    program: Program,
}

impl Regex {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// See [`PatternError`].
    #[inline]
    pub fn new(pattern: &[u8]) -> Result<Self, PatternError> {
        Ok(Regex {
            program: compiler::compile(pattern)?,
        })
    }

    /// Matches a whole text. Group 0 is the text itself.
    ///
    /// # Errors
    /// See [`LimitExceeded`].
    pub fn match_whole(&self, text: &[u8]) -> Result<Option<Vec<Group>>, LimitExceeded> {
        Search::new(&self.program, text, true).run(Start {
            begin: 0,
            is_line_start: true,
            not_empty: false,
        })
    }

    /// Finds matches that follow each other from left to right, as `std::regex_iterator` does.
    pub fn matches<'a>(&'a self, text: &'a [u8]) -> Matches<'a> {
        Matches {
            search: Search::new(&self.program, text, false),
            last: None,
            begun: false,
            inside: false,
            ended: false,
        }
    }
}

/// The matches of a pattern in a text.
#[derive(Debug)]
pub(crate) struct Matches<'a> {
    search: Search<'a>,
    last: Group,
    begun: bool,
    /// Whether the search has left the beginning of the text (`match_prev_avail`).
    inside: bool,
    ended: bool,
}

impl Iterator for Matches<'_> {
    type Item = Result<Vec<Group>, LimitExceeded>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let found = self.find_next();
        match &found {
            Ok(Some(groups)) => self.last = groups[0],
            Ok(None) | Err(LimitExceeded) => self.ended = true,
        }
        found.transpose()
    }
}

impl Matches<'_> {
    fn find_next(&mut self) -> Result<Option<Vec<Group>>, LimitExceeded> {
        if !self.begun {
            self.begun = true;
            return self.search.find(0, true);
        }
        let Some((first, mut start)) = self.last else {
            return Ok(None);
        };
        if first == start {
            if start == self.search.text().len() {
                return Ok(None);
            }
            // After an empty match: a match at the same place that is not empty, or else one further on.
            let again = Start {
                begin: start,
                is_line_start: !self.inside,
                not_empty: true,
            };
            if let Some(groups) = self.search.run(again)? {
                return Ok(Some(groups));
            }
            start += 1;
        }
        self.inside = true;
        self.search.find(start, false)
    }
}

#[cfg(test)]
mod tests;
