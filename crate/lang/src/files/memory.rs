//! A tree of files in memory, with an index of directories.

use std::cell::RefCell;
use std::rc::Rc;

use drvlab_archive::{Contents, Entries, Kind};
use drvlab_store::{Hash, HashedMap};

use super::{FileError, FileKind, Files, canonical, is_at_or_below, parent};

/// What can be put into [`MemoryFiles`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Node {
    /// A regular file.
    File {
        /// Its bytes.
        contents: Rc<[u8]>,
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A symbolic link.
    Symlink {
        /// Where it points.
        target: Box<[u8]>,
    },
    /// A directory that exists by itself, also without anything in it.
    Directory,
}

#[derive(Clone, Debug)]
enum Stored {
    File { contents: Text, executable: bool },
    Symlink { target: Box<[u8]> },
    Directory(Directory),
}

/// The contents of a file.
#[derive(Clone, Debug)]
enum Text {
    Own(Rc<[u8]>),
    /// In an archive, of which most files are never read.
    Packed(Contents),
}

#[derive(Clone, Default, Debug)]
struct Directory {
    /// In any order, each once.
    names: Vec<Box<[u8]>>,
    /// Whether it stays when the last name is gone.
    by_itself: bool,
}

/// A tree of files in memory. Directories exist where files are below them, and where they were put.
#[derive(Clone, Default, Debug)]
pub struct MemoryFiles {
    nodes: HashedMap<Box<[u8]>, Stored>,
    nar_hashes: RefCell<HashedMap<Box<[u8]>, Hash>>,
}

impl MemoryFiles {
    /// Adds or replaces a regular file; one that was executable stays so.
    #[inline]
    pub fn insert(&mut self, path: &[u8], contents: impl Into<Rc<[u8]>>) {
        let path = canonical(path);
        let executable = matches!(
            self.nodes.get(path.as_slice()),
            Some(Stored::File {
                executable: true,
                ..
            })
        );
        let contents = Text::Own(contents.into());
        self.put(
            &path,
            Stored::File {
                contents,
                executable,
            },
        );
    }

    /// Adds or replaces whatever is at a path. What was below it, if it is no directory any more, is gone; so is what was in the way.
    #[inline]
    pub fn insert_node(&mut self, path: &[u8], node: Node) {
        let path = canonical(path);
        let stored = match node {
            Node::File {
                contents,
                executable,
            } => Stored::File {
                contents: Text::Own(contents),
                executable,
            },
            Node::Symlink { target } => Stored::Symlink { target },
            Node::Directory => self.directory_by_itself(&path),
        };
        self.put(&path, stored);
    }

    /// Adds everything that is in an archive, as if it were unpacked into a folder. Contents are not copied.
    #[inline]
    pub fn unpack(&mut self, entries: &Entries, folder: &[u8]) {
        let folder = canonical(folder);
        self.nodes.reserve(entries.len());
        for (path, kind) in entries.shared() {
            let path = join(&folder, path);
            let stored = match kind {
                Kind::File {
                    contents,
                    executable,
                } => Stored::File {
                    contents: Text::Packed(contents),
                    executable,
                },
                Kind::Symlink { target } => Stored::Symlink {
                    target: (*target).into(),
                },
                Kind::Directory => self.directory_by_itself(&path),
            };
            self.put(&path, stored);
        }
    }

    /// Takes the directory at a path, or makes one, that stays when nothing is in it.
    #[inline]
    fn directory_by_itself(&mut self, path: &[u8]) -> Stored {
        let names = match self.nodes.get_mut(path) {
            Some(Stored::Directory(directory)) => std::mem::take(&mut directory.names),
            _ => Vec::new(),
        };
        Stored::Directory(Directory {
            names,
            by_itself: true,
        })
    }

    /// Removes a file, or a directory with all that is below it; tells whether there was one.
    #[inline]
    pub fn remove(&mut self, path: &[u8]) -> bool {
        let path = canonical(path);
        if !self.nodes.contains_key(path.as_slice()) {
            return false;
        }
        self.changed(&path);
        self.remove_subtree(&path);
        self.leave_parents(&path);
        true
    }

    #[inline]
    fn put(&mut self, path: &[u8], stored: Stored) {
        self.changed(path);
        let stays = matches!(
            (&stored, self.nodes.get(path)),
            (Stored::Directory(_), _)
                | (_, None | Some(Stored::File { .. } | Stored::Symlink { .. }))
        );
        if !stays {
            self.remove_subtree(path);
        }
        if self.nodes.insert(path.into(), stored).is_none() {
            self.enter_parents(path);
        }
    }

    /// Makes the directories on the way to a path, and enters it there.
    #[inline]
    fn enter_parents(&mut self, path: &[u8]) {
        let mut path = path;
        while path != b"/" {
            let above = parent(path);
            let name = Box::from(file_name(path));
            match self.nodes.get_mut(above) {
                Some(Stored::Directory(directory)) => {
                    directory.names.push(name);
                    return;
                }
                Some(in_the_way) => {
                    *in_the_way = Stored::Directory(Directory::of(name));
                    return;
                }
                None => {
                    self.nodes
                        .insert(above.into(), Stored::Directory(Directory::of(name)));
                }
            }
            path = above;
        }
    }

    /// Takes a path out of its directory, and directories that are then empty out of theirs.
    #[inline]
    fn leave_parents(&mut self, path: &[u8]) {
        let mut path = path;
        while path != b"/" {
            let above = parent(path);
            let Some(Stored::Directory(directory)) = self.nodes.get_mut(above) else {
                return;
            };
            directory.names.retain(|name| **name != *file_name(path));
            if !directory.names.is_empty() || directory.by_itself || above == b"/" {
                return;
            }
            self.nodes.remove(above);
            path = above;
        }
    }

    #[inline]
    fn remove_subtree(&mut self, path: &[u8]) {
        let mut left: Vec<Box<[u8]>> = vec![path.into()];
        while let Some(path) = left.pop() {
            if let Some(Stored::Directory(directory)) = self.nodes.remove(&path) {
                let below = directory.names.iter();
                left.extend(below.map(|name| join(&path, name).into_boxed_slice()));
            }
        }
    }

    /// Forgets hashes of what a change at a path is part of.
    #[inline]
    fn changed(&mut self, path: &[u8]) {
        let hashes = self.nar_hashes.get_mut();
        if !hashes.is_empty() {
            hashes.retain(|known, _| !is_at_or_below(path, known) && !is_at_or_below(known, path));
        }
    }

    #[inline]
    fn directory(&self, path: &[u8]) -> Result<&Directory, FileError> {
        match self.nodes.get(path) {
            Some(Stored::Directory(directory)) => Ok(directory),
            Some(_) => Err(FileError("is not a directory".into())),
            None => Err(does_not_exist()),
        }
    }
}

impl Text {
    fn read(&self) -> Rc<[u8]> {
        match self {
            Self::Own(contents) => Rc::clone(contents),
            Self::Packed(contents) => Rc::from(&**contents),
        }
    }
}

impl Directory {
    #[inline]
    fn of(name: Box<[u8]>) -> Self {
        Self {
            names: vec![name],
            by_itself: false,
        }
    }
}

impl Stored {
    fn kind(&self) -> FileKind {
        match self {
            Self::File { executable, .. } => FileKind::Regular {
                executable: *executable,
            },
            Self::Symlink { .. } => FileKind::Symlink,
            Self::Directory(_) => FileKind::Directory,
        }
    }
}

impl Files for MemoryFiles {
    fn kind(&self, path: &[u8]) -> Result<Option<FileKind>, FileError> {
        let kind = self.nodes.get(path).map(Stored::kind);
        Ok(kind.or_else(|| (path == b"/").then_some(FileKind::Directory)))
    }

    fn read(&self, path: &[u8]) -> Result<Rc<[u8]>, FileError> {
        match self.nodes.get(path) {
            Some(Stored::File { contents, .. }) => Ok(contents.read()),
            Some(Stored::Symlink { .. }) => Err(FileError("is a symbolic link".into())),
            Some(Stored::Directory(_)) => Err(FileError("is a directory".into())),
            None => Err(does_not_exist()),
        }
    }

    #[inline]
    fn read_dir(&self, path: &[u8]) -> Result<Vec<(Vec<u8>, FileKind)>, FileError> {
        if path == b"/" && self.nodes.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.directory(path)?.names.iter();
        Ok(names
            .map(|name| {
                let kind = self.nodes.get(join(path, name).as_slice());
                (name.to_vec(), kind.map_or(FileKind::Unknown, Stored::kind))
            })
            .collect())
    }

    #[inline]
    fn read_link(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        match self.nodes.get(path) {
            Some(Stored::Symlink { target }) => Ok(target.to_vec()),
            Some(_) => Err(FileError("is not a symbolic link".into())),
            None => Err(does_not_exist()),
        }
    }

    #[inline]
    fn known_nar_hash(&self, path: &[u8]) -> Option<Hash> {
        self.nar_hashes.borrow().get(path).copied()
    }

    #[inline]
    fn remember_nar_hash(&self, path: &[u8], hash: Hash) {
        if self.nodes.contains_key(path) {
            self.nar_hashes.borrow_mut().insert(path.into(), hash);
        }
    }
}

#[inline]
fn does_not_exist() -> FileError {
    FileError("does not exist".into())
}

#[inline]
fn file_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

#[inline]
fn join(directory: &[u8], name: &[u8]) -> Vec<u8> {
    crate::loading::join(directory, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use drvlab_store::HashAlgorithm;

    fn names(files: &MemoryFiles, path: &str) -> Vec<String> {
        let entries = files.read_dir(path.as_bytes()).expect("a directory");
        let text = |(name, _): (Vec<u8>, FileKind)| String::from_utf8_lossy(&name).into_owned();
        let mut names: Vec<String> = entries.into_iter().map(text).collect();
        names.sort();
        names
    }

    fn executable(contents: &[u8]) -> Node {
        Node::File {
            contents: contents.into(),
            executable: true,
        }
    }

    #[test]
    fn directories_are_where_files_are() {
        let mut files = MemoryFiles::default();
        assert_eq!(files.kind(b"/"), Ok(Some(FileKind::Directory)));
        assert_eq!(names(&files, "/"), [""; 0]);
        files.insert(b"/a/b/c.nix", *b"1");
        files.insert(b"/a/b.nix", *b"2");
        assert_eq!(files.kind(b"/a/b"), Ok(Some(FileKind::Directory)));
        assert_eq!(files.kind(b"/a/c"), Ok(None));
        assert_eq!(names(&files, "/a"), ["b", "b.nix"]);
        assert!(files.read(b"/a").is_err());

        assert!(files.remove(b"/a/b/c.nix"));
        assert!(!files.remove(b"/a/b/c.nix"));
        assert_eq!(files.kind(b"/a/b"), Ok(None));
        assert_eq!(names(&files, "/a"), ["b.nix"]);
        files.insert_node(b"/a/empty", Node::Directory);
        files.insert(b"/a/empty/file", *b"");
        assert!(files.remove(b"/a/empty/file"));
        assert_eq!(files.kind(b"/a/empty"), Ok(Some(FileKind::Directory)));
        assert!(files.remove(b"/a"));
        assert_eq!(names(&files, "/"), [""; 0]);
    }

    #[test]
    fn links_and_programs_are_kept() {
        let mut files = MemoryFiles::default();
        let target: Box<[u8]> = (*b"../x").into();
        files.insert_node(
            b"/d/link",
            Node::Symlink {
                target: target.clone(),
            },
        );
        files.insert_node(b"/d/program", executable(b"one"));
        assert_eq!(files.kind(b"/d/link"), Ok(Some(FileKind::Symlink)));
        assert_eq!(files.read_link(b"/d/link"), Ok(target.to_vec()));
        // An edit of the text does not change what the file is.
        files.insert(b"/d/program", *b"two");
        let program = FileKind::Regular { executable: true };
        assert_eq!(files.kind(b"/d/program"), Ok(Some(program)));
        assert_eq!(files.read(b"/d/program").as_deref(), Ok(&b"two"[..]));
        // What is put in the way of others replaces them, and the other way round.
        files.insert(b"/d", *b"a file");
        assert_eq!(files.kind(b"/d/program"), Ok(None));
        files.insert(b"/d/again", *b"");
        assert_eq!(names(&files, "/d"), ["again"]);
    }

    #[test]
    fn hashes_are_forgotten_with_what_they_are_of() {
        let mut files = MemoryFiles::default();
        files.insert(b"/a/b/c", *b"1");
        files.insert(b"/a/bc", *b"2");
        let known = |files: &MemoryFiles| {
            [b"/a".as_slice(), b"/a/b", b"/a/b/c", b"/a/bc"]
                .map(|path| files.known_nar_hash(path).is_some())
        };
        let fill = |files: &MemoryFiles| {
            for path in [b"/a".as_slice(), b"/a/b", b"/a/b/c", b"/a/bc"] {
                files.remember_nar_hash(path, Hash::of(HashAlgorithm::Sha256, b""));
            }
        };
        fill(&files);
        assert_eq!(known(&files), [true; 4]);
        files.insert(b"/a/b/c", *b"3");
        assert_eq!(known(&files), [false, false, false, true]);
        fill(&files);
        files.insert(b"/a/bc", *b"4");
        assert_eq!(known(&files), [false, true, true, false]);
        fill(&files);
        files.remove(b"/a/b");
        assert_eq!(known(&files), [false, false, false, true]);
        files.remember_nar_hash(b"/none", Hash::of(HashAlgorithm::Sha256, b""));
        assert_eq!(files.known_nar_hash(b"/none"), None);
    }
}
