//! From paths to files: following names, `.`, `..` and symbolic links.

use bstr::{BString, ByteSlice as _};

use super::{Errno, FileSystem, FileType, Kind, NodeId, Place, ROOT};

/// How many symbolic links one path can lead through, as on Linux.
const MAX_LINKS: u32 = 40;

/// Longest path in bytes, as on Linux.
const MAX_PATH: usize = 4095;

impl FileSystem<'_> {
    /// Finds what a path names, following symbolic links.
    ///
    /// # Errors
    /// As of the system call `stat`.
    pub fn find(&mut self, from: NodeId, path: &[u8]) -> Result<NodeId, Errno> {
        self.walk(from, path, true)?.node.ok_or(Errno::NotFound)
    }

    /// Finds what a path names, without following a symbolic link at its end.
    ///
    /// # Errors
    /// As of the system call `lstat`.
    pub fn find_link(&mut self, from: NodeId, path: &[u8]) -> Result<NodeId, Errno> {
        let place = self.walk(from, path, false)?;
        match place.node {
            Some(_) if place.must_be_directory => self.find(from, path),
            Some(node) => Ok(node),
            None => Err(Errno::NotFound),
        }
    }

    /// Finds the directory and the name that a path ends in, without following a symbolic link there.
    ///
    /// # Errors
    /// The directory does not exist, or must not be entered.
    pub fn place(&mut self, from: NodeId, path: &[u8]) -> Result<Place, Errno> {
        self.walk(from, path, false)
    }

    /// As [`FileSystem::place`], but at the end of the symbolic links that the path ends in.
    ///
    /// # Errors
    /// As [`FileSystem::place`].
    pub fn place_followed(&mut self, from: NodeId, path: &[u8]) -> Result<Place, Errno> {
        self.walk(from, path, true)
    }

    /// Returns the path of a directory from the root, without symbolic links.
    #[must_use]
    pub fn path_of(&self, mut directory: NodeId) -> BString {
        let mut names = Vec::new();
        while directory != ROOT {
            let parent = self.parent(directory);
            if let Kind::Directory { entries, .. } = &self.node(parent).kind
                && let Some((name, _)) = entries.iter().find(|(_, id)| **id == directory)
            {
                names.push(name.clone());
            }
            directory = parent;
        }
        if names.is_empty() {
            return "/".into();
        }
        let mut path = BString::default();
        for name in names.iter().rev() {
            path.push(b'/');
            path.extend_from_slice(name);
        }
        path
    }

    /// Returns the path of a place from the root, without symbolic links in its directory.
    #[must_use]
    pub fn path_of_place(&self, place: &Place) -> BString {
        if place.name == "." {
            return self.path_of(place.directory);
        }
        let mut path = self.path_of(place.directory);
        if path != "/" {
            path.push(b'/');
        }
        path.extend_from_slice(&place.name);
        path
    }

    fn walk(&mut self, from: NodeId, path: &[u8], follow: bool) -> Result<Place, Errno> {
        if path.is_empty() {
            return Err(Errno::NotFound);
        }
        if path.len() > MAX_PATH {
            return Err(Errno::NameTooLong);
        }
        let mut directory = if path.starts_with(b"/") { ROOT } else { from };
        // Names that are still to be followed, the next one last.
        let mut pending: Vec<BString> = split(path);
        let trailing_slash = path.ends_with(b"/");
        let mut links = 0;
        let mut place = Place {
            directory,
            name: ".".into(),
            node: Some(directory),
            must_be_directory: trailing_slash,
        };
        while let Some(name) = pending.pop() {
            if self.file_type(directory) != FileType::Directory {
                return Err(Errno::NotDirectory);
            }
            if matches!(self.node(directory).kind, Kind::Unknown) {
                return Err(self.unknown(path));
            }
            if !self.may(directory, 1) {
                return Err(Errno::Denied);
            }
            let node = match name.as_slice() {
                b"." => Some(directory),
                b".." => Some(self.parent(directory)),
                name => self.child(directory, name),
            };
            let last = pending.is_empty();
            place = Place {
                directory,
                name,
                node,
                must_be_directory: trailing_slash,
            };
            let Some(node) = node else {
                return if last {
                    Ok(place)
                } else {
                    Err(Errno::NotFound)
                };
            };
            if let Kind::Symlink(target) = &self.node(node).kind
                && (!last || follow || trailing_slash)
            {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Errno::Loop);
                }
                if last && !follow && trailing_slash {
                    // `place` of `link/` is the link itself, said to be a directory.
                    return Ok(place);
                }
                if target.starts_with(b"/") {
                    directory = ROOT;
                }
                let target = target.clone();
                pending.extend(split(&target));
                place.node = Some(directory);
                continue;
            }
            directory = node;
        }
        if trailing_slash
            && let Some(node) = place.node
            && self.file_type(node) == FileType::File
        {
            return Err(Errno::NotDirectory);
        }
        Ok(place)
    }
}

/// Splits a path into its names, the first one last.
fn split(path: &[u8]) -> Vec<BString> {
    path.rsplit_str("/")
        .filter(|name| !name.is_empty())
        .map(BString::from)
        .collect()
}
