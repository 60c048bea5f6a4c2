//! The workspace's files, shared between the page's side and the evaluator's.

use drvlab_lang::files::{FileError, FileKind, Files, MemoryFiles};
use std::cell::RefCell;
use std::rc::Rc;

/// A handle to the one file tree.
#[derive(Clone, Default)]
pub(crate) struct SharedFiles(pub Rc<RefCell<MemoryFiles>>);

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
}
