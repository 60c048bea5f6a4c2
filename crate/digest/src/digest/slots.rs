//! One text of a derivation, hashed in its three variants without being written three times.
//!
//! The text is written with room for the output paths. Left out (masked), they are hashed to learn the paths, which are then filled in;
//! the input derivations are replaced by digests while hashing.

use std::ops::Range;

use crate::aterm::{Layout, Part};
use crate::scheme::DigestFunction;
use crate::sink::ByteSink as _;

/// Where a derivation's text has what differs between its variants.
#[derive(Debug, Default)]
pub struct Slots {
    /// The input derivations.
    inputs: Range<usize>,
    /// The paths of outputs and the variables named after outputs, in order of position.
    paths: Vec<Range<usize>>,
    /// How many of `paths` are those of outputs, one for each; the others are variables, one for each.
    outputs: usize,
}

impl Layout for Slots {
    fn part(&mut self, part: Part<'_>, range: Range<usize>) {
        match part {
            Part::InputDerivations => self.inputs = range,
            Part::OutputPath(_) => {
                self.paths.push(range);
                self.outputs += 1;
            }
            Part::OutputVariable(_) => self.paths.push(range),
            _ => {}
        }
    }
}

impl Slots {
    /// Forgets everything but the memory.
    pub fn clear(&mut self) {
        self.inputs = 0..0;
        self.paths.clear();
        self.outputs = 0;
    }

    /// Hashes a text with `inputs` in place of its input derivations.
    pub fn digest(&self, function: DigestFunction, text: &[u8], inputs: &[u8]) -> [u8; 32] {
        let mut digester = function.start();
        digester.put(&text[..self.inputs.start]);
        digester.put(inputs);
        digester.put(&text[self.inputs.end..]);
        digester.finish()
    }

    /// Hashes a text with `inputs` in place of its input derivations, and nothing in place of the paths.
    pub fn masked_digest(&self, function: DigestFunction, text: &[u8], inputs: &[u8]) -> [u8; 32] {
        let mut digester = function.start();
        let (outputs, variables) = self.paths.split_at(self.outputs);
        let mut done = 0;
        for slot in outputs {
            digester.put(&text[done..slot.start]);
            done = slot.end;
        }
        digester.put(&text[done..self.inputs.start]);
        digester.put(inputs);
        done = self.inputs.end;
        for slot in variables {
            digester.put(&text[done..slot.start]);
            done = slot.end;
        }
        digester.put(&text[done..]);
        digester.finish()
    }

    /// Writes the path of the output in the `index`th place, where each has a variable, into the places that were reserved for it.
    pub fn fill(&self, text: &mut [u8], index: usize, path: &[u8]) {
        // Variables are sorted by name as outputs are.
        for slot in [index, self.outputs + index] {
            text[self.paths[slot].clone()].copy_from_slice(path);
        }
    }

    /// Takes the reserved places out of a text.
    pub fn remove(&mut self, text: &mut Vec<u8>) {
        let mut removed = 0;
        let mut inputs = self.inputs.clone();
        for slot in &mut self.paths {
            let here = slot.start - removed;
            text.drain(here..here + slot.len());
            if slot.start < self.inputs.start {
                inputs = inputs.start - slot.len()..inputs.end - slot.len();
            }
            removed += slot.len();
            *slot = here..here;
        }
        self.inputs = inputs;
    }
}
