//! Writing the text of `.drv` files.

use bstr::{BStr, BString, ByteSlice as _};

use super::part::{Layout, Part};
use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::encoding;
use crate::sink::ByteSink as _;
use crate::store_path::{HASH_PART_LEN, StoreDir, output_path_name};

/// Whether the paths of outputs are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Everything is written.
    None,
    /// Output paths, and environment variables named after outputs, are blank.
    Outputs,
}

/// What is written where the paths of outputs stand: in the outputs and in the variables named after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputPaths {
    /// What the derivation has.
    Written,
    /// Nothing.
    Blank,
    /// As many bytes as the paths will have, whatever the outputs are, and each output has a variable, whether it is there yet or not.
    Reserved,
}

/// Appends the text of a derivation.
pub fn write(derivation: &Derivation, store_dir: &StoreDir, mask: Mask, out: &mut Vec<u8>) {
    let paths = match mask {
        Mask::None => OutputPaths::Written,
        Mask::Outputs => OutputPaths::Blank,
    };
    write_with_layout(derivation, store_dir, paths, out, &mut ());
}

/// Returns the text of a derivation.
#[must_use]
pub fn to_bytes(derivation: &Derivation, store_dir: &StoreDir) -> Vec<u8> {
    let mut out = Vec::new();
    write(derivation, store_dir, Mask::None, &mut out);
    out
}

/// Appends the text of a derivation, and reports its parts.
pub fn write_with_layout(
    derivation: &Derivation,
    store_dir: &StoreDir,
    paths: OutputPaths,
    out: &mut Vec<u8>,
    layout: &mut impl Layout,
) {
    let mut writer = Writer {
        derivation,
        store_dir,
        paths,
        out,
        layout,
    };
    writer.outputs();
    writer.input_derivations();
    writer.rest();
}

/// Appends input derivations by the digests that replace their paths, without brackets.
pub fn write_modulo_inputs<'a, O: Iterator<Item = &'a BStr>>(
    inputs: impl Iterator<Item = (&'a [u8; 32], O)>,
    out: &mut Vec<u8>,
    layout: &mut impl Layout,
) {
    let mut separator = Separator::default();
    for (index, (digest, outputs)) in inputs.enumerate() {
        separator.put(out);
        out.put(b"(\"");
        let start = out.len();
        encoding::hex_encode_into(digest, out);
        layout.part(Part::InputDerivation(index), start..out.len());
        out.put(b"\",");
        write_list(outputs.map(|output| output.as_bytes()), out);
        out.put(b")");
    }
}

struct Writer<'a, L> {
    derivation: &'a Derivation,
    store_dir: &'a StoreDir,
    paths: OutputPaths,
    out: &'a mut Vec<u8>,
    layout: &'a mut L,
}

impl<L: Layout> Writer<'_, L> {
    fn outputs(&mut self) {
        self.out.put(if self.derivation.has_dynamic_inputs() {
            b"DrvWithVersion(\"xp-dyn-drv\",["
        } else {
            b"Derive(["
        });
        let mut separator = Separator::default();
        for (name, output) in &self.derivation.outputs {
            separator.put(self.out);
            self.out.put(b"(");
            write_plain(name, self.out);
            self.out.put(b",\"");
            let start = self.out.len();
            match self.paths {
                OutputPaths::Written => {
                    if let Some(path) = output.path() {
                        self.store_dir.write_path(path, self.out);
                    }
                }
                OutputPaths::Blank => {}
                OutputPaths::Reserved => self.reserve(name.as_bstr()),
            }
            self.end(Part::OutputPath(name.as_bstr()), start);
            self.out.put(b"\",\"");
            let start = self.out.len();
            let hash_start = match output {
                DerivationOutput::InputAddressed { .. } | DerivationOutput::Deferred => {
                    self.out.put(b"\",\"");
                    self.out.len()
                }
                DerivationOutput::Fixed { address, .. } => {
                    self.out.put(address.method.prefix().as_bytes());
                    self.out.put(address.hash.algorithm().name().as_bytes());
                    let hash_start = self.method_end(name.as_bstr(), start);
                    encoding::hex_encode_into(address.hash.digest(), self.out);
                    hash_start
                }
                DerivationOutput::Floating { method, algorithm }
                | DerivationOutput::Impure { method, algorithm } => {
                    self.out.put(method.prefix().as_bytes());
                    self.out.put(algorithm.name().as_bytes());
                    let hash_start = self.method_end(name.as_bstr(), start);
                    if matches!(output, DerivationOutput::Impure { .. }) {
                        self.out.put(b"impure");
                    }
                    hash_start
                }
            };
            self.end(Part::OutputHash(name.as_bstr()), hash_start);
            self.out.put(b"\")");
        }
        self.out.put(b"],[");
    }

    /// Goes from an output's method to its hash; returns where that begins.
    fn method_end(&mut self, output: &BStr, start: usize) -> usize {
        self.end(Part::OutputMethod(output), start);
        self.out.put(b"\",\"");
        self.out.len()
    }

    fn input_derivations(&mut self) {
        let list_start = self.out.len();
        let mut separator = Separator::default();
        for (index, (path, inputs)) in self.derivation.input_drvs.iter().enumerate() {
            separator.put(self.out);
            self.out.put(b"(\"");
            let start = self.out.len();
            self.store_dir.write_path(path, self.out);
            self.end(Part::InputDerivation(index), start);
            self.out.put(b"\",");
            write_inputs(inputs, self.out);
            self.out.put(b")");
        }
        self.end(Part::InputDerivations, list_start);
    }

    fn rest(&mut self) {
        self.out.put(b"],[");
        let mut separator = Separator::default();
        for (index, path) in self.derivation.input_srcs.iter().enumerate() {
            separator.put(self.out);
            self.out.put(b"\"");
            let start = self.out.len();
            self.store_dir.write_path(path, self.out);
            self.end(Part::InputSource(index), start);
            self.out.put(b"\"");
        }
        self.out.put(b"],");
        let start = self.out.len();
        write_plain(&self.derivation.system, self.out);
        self.end_quoted(Part::System, start);
        self.out.put(b",");
        self.string(Part::Builder, &self.derivation.builder);
        self.out.put(b",[");
        let mut separator = Separator::default();
        for (index, arg) in self.derivation.args.iter().enumerate() {
            separator.put(self.out);
            self.string(Part::Argument(index), arg);
        }
        self.out.put(b"],[");
        let mut separator = Separator::default();
        // Both are sorted, so that a cursor finds the variables that are named after outputs.
        let mut outputs = self.derivation.outputs.keys().peekable();
        for (name, value) in &self.derivation.env {
            while let Some(output) = outputs.next_if(|output| **output < *name) {
                self.missing_variable(&mut separator, output);
            }
            let is_output = outputs.next_if(|output| **output == *name).is_some();
            self.variable(&mut separator, name, value, is_output);
        }
        for output in outputs {
            self.missing_variable(&mut separator, output);
        }
        self.out.put(b"])");
    }

    /// Writes the variable of an output that the environment has none for, if there must be one.
    fn missing_variable(&mut self, separator: &mut Separator, output: &BString) {
        if self.paths == OutputPaths::Reserved {
            self.variable(separator, output.as_bstr(), b"", true);
        }
    }

    fn variable(&mut self, separator: &mut Separator, name: &BStr, value: &[u8], is_output: bool) {
        separator.put(self.out);
        self.out.put(b"(");
        write_string(name, self.out);
        self.out.put(b",");
        if is_output {
            self.output_variable(name, value);
        } else {
            self.string(Part::Variable(name), value);
        }
        self.out.put(b")");
    }

    fn output_variable(&mut self, name: &BStr, value: &[u8]) {
        let part = Part::OutputVariable(name);
        match self.paths {
            OutputPaths::Written => self.string(part, value),
            OutputPaths::Blank => self.string(part, b""),
            OutputPaths::Reserved => {
                self.out.put(b"\"");
                let start = self.out.len();
                self.reserve(name.as_bstr());
                self.end(part, start);
                self.out.put(b"\"");
            }
        }
    }

    fn string(&mut self, part: Part<'_>, text: &[u8]) {
        let start = self.out.len();
        write_string(text, self.out);
        self.end_quoted(part, start);
    }

    fn reserve(&mut self, output: &BStr) {
        let length = path_length(self.store_dir, &self.derivation.name, output);
        self.out.resize(self.out.len() + length, b'?');
    }

    fn end(&mut self, part: Part<'_>, start: usize) {
        self.layout.part(part, start..self.out.len());
    }

    fn end_quoted(&mut self, part: Part<'_>, start: usize) {
        self.layout.part(part, start + 1..self.out.len() - 1);
    }
}

/// The number of bytes of the path of an output.
fn path_length(store_dir: &StoreDir, derivation_name: &str, output: &BStr) -> usize {
    let name = output_path_name(derivation_name, output);
    store_dir.as_str().len() + "/".len() + HASH_PART_LEN + "-".len() + name.len()
}

/// Recursion is bounded by the nesting of dynamic outputs, [`MAX_DYNAMIC_DEPTH`](super::MAX_DYNAMIC_DEPTH) for what was parsed.
fn write_inputs(inputs: &DerivationInputs, out: &mut Vec<u8>) {
    if inputs.dynamic.is_empty() {
        write_names(&inputs.outputs, out);
        return;
    }
    out.put(b"(");
    write_names(&inputs.outputs, out);
    out.put(b",[");
    let mut separator = Separator::default();
    for (name, inputs) in &inputs.dynamic {
        separator.put(out);
        out.put(b"(");
        write_plain(name, out);
        out.put(b",");
        write_inputs(inputs, out);
        out.put(b")");
    }
    out.put(b"])");
}

fn write_names<'a>(names: impl IntoIterator<Item = &'a BString>, out: &mut Vec<u8>) {
    write_list(names.into_iter().map(|name| name.as_slice()), out);
}

fn write_list<'a>(names: impl Iterator<Item = &'a [u8]>, out: &mut Vec<u8>) {
    out.put(b"[");
    let mut separator = Separator::default();
    for name in names {
        separator.put(out);
        write_plain(name, out);
    }
    out.put(b"]");
}

/// Writes a text in quotes as it is; the reference does not escape names of outputs and the system.
fn write_plain(text: &[u8], out: &mut Vec<u8>) {
    out.put(b"\"");
    out.put(text);
    out.put(b"\"");
}

/// Sets the high bit of the first byte that may have an escape, and perhaps of later ones; 0 if there is none.
///
/// All control characters count: those without an escape are too rare to tell them apart here.
const fn special(word: [u8; 8]) -> u64 {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = ONES << 7;
    let word = u64::from_le_bytes(word);
    // The high bit of a byte that is less than what is taken from it gets set, and of no byte before the first such one.
    let controls = word.wrapping_sub(ONES * 0x20);
    let quotes = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
    let backslashes = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    (controls | quotes | backslashes) & !word & HIGH
}

/// Writes a text in quotes with escapes.
///
/// This is a hot path, and most texts have no escapes. The others are written into room that has been made for all of it, a word at a time.
fn write_string(text: &[u8], out: &mut Vec<u8>) {
    if is_plain(text) {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text);
        out.push(b'"');
        return;
    }
    let escapes = count_escapes(text);
    out.reserve(text.len() + escapes + 2);
    out.push(b'"');
    let start = out.len();
    out.resize(start + text.len() + escapes, 0);
    escape(text, &mut out[start..]);
    out.push(b'"');
}

/// Tells whether a text certainly has no escapes: sixteen bytes at once, the last of them perhaps twice.
fn is_plain(text: &[u8]) -> bool {
    if let Some(last) = text.last_chunk::<16>() {
        let (chunks, _) = text.as_chunks::<16>();
        return !chunks.iter().chain([last]).any(any_has_escape);
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        return special(*first) | special(*last) == 0;
    }
    !text.iter().any(|&byte| has_escape(byte))
}

/// Tells whether one of sixteen bytes has an escape, without branches.
fn any_has_escape(bytes: &[u8; 16]) -> bool {
    bytes
        .iter()
        .fold(false, |any, &byte| any | has_escape(byte))
}

/// Writes a text with escapes into room that it fills.
fn escape(text: &[u8], room: &mut [u8]) {
    let (mut rest, mut at) = (text, 0);
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        // All of it, and then perhaps not: that is quicker than to copy some of it.
        room[at..at + word.len()].copy_from_slice(word);
        let found = special(*word);
        if found == 0 {
            at += word.len();
            rest = after;
            continue;
        }
        let place = (found.trailing_zeros() / 8) as usize;
        at = put_escaped(word[place], room, at + place);
        rest = &rest[place + 1..];
    }
    for &byte in rest {
        at = put_escaped(byte, room, at);
    }
}

/// Counts the bytes that have an escape. Each count fits into a byte, so that vector instructions look at sixteen at once.
fn count_escapes(text: &[u8]) -> usize {
    let counts = text.chunks(usize::from(u8::MAX)).map(|chunk| {
        let count = chunk
            .iter()
            .fold(0u8, |count, &byte| count + u8::from(has_escape(byte)));
        usize::from(count)
    });
    counts.sum()
}

/// Tells whether a byte has an escape, without branches.
const fn has_escape(byte: u8) -> bool {
    (byte == b'\n') | (byte == b'\r') | (byte == b'\t') | (byte == b'"') | (byte == b'\\')
}

/// Writes a byte or its escape, and returns where the next one goes.
#[inline]
fn put_escaped(byte: u8, room: &mut [u8], at: usize) -> usize {
    let letter = match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        b'"' | b'\\' => byte,
        other => {
            room[at] = other;
            return at + 1;
        }
    };
    room[at] = b'\\';
    room[at + 1] = letter;
    at + 2
}

/// Puts a comma before all elements but the first.
#[derive(Default)]
struct Separator {
    started: bool,
}

impl Separator {
    fn put(&mut self, out: &mut Vec<u8>) {
        if self.started {
            out.push(b',');
        }
        self.started = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ESCAPES: [(u8, &[u8; 2]); 5] = [
        (b'\n', b"\\n"),
        (b'\r', b"\\r"),
        (b'\t', b"\\t"),
        (b'"', b"\\\""),
        (b'\\', b"\\\\"),
    ];

    #[test]
    fn escapes_are_found_wherever_they_stand() {
        for byte in 0..=u8::MAX {
            for length in 0..80 {
                for position in 0..length {
                    for other in [b'a', 0xff, b'\n'] {
                        let mut text = vec![other; length];
                        text[position] = byte;
                        let mut expected = vec![b'"'];
                        for &byte in &text {
                            match ESCAPES.iter().find(|(plain, _)| *plain == byte) {
                                Some((_, escape)) => expected.extend_from_slice(*escape),
                                None => expected.push(byte),
                            }
                        }
                        expected.push(b'"');
                        let mut out = Vec::new();
                        write_string(&text, &mut out);
                        assert_eq!(out, expected, "{byte} at {position}");
                    }
                }
            }
        }
    }

    #[test]
    fn escapes_are_those_of_the_reference() {
        let mut out = Vec::new();
        write_string(b"a\nb\rc\td\"e\\f$\x01\xff", &mut out);
        assert_eq!(out, b"\"a\\nb\\rc\\td\\\"e\\\\f$\x01\xff\"");
    }
}
