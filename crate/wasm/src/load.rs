//! Package sets out of archives.
//!
//! How archives are read is up to `drvlab-archive`; here is how the bytes get into the module's memory, and what the page is told of it.

use drvlab_archive::{Kind, Limits};
use drvlab_lang::files::canonical;
use js_sys::Uint8Array;
use tsify::{Ts, Tsify as _};
use wasm_bindgen::prelude::*;

use crate::diagnostics::text;
use crate::model::LoadReport;
use crate::workspace::Workspace;

/// An archive may hold what a large package set holds, many times over.
const LIMITS: Limits = Limits {
    entries: 500_000,
    bytes: 512 << 20,
    ratio: 200,
};

#[wasm_bindgen]
impl Workspace {
    /// Adds all files of an archive (tar, tar.gz or zip) as if it were unpacked into a folder. Its bytes may come in pieces, as what the
    /// browser decompresses does: each is copied once.
    ///
    /// A problem with the archive is said in the report; then no file is added.
    ///
    /// # Errors
    /// None that the user can cause.
    #[wasm_bindgen(js_name = loadArchive)]
    pub fn load_archive(
        &mut self,
        folder: &str,
        pieces: Vec<Uint8Array>,
    ) -> Result<Ts<LoadReport>, JsError> {
        let folder = folder.as_bytes();
        let report = match drvlab_archive::read(Vec::from(joined(pieces)), &LIMITS) {
            Ok(entries) => {
                self.files.0.borrow_mut().unpack(&entries, folder);
                self.machine.files_came_or_went();
                let mut folder = canonical(folder);
                if !folder.ends_with(b"/") {
                    folder.push(b'/');
                }
                let mut files = Vec::new();
                for (path, kind) in entries.iter() {
                    if matches!(kind, Kind::File { .. }) {
                        files.extend_from_slice(&folder);
                        files.extend_from_slice(path);
                        files.push(0);
                    }
                }
                LoadReport {
                    entries: entries.len() as u32,
                    files: text(&files),
                    root: entries.single_root().map(text),
                    problem: None,
                }
            }
            Err(error) => LoadReport {
                entries: 0,
                files: String::new(),
                root: None,
                problem: Some(error.to_string()),
            },
        };
        Ok(report.into_ts()?)
    }
}

/// Copies pieces one after the other into memory that is written once: an archive is megabytes.
fn joined(pieces: Vec<Uint8Array>) -> Box<[u8]> {
    let length = pieces.iter().map(|piece| piece.length() as usize).sum();
    let mut bytes = Box::new_uninit_slice(length);
    let mut rest = &mut *bytes;
    for piece in pieces {
        let (place, after) = rest.split_at_mut(piece.length() as usize);
        piece.copy_to_uninit(place);
        rest = after;
    }
    // SAFETY: as many bytes as all pieces together have, and each piece has written its own.
    unsafe { bytes.assume_init() }
}
