//! What the page calls: an archive with a binary cache in, its NARs out, one after the other.
//!
//! What comes out is compared with the narinfos by whoever reads the cache, not here.

use drvlab_archive::{Entries, Kind, Limits};
use wasm_bindgen::prelude::*;

use crate::{UnpackError, unpack};

/// Largest NAR that is unpacked, in bytes.
const MAX_NAR: usize = 256 << 20;

/// Most bytes of NARs that are unpacked together.
const MAX_ALL: usize = 512 << 20;

/// A cache whose archives are unpacked.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Unpacker {
    entries: Entries,
    /// What is still to be unpacked, by its path, its URL within the cache, and how it is compressed.
    left: Vec<(Vec<u8>, String, Vec<u8>)>,
    /// Bytes that may still come out.
    room: usize,
}

/// A NAR, or why there is none.
#[wasm_bindgen(getter_with_clone)]
#[derive(Debug)]
pub struct Unpacked {
    /// Where it was, within the cache.
    pub url: String,
    /// Its bytes; empty if there is a problem.
    pub bytes: Vec<u8>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

#[wasm_bindgen]
impl Unpacker {
    /// Looks for what must be unpacked in a tar, perhaps compressed, or zip file.
    ///
    /// # Errors
    /// The bytes are no archive, or exceed a limit.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Result<Self, JsError> {
        let entries = drvlab_archive::read(bytes, &Limits::BINARY_CACHE)?;
        let mut left = Vec::new();
        for (path, kind) in entries.iter() {
            let Kind::File { contents, .. } = kind else {
                continue;
            };
            if !path.ends_with(b".narinfo") {
                continue;
            }
            let folder = path.iter().rposition(|byte| *byte == b'/');
            let folder = folder.map_or(&b""[..], |slash| &path[..=slash]);
            let method = field(contents, b"Compression: ").unwrap_or(b"bzip2");
            let Some(url) = field(contents, b"URL: ") else {
                continue;
            };
            if matches!(method, b"xz" | b"zstd" | b"bzip2") {
                let url_text = String::from_utf8_lossy(url).into_owned();
                left.push(([folder, url].concat(), url_text, method.to_vec()));
            }
        }
        left.sort_unstable();
        left.dedup();
        Ok(Self {
            entries,
            left,
            room: MAX_ALL,
        })
    }

    /// Returns how many are still to be unpacked.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left.len()
    }

    /// Unpacks the next one; nothing if all are done.
    #[wasm_bindgen(js_name = unpackNext)]
    pub fn unpack_next(&mut self) -> Option<Unpacked> {
        loop {
            let (path, url, method) = self.left.pop()?;
            // That it is not there is said when it is asked for.
            let Some(Kind::File { contents, .. }) = self.entries.get(&path) else {
                continue;
            };
            let limit = MAX_NAR.min(self.room);
            let (bytes, problem) = match unpack(&method, contents, limit) {
                Ok(bytes) => (bytes, None),
                Err(UnpackError::TooLarge) => {
                    let text = format!("it is larger than {} MiB", limit >> 20);
                    (Vec::new(), Some(text))
                }
                Err(error) => (Vec::new(), Some(error.to_string())),
            };
            self.room -= bytes.len();
            return Some(Unpacked {
                url,
                bytes,
                problem,
            });
        }
    }
}

/// Returns the value of the last line with a field.
fn field<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let lines = text.split(|byte| *byte == b'\n');
    lines.filter_map(|line| line.strip_prefix(name)).next_back()
}
