//! The text of `.drv` files, a restricted form of ATerm.
//!
//! Writing is here, reading in [`parse`]. Source: `Derivation::unparse` and `parseDerivation` in
//! `libstore/derivations.cc`.

mod parse;

use bstr::{BStr, BString, ByteSlice as _};

pub use parse::{MAX_DYNAMIC_DEPTH, ParseError, ParseErrorKind, parse};

use crate::derivation::{Derivation, DerivationInputs, DerivationOutput};
use crate::encoding;
use crate::sink::ByteSink as _;
use crate::store_path::{StoreDir, StorePath};

/// Whether the paths of outputs are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mask {
    /// Everything is written.
    None,
    /// Output paths, and environment variables named after outputs, are blank.
    Outputs,
}

/// Appends the text of a derivation.
pub fn write(derivation: &Derivation, store_dir: &StoreDir, mask: Mask, out: &mut Vec<u8>) {
    write_head(derivation, store_dir, mask, out);
    let mut separator = Separator::default();
    for (path, inputs) in &derivation.input_drvs {
        separator.put(out);
        out.put(b"(\"");
        store_dir.write_path(path, out);
        out.put(b"\",");
        write_inputs(inputs, out);
        out.put(b")");
    }
    write_tail(derivation, store_dir, mask, out);
}

/// Returns the text of a derivation.
#[must_use]
pub fn to_bytes(derivation: &Derivation, store_dir: &StoreDir) -> Vec<u8> {
    let mut out = Vec::new();
    write(derivation, store_dir, Mask::None, &mut out);
    out
}

/// Appends the text of a derivation with other input derivations: names (digests) with their outputs.
pub(crate) fn write_with_inputs<'a, O: Iterator<Item = &'a BStr>>(
    derivation: &Derivation,
    store_dir: &StoreDir,
    mask: Mask,
    out: &mut Vec<u8>,
    inputs: impl Iterator<Item = (&'a [u8], O)>,
) {
    write_head(derivation, store_dir, mask, out);
    let mut separator = Separator::default();
    for (name, outputs) in inputs {
        separator.put(out);
        out.put(b"(\"");
        out.put(name);
        out.put(b"\",");
        write_list(outputs.map(|output| output.as_bytes()), out);
        out.put(b")");
    }
    write_tail(derivation, store_dir, mask, out);
}

fn write_head(derivation: &Derivation, store_dir: &StoreDir, mask: Mask, out: &mut Vec<u8>) {
    out.put(if derivation.has_dynamic_inputs() {
        b"DrvWithVersion(\"xp-dyn-drv\",["
    } else {
        b"Derive(["
    });
    let mut separator = Separator::default();
    for (name, output) in &derivation.outputs {
        separator.put(out);
        out.put(b"(");
        write_plain(name, out);
        out.put(b",\"");
        if mask == Mask::None
            && let Some(path) = output.path()
        {
            store_dir.write_path(path, out);
        }
        out.put(b"\",\"");
        match output {
            DerivationOutput::InputAddressed { .. } | DerivationOutput::Deferred => {
                out.put(b"\",\"");
            }
            DerivationOutput::Fixed { address, .. } => {
                out.put(address.method.prefix().as_bytes());
                out.put(address.hash.algorithm().name().as_bytes());
                out.put(b"\",\"");
                encoding::hex_encode_into(address.hash.digest(), out);
            }
            DerivationOutput::Floating { method, algorithm } => {
                out.put(method.prefix().as_bytes());
                out.put(algorithm.name().as_bytes());
                out.put(b"\",\"");
            }
            DerivationOutput::Impure { method, algorithm } => {
                out.put(method.prefix().as_bytes());
                out.put(algorithm.name().as_bytes());
                out.put(b"\",\"impure");
            }
        }
        out.put(b"\")");
    }
    out.put(b"],[");
}

fn write_tail(derivation: &Derivation, store_dir: &StoreDir, mask: Mask, out: &mut Vec<u8>) {
    out.put(b"],[");
    let mut separator = Separator::default();
    for path in &derivation.input_srcs {
        separator.put(out);
        write_path(path, store_dir, out);
    }
    out.put(b"],");
    write_plain(&derivation.system, out);
    out.put(b",");
    write_string(&derivation.builder, out);
    out.put(b",[");
    let mut separator = Separator::default();
    for arg in &derivation.args {
        separator.put(out);
        write_string(arg, out);
    }
    out.put(b"],[");
    let mut separator = Separator::default();
    for (name, value) in &derivation.env {
        separator.put(out);
        out.put(b"(");
        write_string(name, out);
        out.put(b",");
        if mask == Mask::Outputs && derivation.outputs.contains_key(name) {
            out.put(b"\"\"");
        } else {
            write_string(value, out);
        }
        out.put(b")");
    }
    out.put(b"])");
}

fn write_path(path: &StorePath, store_dir: &StoreDir, out: &mut Vec<u8>) {
    out.put(b"\"");
    store_dir.write_path(path, out);
    out.put(b"\"");
}

/// Recursion is bounded by the nesting of dynamic outputs, [`MAX_DYNAMIC_DEPTH`] for what was parsed.
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

/// Whether a byte has an escape; a table, because texts are short and this is a hot path.
const ESCAPED: [bool; 256] = {
    let mut escaped = [false; 256];
    let special = b"\"\\\n\r\t";
    let mut index = 0;
    while index < special.len() {
        escaped[special[index] as usize] = true;
        index += 1;
    }
    escaped
};

/// Writes a text in quotes with escapes; runs without special characters are copied whole.
fn write_string(text: &[u8], out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.put(b"\"");
    let mut rest = text;
    while let Some(position) = rest.iter().position(|&byte| ESCAPED[usize::from(byte)]) {
        out.put(&rest[..position]);
        out.put(match rest[position] {
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            b'"' => b"\\\"",
            _ => b"\\\\",
        });
        rest = &rest[position + 1..];
    }
    out.put(rest);
    out.put(b"\"");
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
