//! The evaluator's view of the real file system.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::SystemTime;

use drvlab_cache::compression;
use drvlab_lang::files::{FileError, FileKind, Files};
use rustc_hash::FxHashMap;

use crate::reading;

/// The file system of the machine that the program runs on.
///
/// What a path is, is asked once, as the reference does: the directories on the way to each file are looked at for every file. So is what is
/// in a directory: package sets list theirs again in each stage of the standard environment.
#[derive(Clone, Debug, Default)]
pub struct DiskFiles {
    kinds: RefCell<FxHashMap<Box<[u8]>, Option<FileKind>>>,
    listed: RefCell<FxHashMap<Box<[u8]>, Entries>>,
}

/// The names in a directory and what they are.
type Entries = Vec<(Vec<u8>, FileKind)>;

impl Files for DiskFiles {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        if let Some(kind) = self.kinds.borrow().get(path) {
            return Ok(*kind);
        }
        let kind = match fs::symlink_metadata(native(path)?) {
            Ok(metadata) => Some(kind(&metadata)),
            // Below a file there is nothing, too.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                None
            }
            Err(error) => return Err(in_words(&error)),
        };
        self.kinds.borrow_mut().insert(path.into(), kind);
        Ok(kind)
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        reading::shared_file(&native(path)?).map_err(|error| in_words(&error))
    }

    fn read_dir(&self, path: &[u8]) -> Result<Entries, FileError> {
        if let Some(entries) = self.listed.borrow().get(path) {
            return Ok(entries.clone());
        }
        let list = |folder: PathBuf| -> io::Result<Entries> {
            fs::read_dir(folder)?
                .map(|entry| {
                    let entry = entry?;
                    // Of the entry itself, not of what a link points to.
                    let file_type = entry.file_type()?;
                    let kind = if file_type.is_dir() {
                        FileKind::Directory
                    } else if file_type.is_symlink() {
                        FileKind::Symlink
                    } else {
                        kind(&entry.metadata()?)
                    };
                    Ok((entry.file_name().into_encoded_bytes(), kind))
                })
                .collect()
        };
        let mut entries = list(native(path)?).map_err(|error| in_words(&error))?;
        // Whoever wants them in order finds them so each time.
        entries.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut listed = self.listed.borrow_mut();
        listed.insert(path.into(), entries.clone());
        Ok(entries)
    }

    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        let target = fs::read_link(native(path)?).map_err(|error| in_words(&error))?;
        Ok(target.into_os_string().into_encoded_bytes())
    }

    fn modified(&self, path: &[u8]) -> Option<u64> {
        let modified = fs::symlink_metadata(native(path).ok()?)
            .ok()?
            .modified()
            .ok()?;
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(since.as_secs())
    }

    fn decompressed(&self, bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
        let unpacked = compression::decompress(compression::method_of(bytes)?, bytes, limit);
        unpacked.ok().map(Cow::into_owned)
    }
}

fn kind(metadata: &Metadata) -> FileKind {
    let file_type = metadata.file_type();
    if file_type.is_file() {
        FileKind::Regular {
            executable: is_executable(metadata),
        }
    } else if file_type.is_dir() {
        FileKind::Directory
    } else if file_type.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Unknown
    }
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

/// The path as the system takes it; an error where its bytes are none of the system's names.
#[cfg(unix)]
pub(crate) fn native(path: &[u8]) -> Result<PathBuf, FileError> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(std::ffi::OsStr::from_bytes(path).into())
}

#[cfg(not(unix))]
pub(crate) fn native(path: &[u8]) -> Result<PathBuf, FileError> {
    match std::str::from_utf8(path) {
        Ok(path) => Ok(path.into()),
        Err(_) => Err(FileError("is not valid Unicode".into())),
    }
}

/// Words that follow the path.
fn in_words(error: &io::Error) -> FileError {
    FileError(match error.kind() {
        ErrorKind::NotFound => "does not exist".into(),
        ErrorKind::IsADirectory => "is a directory".into(),
        ErrorKind::NotADirectory => "is not a directory".into(),
        ErrorKind::PermissionDenied => "cannot be read: permission denied".into(),
        _ => format!("cannot be read: {error}"),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::{env, process};

    use super::*;

    #[test]
    fn sees_what_is_there() {
        let folder = env::temp_dir().join(format!("drvlab-files-{}", process::id()));
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("file"), b"text\xff").unwrap();
        fs::set_permissions(folder.join("file"), fs::Permissions::from_mode(0o744)).unwrap();
        symlink("file", folder.join("link")).unwrap();
        let path = |name: &str| folder.join(name).into_os_string().into_encoded_bytes();

        let files = DiskFiles::default();
        let regular = FileKind::Regular { executable: true };
        assert_eq!(files.kind(&path("file")), Ok(Some(regular)));
        assert_eq!(files.kind(&path("link")), Ok(Some(FileKind::Symlink)));
        assert_eq!(files.kind(&path("sub")), Ok(Some(FileKind::Directory)));
        assert_eq!(files.kind(&path("none")), Ok(None));
        assert_eq!(files.kind(&path("file/below")), Ok(None));
        assert_eq!(files.kind(b"/dev/null"), Ok(Some(FileKind::Unknown)));

        assert_eq!(files.read(&path("file")).as_deref(), Ok(&b"text\xff"[..]));
        assert_eq!(
            files.read(&path("sub")),
            Err(FileError("is a directory".into()))
        );
        assert_eq!(
            files.read(&path("none")),
            Err(FileError("does not exist".into()))
        );
        assert_eq!(files.read_link(&path("link")), Ok(b"file".to_vec()));
        assert!(files.read_link(&path("file")).is_err());

        let mut entries = files
            .read_dir(&folder.clone().into_os_string().into_encoded_bytes())
            .unwrap();
        entries.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(
            entries,
            [
                (b"file".to_vec(), regular),
                (b"link".to_vec(), FileKind::Symlink),
                (b"sub".to_vec(), FileKind::Directory)
            ]
        );
        assert_eq!(
            files.read_dir(&path("file")),
            Err(FileError("is not a directory".into()))
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
