//! What all processes of one build share: the files, the log, and what has been used of the limits.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::BString;

use crate::file_system::{Errno, FileSystem, NodeId, Trouble};
use crate::limits::{Limit, Limits};
use crate::outcome::GiveUp;

/// Why a process does not go on with its next command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The process ends with this status.
    Exit(u8),
    /// The function or sourced script ends with this status.
    Return(u8),
    /// So many loops end.
    Break(u32),
    /// So many loops, but the last, end; that goes on with its next round.
    Continue(u32),
    /// The whole build is given up.
    GiveUp(GiveUp),
}

/// A result of something that a process does.
pub type Step<T = ()> = Result<T, Stop>;

/// Files, log and bounds of one build.
#[derive(Debug)]
pub struct Machine<'a> {
    pub fs: FileSystem<'a>,
    pub log: Vec<u8>,
    /// Milliseconds that were slept; nobody waits for them here.
    pub slept: u64,
    limits: Limits,
    steps: u64,
    bytes: u64,
    depth: u32,
    /// Line that is being executed, for [`GiveUp`].
    pub line: u32,
}

/// A file that is open; copies of a descriptor share the position.
#[derive(Debug)]
pub struct OpenFile {
    pub node: NodeId,
    pub position: usize,
    pub append: bool,
    pub readable: bool,
    pub writable: bool,
}

/// Bytes from a pipe or a here-document, and how many have been read.
#[derive(Debug, Default)]
pub struct Incoming {
    pub bytes: Vec<u8>,
    pub position: usize,
}

/// Where a file descriptor leads.
#[derive(Clone, Debug)]
pub enum Stream {
    /// The log of the build.
    Log,
    File(Rc<RefCell<OpenFile>>),
    Incoming(Rc<RefCell<Incoming>>),
    Outgoing(Rc<RefCell<Vec<u8>>>),
}

/// File descriptors 0 to 9.
#[derive(Clone, Debug, Default)]
pub struct Descriptors([Option<Stream>; 10]);

impl Descriptors {
    pub fn get(&self, descriptor: u8) -> Option<&Stream> {
        self.0.get(usize::from(descriptor))?.as_ref()
    }

    pub fn set(&mut self, descriptor: u8, stream: Option<Stream>) {
        if let Some(place) = self.0.get_mut(usize::from(descriptor)) {
            *place = stream;
        }
    }
}

impl<'a> Machine<'a> {
    pub const fn new(fs: FileSystem<'a>, limits: Limits) -> Self {
        Self {
            fs,
            log: Vec::new(),
            slept: 0,
            limits,
            steps: 0,
            bytes: 0,
            depth: 0,
            line: 0,
        }
    }

    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Counts a step, and stops when there were too many or something unknown was looked at.
    pub fn step(&mut self) -> Step {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(limit(Limit::Steps(self.limits.steps)));
        }
        self.check()
    }

    /// Stops when something unknown was looked at.
    pub fn check(&mut self) -> Step {
        match self.fs.take_trouble() {
            None => Ok(()),
            Some(Trouble::Limit(reached)) => Err(limit(reached)),
            Some(Trouble::Unknown(path)) => Err(Stop::GiveUp(GiveUp::Unknown {
                line: self.line,
                path,
            })),
        }
    }

    /// Counts bytes that are made.
    pub fn spend(&mut self, bytes: usize) -> Step {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > self.limits.bytes {
            return Err(limit(Limit::Bytes(self.limits.bytes)));
        }
        Ok(())
    }

    /// Goes one level deeper; [`Machine::leave`] comes back.
    pub fn enter(&mut self) -> Step {
        if self.depth >= self.limits.depth {
            return Err(limit(Limit::Depth(self.limits.depth)));
        }
        self.depth += 1;
        Ok(())
    }

    pub const fn leave(&mut self) {
        self.depth -= 1;
    }

    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// Comes back to where something began that was left early.
    pub const fn set_depth(&mut self, depth: u32) {
        self.depth = depth;
    }

    /// Gives up because of something that is valid, but not understood here.
    pub fn unsupported(&self, what: impl Into<String>) -> Stop {
        Stop::GiveUp(GiveUp::Unsupported {
            line: self.line,
            what: what.into(),
        })
    }

    /// Writes to a stream.
    pub fn write(&mut self, stream: Option<&Stream>, bytes: &[u8]) -> Step<Result<(), Errno>> {
        self.spend(bytes.len())?;
        match stream {
            Some(Stream::Log) => self.log.extend_from_slice(bytes),
            Some(Stream::Outgoing(buffer)) => buffer.borrow_mut().extend_from_slice(bytes),
            Some(Stream::File(file)) => {
                let mut file = file.borrow_mut();
                if !file.writable {
                    return Ok(Err(Errno::BadDescriptor));
                }
                if file.append {
                    file.position = self.fs.bytes(file.node).len();
                }
                if bytes.is_empty() {
                    return Ok(Ok(()));
                }
                // A position behind the end leaves a gap of zeros, and a shared file is copied before it changes.
                let length = self.fs.bytes(file.node).len();
                if self.fs.is_shared(file.node) || file.position > length {
                    self.spend(length.max(file.position))?;
                }
                self.fs.write(file.node, file.position, bytes);
                file.position += bytes.len();
            }
            Some(Stream::Incoming(_)) | None => return Ok(Err(Errno::BadDescriptor)),
        }
        Ok(Ok(()))
    }

    /// Reads up to and with the first `end`, or everything.
    pub fn read(
        &mut self,
        stream: Option<&Stream>,
        end: Option<u8>,
    ) -> Step<Result<Vec<u8>, Errno>> {
        let take = |bytes: &[u8], position: &mut usize| {
            let rest = bytes.get(*position..).unwrap_or_default();
            let length = end
                .and_then(|end| rest.iter().position(|&byte| byte == end))
                .map_or(rest.len(), |index| index + 1);
            *position += length;
            rest[..length].to_vec()
        };
        let taken = match stream {
            Some(Stream::Incoming(incoming)) => {
                let incoming = &mut *incoming.borrow_mut();
                take(&incoming.bytes, &mut incoming.position)
            }
            Some(Stream::File(file)) => {
                let mut file = file.borrow_mut();
                if !file.readable {
                    return Ok(Err(Errno::BadDescriptor));
                }
                if self.fs.file_type(file.node) == crate::file_system::FileType::Directory {
                    return Ok(Err(Errno::IsDirectory));
                }
                let bytes = self.fs.bytes(file.node);
                take(bytes, &mut file.position)
            }
            // The log is a terminal that nobody types at.
            Some(Stream::Log) => return Err(self.unsupported("reading from the log")),
            Some(Stream::Outgoing(_)) | None => return Ok(Err(Errno::BadDescriptor)),
        };
        self.spend(taken.len())?;
        Ok(Ok(taken))
    }

    /// Opens a file for reading.
    pub fn open(&mut self, cwd: NodeId, path: &[u8]) -> Result<Stream, Errno> {
        let node = self.fs.find(cwd, path)?;
        if !self.fs.may(node, 4) {
            return Err(Errno::Denied);
        }
        Ok(file(node, true, false, false))
    }

    /// Opens a file for writing, and makes it if it does not exist.
    pub fn open_to_write(
        &mut self,
        cwd: NodeId,
        path: &[u8],
        append: bool,
        truncate: bool,
        readable: bool,
        umask: u16,
    ) -> Result<Stream, Errno> {
        let place = self.fs.place_followed(cwd, path)?;
        let node = match place.node {
            Some(node) if self.fs.file_type(node) == crate::file_system::FileType::Directory => {
                return Err(Errno::IsDirectory);
            }
            Some(node) if !self.fs.may(node, 2) => return Err(Errno::Denied),
            Some(node) => node,
            None if place.must_be_directory => return Err(Errno::IsDirectory),
            None => self.fs.create(&place, 0o666 & !umask)?,
        };
        if truncate {
            self.fs.truncate(node);
        }
        Ok(file(node, readable, true, append))
    }
}

fn limit(reached: Limit) -> Stop {
    Stop::GiveUp(GiveUp::Limit(reached))
}

fn file(node: NodeId, readable: bool, writable: bool, append: bool) -> Stream {
    Stream::File(Rc::new(RefCell::new(OpenFile {
        node,
        position: 0,
        append,
        readable,
        writable,
    })))
}

/// A stream from which these bytes can be read.
pub fn incoming(bytes: Vec<u8>) -> Stream {
    Stream::Incoming(Rc::new(RefCell::new(Incoming { bytes, position: 0 })))
}

/// A working directory: the directory, and the path that the process believes it to have.
#[derive(Clone, Debug)]
pub struct WorkingDirectory {
    pub node: NodeId,
    pub path: BString,
}
