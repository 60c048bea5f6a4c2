//! The files that a builder sees: a small Unix file system in memory.
//!
//! It shows what the sandbox of the reference shows on Linux: the closure of the inputs, the build directory, `/tmp`, `/dev/null`
//! and the programs of the host, seen by a user who owns what the build makes and may change nothing else. Places of which nothing
//! is known (`/etc`, `/proc`, contents of simulated inputs) are [`Trouble`] as soon as a builder looks at them.

mod lookup;

use drvlab_store::OrderedMap;
use std::fmt;
use std::rc::Rc;

use bstr::{BStr, BString};
use drvlab_store::{FileTree, StoreDir, StorePath};

use crate::limits::Limit;

/// Index of a file, link or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(u32);

/// Why the operating system refuses; the texts are those of the C library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errno {
    /// `ENOENT`
    NotFound,
    /// `EACCES`
    Denied,
    /// `EEXIST`
    Exists,
    /// `ENOTDIR`
    NotDirectory,
    /// `EISDIR`
    IsDirectory,
    /// `ENOTEMPTY`
    NotEmpty,
    /// `ELOOP`
    Loop,
    /// `EINVAL`
    Invalid,
    /// `ENAMETOOLONG`
    NameTooLong,
    /// `EPERM`
    NotPermitted,
    /// `EBADF`
    BadDescriptor,
    /// `ENOEXEC`
    NotProgram,
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "No such file or directory",
            Self::Denied => "Permission denied",
            Self::Exists => "File exists",
            Self::NotDirectory => "Not a directory",
            Self::IsDirectory => "Is a directory",
            Self::NotEmpty => "Directory not empty",
            Self::Loop => "Too many levels of symbolic links",
            Self::Invalid => "Invalid argument",
            Self::NameTooLong => "File name too long",
            Self::NotPermitted => "Operation not permitted",
            Self::BadDescriptor => "Bad file descriptor",
            Self::NotProgram => "Exec format error",
        })
    }
}

/// Why the build cannot go on here although it could elsewhere; the answer to the builder no longer matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A bound is reached.
    Limit(Limit),
    /// The builder looks at something whose contents are not known.
    Unknown(BString),
}

/// Bytes of a file, shared with the store until they are changed.
#[derive(Clone, Debug)]
enum Contents {
    Shared(Rc<[u8]>),
    Own(Vec<u8>),
}

#[derive(Clone, Debug)]
enum Kind<'a> {
    File(Contents),
    Symlink(BString),
    Directory {
        entries: OrderedMap<BString, NodeId>,
        parent: NodeId,
    },
    /// A directory of an input that nobody has looked into.
    Unread {
        entries: &'a OrderedMap<BString, FileTree>,
        parent: NodeId,
    },
    /// Exists, but more is not known.
    Unknown,
    /// `/dev/null`
    Null,
    /// A program of the host, which runs as a function of this crate.
    Program,
}

#[derive(Clone, Debug)]
struct Node<'a> {
    kind: Kind<'a>,
    /// Permissions, `0o7777` at most.
    mode: u16,
    /// Whether the build has made it.
    own: bool,
}

/// What a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device.
    Device,
}

/// A Unix file system in memory.
#[derive(Debug)]
pub struct FileSystem<'a> {
    nodes: Vec<Node<'a>>,
    max_nodes: usize,
    trouble: Option<Trouble>,
}

const ROOT: NodeId = NodeId(0);

impl<'a> FileSystem<'a> {
    /// Makes a file system that has the root directory only, and can have `max_nodes` files.
    #[must_use]
    pub fn new(max_nodes: usize) -> Self {
        let root = Node {
            kind: Kind::Directory {
                entries: OrderedMap::new(),
                parent: ROOT,
            },
            mode: 0o755,
            own: false,
        };
        Self {
            nodes: vec![root],
            max_nodes,
            trouble: None,
        }
    }

    /// Returns the root directory.
    #[must_use]
    pub const fn root(&self) -> NodeId {
        ROOT
    }

    /// Takes what made it impossible to go on, if anything did.
    pub fn take_trouble(&mut self) -> Option<Trouble> {
        self.trouble.take()
    }

    /// Makes directories of the host from the root on, and returns the last one.
    pub fn mount_directory(&mut self, path: &str, mode: u16, own: bool) -> NodeId {
        let mut directory = ROOT;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            directory = match self.child(directory, name.as_bytes()) {
                Some(node) => node,
                None => {
                    let kind = Kind::Directory {
                        entries: OrderedMap::new(),
                        parent: directory,
                    };
                    self.attach(directory, name.as_bytes(), kind, 0o755, false)
                }
            };
        }
        let node = self.node_mut(directory);
        node.mode = mode;
        node.own = own;
        directory
    }

    /// Makes programs of the host in a directory.
    pub fn mount_programs<'n>(&mut self, path: &str, names: impl IntoIterator<Item = &'n str>) {
        let directory = self.mount_directory(path, 0o755, false);
        for name in names {
            self.attach(directory, name.as_bytes(), Kind::Program, 0o755, false);
        }
    }

    /// Makes a place of which nothing but its existence is known.
    pub fn mount_unknown(&mut self, directory: &str, name: &[u8]) {
        let directory = self.mount_directory(directory, 0o755, false);
        self.attach(directory, name, Kind::Unknown, 0o555, false);
    }

    /// Makes a symbolic link of the host.
    pub fn mount_symlink(&mut self, directory: &str, name: &[u8], target: &[u8]) {
        let directory = self.mount_directory(directory, 0o755, false);
        let kind = Kind::Symlink(target.into());
        self.attach(directory, name, kind, 0o777, false);
    }

    /// Makes `/dev/null`.
    pub fn mount_null(&mut self) {
        let directory = self.mount_directory("/dev", 0o755, false);
        self.attach(directory, b"null", Kind::Null, 0o666, false);
    }

    /// Makes the directory of store objects, in which builders may make more.
    pub fn mount_store(&mut self, store_dir: &StoreDir) -> NodeId {
        self.mount_directory(store_dir.as_str(), 0o1777, false)
    }

    /// Makes a store object; without a tree its contents are not known.
    pub fn mount_object(&mut self, store: NodeId, path: &StorePath, tree: Option<&'a FileTree>) {
        let name = path.to_string();
        match tree {
            Some(tree) => {
                let (kind, mode) = Self::input(tree, store);
                self.attach(store, name.as_bytes(), kind, mode, false);
            }
            None => {
                self.attach(store, name.as_bytes(), Kind::Unknown, 0o555, false);
            }
        }
    }

    /// Kind and permissions of a part of a store object.
    fn input(tree: &'a FileTree, parent: NodeId) -> (Kind<'a>, u16) {
        match tree {
            FileTree::File {
                contents,
                executable,
            } => (
                Kind::File(Contents::Shared(contents.clone())),
                if *executable { 0o555 } else { 0o444 },
            ),
            FileTree::Symlink { target } => (Kind::Symlink(target.clone()), 0o777),
            FileTree::Directory(entries) => (Kind::Unread { entries, parent }, 0o555),
        }
    }

    fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node<'a> {
        &mut self.nodes[id.0 as usize]
    }

    /// Adds an entry to a directory; without effect, apart from trouble, when there are too many nodes.
    fn attach(
        &mut self,
        directory: NodeId,
        name: &[u8],
        kind: Kind<'a>,
        mode: u16,
        own: bool,
    ) -> NodeId {
        if self.nodes.len() >= self.max_nodes {
            self.trouble = Some(Trouble::Limit(Limit::Files(self.max_nodes)));
            return directory;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node { kind, mode, own });
        if let Kind::Directory { entries, .. } = &mut self.node_mut(directory).kind {
            entries.insert(name.into(), id);
        }
        id
    }

    /// Makes the entries of an input's directory into nodes.
    fn expand(&mut self, directory: NodeId) {
        if let Kind::Unread { entries, parent } = self.node(directory).kind {
            self.node_mut(directory).kind = Kind::Directory {
                entries: OrderedMap::new(),
                parent,
            };
            for (name, tree) in entries {
                let (kind, mode) = Self::input(tree, directory);
                self.attach(directory, name, kind, mode, false);
            }
        }
    }

    fn child(&mut self, directory: NodeId, name: &[u8]) -> Option<NodeId> {
        self.expand(directory);
        match &self.node(directory).kind {
            Kind::Directory { entries, .. } => entries.get(BStr::new(name)).copied(),
            _ => None,
        }
    }

    /// Notes that a builder looks at something unknown.
    fn unknown(&mut self, path: &[u8]) -> Errno {
        if self.trouble.is_none() {
            self.trouble = Some(Trouble::Unknown(path.into()));
        }
        Errno::Denied
    }

    /// Tells whether a path leads to something of which nothing is known.
    #[must_use]
    pub fn is_unknown(&mut self, cwd: NodeId, path: &[u8]) -> bool {
        let found = self.find(cwd, path);
        found.is_ok_and(|id| matches!(self.node(id).kind, Kind::Unknown))
    }

    /// Tells whether the build may read, write or enter a node; `access` is a sum of 4, 2 and 1.
    #[must_use]
    pub fn may(&self, id: NodeId, access: u16) -> bool {
        let node = self.node(id);
        let granted = if node.own { node.mode >> 6 } else { node.mode };
        granted & access == access
    }

    /// Returns what a node is; something unknown counts as a directory.
    #[must_use]
    pub fn file_type(&self, id: NodeId) -> FileType {
        match self.node(id).kind {
            Kind::File(_) | Kind::Program => FileType::File,
            Kind::Symlink(_) => FileType::Symlink,
            Kind::Directory { .. } | Kind::Unread { .. } | Kind::Unknown => FileType::Directory,
            Kind::Null => FileType::Device,
        }
    }

    /// Returns the permissions of a node.
    #[must_use]
    pub fn mode(&self, id: NodeId) -> u16 {
        self.node(id).mode
    }

    /// Tells whether a node is a program of the host.
    #[must_use]
    pub fn is_program(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::Program)
    }

    /// Tells whether the build has made a node.
    #[must_use]
    pub fn is_own(&self, id: NodeId) -> bool {
        self.node(id).own
    }

    /// Changes permissions.
    ///
    /// # Errors
    /// The node is not the build's own.
    pub fn set_mode(&mut self, id: NodeId, mode: u16) -> Result<(), Errno> {
        if !self.node(id).own {
            return Err(Errno::NotPermitted);
        }
        self.node_mut(id).mode = mode & 0o7777;
        Ok(())
    }

    /// Returns the target of a symbolic link.
    ///
    /// # Errors
    /// The node is no link.
    pub fn target(&self, id: NodeId) -> Result<&BString, Errno> {
        match &self.node(id).kind {
            Kind::Symlink(target) => Ok(target),
            _ => Err(Errno::Invalid),
        }
    }

    /// Returns the names in a directory, sorted.
    ///
    /// # Errors
    /// It is no directory, or must not be read.
    pub fn entries(&mut self, id: NodeId) -> Result<Vec<BString>, Errno> {
        self.expand(id);
        let allowed = self.may(id, 4);
        match &self.node(id).kind {
            Kind::Directory { .. } if !allowed => Err(Errno::Denied),
            // Directories above the store and the store itself have entries that are not modelled.
            Kind::Directory { .. } if self.is_host_directory(id) => {
                Err(self.unknown(b"a directory of the host"))
            }
            Kind::Directory { entries, .. } => Ok(entries.keys().cloned().collect()),
            Kind::Unknown => Err(self.unknown(b"an unknown directory")),
            _ => Err(Errno::NotDirectory),
        }
    }

    /// Tells whether a directory belongs neither to the build nor to an input.
    fn is_host_directory(&self, id: NodeId) -> bool {
        let node = self.node(id);
        !node.own && node.mode & 0o200 != 0
    }

    /// Returns the bytes of an open file.
    pub fn bytes(&mut self, id: NodeId) -> &[u8] {
        if matches!(self.node(id).kind, Kind::Unknown | Kind::Program) {
            self.unknown(b"a program of the host");
        }
        match &self.node(id).kind {
            Kind::File(Contents::Shared(bytes)) => bytes,
            Kind::File(Contents::Own(bytes)) => bytes,
            _ => &[],
        }
    }

    /// Gives a file the bytes of another one, without copying them if both can share.
    pub fn copy_contents(&mut self, from: NodeId, to: NodeId) {
        let contents = match &self.node(from).kind {
            Kind::File(contents) => contents.clone(),
            _ => Contents::Own(self.bytes(from).to_vec()),
        };
        if let Kind::File(target) = &mut self.node_mut(to).kind {
            *target = contents;
        }
    }

    /// Tells whether changing a file means copying it.
    #[must_use]
    pub fn is_shared(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::File(Contents::Shared(_)))
    }

    /// Changes the bytes of an open file; a device takes them and forgets.
    pub fn write(&mut self, id: NodeId, offset: usize, data: &[u8]) {
        let Kind::File(contents) = &mut self.node_mut(id).kind else {
            return;
        };
        if let Contents::Shared(bytes) = contents {
            *contents = Contents::Own(bytes.to_vec());
        }
        if let Contents::Own(bytes) = contents {
            let end = offset + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[offset..end].copy_from_slice(data);
        }
    }

    /// Makes an open file empty.
    pub fn truncate(&mut self, id: NodeId) {
        if let Kind::File(contents) = &mut self.node_mut(id).kind {
            *contents = Contents::Own(Vec::new());
        }
    }

    /// Makes a file, to which the caller has a place from [`FileSystem::place`].
    ///
    /// # Errors
    /// The directory must not be changed.
    pub fn create(&mut self, place: &Place, mode: u16) -> Result<NodeId, Errno> {
        self.check_addition(place)?;
        let kind = Kind::File(Contents::Own(Vec::new()));
        Ok(self.attach(place.directory, &place.name, kind, mode, true))
    }

    /// Makes a directory.
    ///
    /// # Errors
    /// There is something of this name, or the directory must not be changed.
    pub fn make_directory(&mut self, place: &Place, mode: u16) -> Result<NodeId, Errno> {
        self.check_addition(place)?;
        let kind = Kind::Directory {
            entries: OrderedMap::new(),
            parent: place.directory,
        };
        Ok(self.attach(place.directory, &place.name, kind, mode, true))
    }

    /// Makes a symbolic link.
    ///
    /// # Errors
    /// There is something of this name, or the directory must not be changed.
    pub fn make_symlink(&mut self, place: &Place, target: &[u8]) -> Result<(), Errno> {
        if target.is_empty() {
            return Err(Errno::NotFound);
        }
        if place.must_be_directory {
            return Err(Errno::NotFound);
        }
        self.check_addition(place)?;
        let kind = Kind::Symlink(target.into());
        self.attach(place.directory, &place.name, kind, 0o777, true);
        Ok(())
    }

    /// Gives a file another name.
    ///
    /// # Errors
    /// It is a directory, there is something of this name, or the directory must not be changed.
    pub fn link(&mut self, id: NodeId, place: &Place) -> Result<(), Errno> {
        if self.file_type(id) == FileType::Directory || !self.node(id).own {
            return Err(Errno::NotPermitted);
        }
        self.check_addition(place)?;
        self.set_entry(place, id);
        Ok(())
    }

    /// Removes a name that is no directory.
    ///
    /// # Errors
    /// There is none, or the directory must not be changed.
    pub fn unlink(&mut self, place: &Place) -> Result<(), Errno> {
        let id = place.node.ok_or(Errno::NotFound)?;
        if self.file_type(id) == FileType::Directory {
            return Err(Errno::IsDirectory);
        }
        self.check_removal(place, id)?;
        self.remove_entry(place);
        Ok(())
    }

    /// Removes an empty directory.
    ///
    /// # Errors
    /// It is something else or not empty, or the directory must not be changed.
    pub fn remove_directory(&mut self, place: &Place) -> Result<(), Errno> {
        let id = place.node.ok_or(Errno::NotFound)?;
        if self.file_type(id) != FileType::Directory {
            return Err(Errno::NotDirectory);
        }
        self.check_removal(place, id)?;
        self.expand(id);
        match &self.node(id).kind {
            Kind::Directory { entries, .. } if entries.is_empty() => {
                self.remove_entry(place);
                Ok(())
            }
            _ => Err(Errno::NotEmpty),
        }
    }

    /// Moves a file, link or directory, over whatever file or empty directory is at the other place.
    ///
    /// # Errors
    /// As of the system call `rename`.
    pub fn rename(&mut self, from: &Place, to: &Place) -> Result<(), Errno> {
        let id = from.node.ok_or(Errno::NotFound)?;
        self.check_removal(from, id)?;
        if to.node == Some(id) {
            return Ok(());
        }
        let is_directory = self.file_type(id) == FileType::Directory;
        // A directory cannot move into itself.
        let mut above = to.directory;
        while above != ROOT {
            if above == id {
                return Err(Errno::Invalid);
            }
            above = self.parent(above);
        }
        match to.node {
            Some(_) if is_directory => self.remove_directory(to)?,
            Some(_) => self.unlink(to)?,
            None => self.check_addition(to)?,
        }
        self.remove_entry(from);
        self.set_entry(to, id);
        if let Kind::Directory { parent, .. } | Kind::Unread { parent, .. } =
            &mut self.node_mut(id).kind
        {
            *parent = to.directory;
        }
        Ok(())
    }

    fn check_addition(&mut self, place: &Place) -> Result<(), Errno> {
        if place.node.is_some() {
            return Err(Errno::Exists);
        }
        if place.name.len() > 255 {
            return Err(Errno::NameTooLong);
        }
        self.check_change(place.directory)
    }

    fn check_removal(&mut self, place: &Place, id: NodeId) -> Result<(), Errno> {
        // Inputs are mounts, which cannot be removed; what is said about them depends on the kernel.
        if !self.node(id).own && self.is_host_directory(place.directory) {
            return Err(self.unknown(b"an attempt to remove an input"));
        }
        self.check_change(place.directory)
    }

    fn check_change(&mut self, directory: NodeId) -> Result<(), Errno> {
        if !matches!(self.node(directory).kind, Kind::Directory { .. }) {
            return Err(Errno::Denied);
        }
        // Whether the root can be changed depends on whether there are users for builds.
        if self.is_host_directory(directory) && !self.may(directory, 2) {
            return Err(self.unknown(b"a change to a directory of the host"));
        }
        if self.may(directory, 3) {
            Ok(())
        } else {
            Err(Errno::Denied)
        }
    }

    fn set_entry(&mut self, place: &Place, id: NodeId) {
        if let Kind::Directory { entries, .. } = &mut self.node_mut(place.directory).kind {
            entries.insert(place.name.clone(), id);
        }
    }

    fn remove_entry(&mut self, place: &Place) {
        if let Kind::Directory { entries, .. } = &mut self.node_mut(place.directory).kind {
            entries.remove(&place.name);
        }
    }

    /// Returns the tree at a node, as the reference registers it: of the permissions only that to execute counts.
    ///
    /// `None` if there is something that no store object can contain, or directories are nested deeper than `depth`.
    #[must_use]
    pub fn tree(&mut self, id: NodeId, depth: usize) -> Option<FileTree> {
        self.expand(id);
        match &self.node(id).kind {
            Kind::File(contents) => Some(FileTree::File {
                contents: match contents {
                    Contents::Shared(bytes) => bytes.clone(),
                    Contents::Own(bytes) => Rc::from(&bytes[..]),
                },
                executable: self.node(id).mode & 0o100 != 0,
            }),
            Kind::Symlink(target) => Some(FileTree::symlink(target.clone())),
            Kind::Directory { entries, .. } => {
                let depth = depth.checked_sub(1)?;
                let entries = entries.clone();
                let mut tree = OrderedMap::new();
                for (name, id) in entries {
                    tree.insert(name, self.tree(id, depth)?);
                }
                Some(FileTree::Directory(tree))
            }
            Kind::Unread { .. } | Kind::Unknown | Kind::Null | Kind::Program => None,
        }
    }

    fn parent(&self, id: NodeId) -> NodeId {
        match self.node(id).kind {
            Kind::Directory { parent, .. } | Kind::Unread { parent, .. } => parent,
            _ => ROOT,
        }
    }
}

/// A name in a directory, whether or not something has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    directory: NodeId,
    name: BString,
    /// What has the name.
    pub node: Option<NodeId>,
    /// Whether the path ended in a slash.
    pub must_be_directory: bool,
}
