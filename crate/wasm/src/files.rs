//! The workspace's files, shared between the page's side and the evaluator's.

use drvlab_lang::files::{FileError, FileKind, Files, MemoryFiles, canonical};
use drvlab_store::Hash;
use std::cell::RefCell;
use std::rc::Rc;

/// A handle to the one file tree.
#[derive(Clone, Default)]
pub(crate) struct SharedFiles(pub Rc<RefCell<MemoryFiles>>);

/// What writing a file has changed.
pub(crate) enum Written {
    /// There was none.
    New,
    /// It had another text.
    Other,
    /// Nothing.
    Same,
}

impl SharedFiles {
    /// Writes a file.
    pub(crate) fn write(&self, path: &[u8], contents: &[u8]) -> Written {
        let mut files = self.0.borrow_mut();
        let written = match files.read(&canonical(path)) {
            Ok(old) if *old == *contents => return Written::Same,
            Ok(_) => Written::Other,
            Err(_) => Written::New,
        };
        files.insert(path, contents);
        written
    }
}

impl Files for SharedFiles {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        self.0.borrow().kind(path)
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        self.0.borrow().read(path)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        self.0.borrow().read_dir(path)
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        self.0.borrow().read_link(path)
    }

    fn known_nar_hash(&self, path: &[u8]) -> Option<Hash> {
        self.0.borrow().known_nar_hash(path)
    }

    fn remember_nar_hash(&self, path: &[u8], hash: Hash) {
        self.0.borrow().remember_nar_hash(path, hash);
    }
}
