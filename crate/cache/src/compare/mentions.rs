//! Texts with the store paths of inputs told apart from the rest.
//!
//! A path of an input is found by its hash part in front of a dash, a path that is not known yet by its placeholder.

use bstr::{BStr, BString};
use drvlab_store::placeholder::upstream_placeholder;
use drvlab_store::store_path::HASH_PART_LEN;
use drvlab_store::{HashedMap, StorePath};

use crate::graph::{DerivationGraph, NodeId};

/// Length of a placeholder: a slash and 52 digits.
const PLACEHOLDER_LEN: usize = 53;

/// What a piece of text stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// An output of an input derivation.
    Output(NodeId, &'a BStr),
    /// The `.drv` file of an input derivation.
    Derivation(NodeId),
    /// A source, by its name and its place among the derivation's sources of that name.
    Source(&'a str, usize),
}

/// A piece of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'t, 'a> {
    /// Ordinary text.
    Text(&'t BStr),
    /// The base name of a store path.
    Mention(Target<'a>),
    /// A placeholder, which stands for a whole store path.
    Placeholder(Target<'a>),
}

/// The paths that the texts of one derivation may mention.
pub struct Mentions<'a> {
    by_hash_part: HashedMap<[u8; HASH_PART_LEN], (Target<'a>, &'a str)>,
    by_placeholder: HashedMap<BString, Target<'a>>,
}

impl<'a> Mentions<'a> {
    /// Collects the paths of a derivation's inputs and sources.
    #[must_use]
    pub fn of_inputs(graph: &'a DerivationGraph, id: NodeId) -> Self {
        let mut mentions = Self {
            by_hash_part: HashedMap::new(),
            by_placeholder: HashedMap::new(),
        };
        let node = &graph[id];
        for &input in &node.inputs {
            let path = &graph[input].path;
            mentions.insert(path, Target::Derivation(input));
            for (output, output_path) in graph[input].outputs() {
                let target = Target::Output(input, output);
                match output_path {
                    Some(output_path) => mentions.insert(output_path, target),
                    None => {
                        let placeholder = upstream_placeholder(path, output);
                        mentions.by_placeholder.insert(placeholder.into(), target);
                    }
                }
            }
        }
        let mut seen: HashedMap<&str, usize> = HashedMap::new();
        for source in &node.derivation.input_srcs {
            let place = seen.entry(source.name()).or_default();
            mentions.insert(source, Target::Source(source.name(), *place));
            *place += 1;
        }
        mentions
    }

    fn insert(&mut self, path: &'a StorePath, target: Target<'a>) {
        let mut text = Vec::with_capacity(HASH_PART_LEN + 1 + path.name().len());
        path.write_to(&mut text);
        if let Some(hash_part) = text.first_chunk() {
            // Two ways to fetch one file have the same path; the first stands for both.
            let entry = self.by_hash_part.entry(*hash_part);
            entry.or_insert((target, path.name()));
        }
    }

    /// Splits a text into ordinary text and mentions.
    #[must_use]
    pub fn tokens<'t>(&self, text: &'t [u8]) -> Vec<Token<'t, 'a>> {
        let mut tokens = Vec::new();
        let mut done = 0;
        for (position, byte) in text.iter().enumerate() {
            if position < done || !matches!(byte, b'-' | b'/') {
                continue;
            }
            let found = if *byte == b'-' {
                self.path_around(&text[done..], position - done)
                    .map(|(start, end, target)| (start, end, Token::Mention(target)))
            } else {
                let (start, end) = (position - done, position - done + PLACEHOLDER_LEN);
                self.placeholder_at(&text[position..])
                    .map(|target| (start, end, Token::Placeholder(target)))
            };
            let Some((start, end, token)) = found else {
                continue;
            };
            if start > 0 {
                tokens.push(Token::Text(BStr::new(&text[done..done + start])));
            }
            tokens.push(token);
            done += end;
        }
        if done < text.len() {
            tokens.push(Token::Text(BStr::new(&text[done..])));
        }
        tokens
    }

    /// Returns what a text mentions, in order.
    #[must_use]
    pub fn targets(&self, text: &[u8]) -> Vec<Target<'a>> {
        let tokens = self.tokens(text).into_iter();
        tokens
            .filter_map(|token| match token {
                Token::Mention(target) | Token::Placeholder(target) => Some(target),
                Token::Text(_) => None,
            })
            .collect()
    }

    /// Finds a base name whose hash part ends in front of the dash; gives where it begins and ends.
    fn path_around(&self, text: &[u8], dash: usize) -> Option<(usize, usize, Target<'a>)> {
        let hash_part = text[..dash].last_chunk::<HASH_PART_LEN>()?;
        // Words in front of dashes are short, so most end here.
        if !hash_part.iter().rev().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        let (target, name) = self.by_hash_part.get(hash_part)?;
        let matches = text[dash + 1..].starts_with(name.as_bytes());
        matches.then(|| (dash - HASH_PART_LEN, dash + 1 + name.len(), *target))
    }

    fn placeholder_at(&self, text: &[u8]) -> Option<Target<'a>> {
        if self.by_placeholder.is_empty() {
            return None;
        }
        let placeholder = text.get(..PLACEHOLDER_LEN)?;
        self.by_placeholder.get(BStr::new(placeholder)).copied()
    }
}
