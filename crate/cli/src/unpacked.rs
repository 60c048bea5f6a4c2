//! Archives of the command line, read as if they were unpacked where the program runs; the disk is around them.

use std::path::Path;
use std::rc::Rc;

use drvlab_archive::Limits;
use drvlab_lang::files::{FileError, FileKind, Files, MemoryFiles, canonical, parent};
use drvlab_store::Hash;

use crate::failure::Failure;
use crate::files::DiskFiles;
use crate::reading;

/// Endings of names of archives that can stand for the folder in them.
const ENDINGS: [&str; 4] = [".tar", ".tar.gz", ".tgz", ".zip"];

/// The file system with archives unpacked into it. What an archive has at its top hides what the disk has under that name.
#[derive(Debug, Default)]
pub struct UnpackedFiles {
    disk: DiskFiles,
    memory: MemoryFiles,
    /// The files and directories at the tops of archives.
    tops: Vec<Vec<u8>>,
}

impl UnpackedFiles {
    /// Reads an archive as if it were unpacked into a folder, and returns the one directory that it consists of, if it does.
    ///
    /// # Errors
    /// When it cannot be read, or is no archive.
    pub fn unpack(&mut self, archive: &Path, folder: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let bytes = reading::file(archive)
            .map_err(|error| Failure::file("cannot read", archive, &error))?;
        let entries = drvlab_archive::read(bytes, &Limits::default()).map_err(|error| {
            Failure::message(format!("cannot read '{}': {error}", archive.display()))
        })?;
        let place = |name: &[u8]| canonical(&[folder, b"/", name].concat());
        self.memory.unpack(&entries, folder);
        let tops = entries.iter().filter(|(path, _)| !path.contains(&b'/'));
        self.tops.extend(tops.map(|(path, _)| place(path)));
        Ok(entries.single_root().map(place))
    }

    /// Reads an archive that stands for the folder it consists of, and returns that.
    ///
    /// # Errors
    /// When it cannot be read, is no archive, or does not consist of one folder.
    pub fn unpack_folder(&mut self, archive: &Path, folder: &[u8]) -> Result<Vec<u8>, Failure> {
        self.unpack(archive, folder)?.ok_or_else(|| {
            let name = archive.display();
            Failure::message(format!(
                "'{name}' does not consist of one folder; say which file in it is meant: --tree '{name}' FILE"
            ))
        })
    }

    /// Lets a file have another text than on disk.
    pub fn replace(&mut self, path: &[u8], text: &[u8]) {
        self.memory.insert(path, text);
        self.tops.push(path.to_vec());
    }

    fn is_unpacked(&self, path: &[u8]) -> bool {
        self.tops.iter().any(|top| {
            path.strip_prefix(top.as_slice())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    }

    fn of(&self, path: &[u8]) -> &dyn Files {
        if self.is_unpacked(path) {
            &self.memory
        } else {
            &self.disk
        }
    }
}

/// Tells whether a path that is to be evaluated is meant as an archive, by its name.
pub fn is_archive(name: &[u8]) -> bool {
    ENDINGS
        .iter()
        .any(|ending| name.ends_with(ending.as_bytes()))
}

impl Files for UnpackedFiles {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        self.of(path).kind(path)
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        self.of(path).read(path)
    }

    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        if self.is_unpacked(path) {
            return self.memory.read_dir(path);
        }
        let mut entries = self.disk.read_dir(path)?;
        if self.tops.iter().any(|top| parent(top) == path) {
            let unpacked = self.memory.read_dir(path)?;
            entries.retain(|(name, _)| unpacked.iter().all(|(other, _)| name != other));
            entries.extend(unpacked);
        }
        Ok(entries)
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        self.of(path).read_link(path)
    }

    fn modified(&self, path: &[u8]) -> Option<u64> {
        self.of(path).modified(path)
    }

    fn decompressed(&self, bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
        self.disk.decompressed(bytes, limit)
    }

    fn known_nar_hash(&self, path: &[u8]) -> Option<Hash> {
        self.of(path).known_nar_hash(path)
    }

    fn remember_nar_hash(&self, path: &[u8], hash: Hash) {
        self.of(path).remember_nar_hash(path, hash);
    }
}
