//! The host's files, and beside them archives that were fetched, unpacked.

use std::rc::Rc;

use drvlab_archive::Entries;
use drvlab_store::Hash;

use super::{FileError, FileKind, Files, MemoryFiles};

/// The folder that archives are unpacked into. No path of the language leads there but those of the store, which it stands behind.
const FOLDER: &str = "/«fetched»/";

/// All files that an evaluation can see.
pub struct FetchedFiles {
    host: Box<dyn Files>,
    unpacked: MemoryFiles,
}

impl FetchedFiles {
    /// Starts with the files of the host alone.
    #[inline]
    pub fn new(host: Box<dyn Files>) -> Self {
        Self {
            host,
            unpacked: MemoryFiles::default(),
        }
    }

    /// Unpacks an archive, and returns the path of the directory it consists of: the one that it has at its top, if it has nothing else there.
    #[inline]
    pub(crate) fn unpack(&mut self, entries: &Entries, hash: &Hash) -> Rc<[u8]> {
        let digest = hash.render(drvlab_store::HashFormat::Nix32);
        let folder = [FOLDER.as_bytes(), digest.as_bytes()].concat();
        self.unpacked.insert_node(&folder, super::Node::Directory);
        self.unpacked.unpack(entries, &folder);
        let names = self.unpacked.read_dir(&folder).unwrap_or_default();
        match &names[..] {
            [(name, FileKind::Directory)] => [&folder, b"/".as_slice(), name].concat().into(),
            _ => folder.into(),
        }
    }

    #[inline]
    fn of(&self, path: &[u8]) -> &dyn Files {
        if path.starts_with(FOLDER.as_bytes()) {
            &self.unpacked
        } else {
            &*self.host
        }
    }
}

impl Files for FetchedFiles {
    #[inline]
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        self.of(path).kind(path)
    }

    #[inline]
    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        self.of(path).read(path)
    }

    #[inline]
    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        self.of(path).read_dir(path)
    }

    #[inline]
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        self.of(path).read_link(path)
    }

    #[inline]
    fn modified(&self, path: &[u8]) -> Option<u64> {
        self.of(path).modified(path)
    }

    #[inline]
    fn decompressed(&self, bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
        self.host.decompressed(bytes, limit)
    }

    #[inline]
    fn known_nar_hash(&self, path: &[u8]) -> Option<Hash> {
        self.of(path).known_nar_hash(path)
    }

    #[inline]
    fn remember_nar_hash(&self, path: &[u8], hash: Hash) {
        self.of(path).remember_nar_hash(path, hash);
    }
}
