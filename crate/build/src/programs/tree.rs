//! Programs that copy and move files and directories.

use bstr::{BString, ByteSlice as _};

use super::Process;
use super::files::{base_name, join};
use super::options::Options;
use crate::file_system::{Errno, FileType, NodeId};
use crate::machine::Step;

/// What `cp` was asked for.
#[derive(Clone, Copy, Debug)]
struct Copying {
    recursive: bool,
    /// Whether symbolic links are followed instead of copied.
    follow: bool,
    /// Whether permissions are kept in spite of the umask.
    preserve: bool,
    force: bool,
}

/// Long options of programs that put files somewhere, with their letters.
const TO_TARGETS: [(&str, u8); 3] = [
    ("force", b'f'),
    ("no-target-directory", b'T'),
    ("target-directory", b't'),
];

/// Those of `cp` besides.
const COPYING: [(&str, u8); 5] = [
    ("recursive", b'r'),
    ("archive", b'a'),
    ("dereference", b'L'),
    ("no-dereference", b'P'),
    ("no-preserve", b'!'),
];

impl Process<'_, '_> {
    /// Sources and the directory they go to, or one source and its new name.
    fn destinations(&mut self, options: &Options) -> Step<Vec<(BString, BString)>> {
        let mut sources = options.operands.clone();
        let directory = match options.value(b't').cloned() {
            Some(directory) => directory,
            None => {
                let Some(last) = sources.pop().filter(|_| !sources.is_empty()) else {
                    return Err(self.unsupported("this number of operands"));
                };
                if options.has(b'T') || !self.is_directory_target(&last, false) {
                    if sources.len() > 1 {
                        self.no_directory(&last)?;
                        return Ok(Vec::new());
                    }
                    return Ok(vec![(sources.remove(0), last)]);
                }
                last
            }
        };
        let pairs: Vec<(BString, BString)> = sources
            .into_iter()
            .map(|source| {
                let target = join(&directory, base_name(&source));
                (source, target)
            })
            .collect();
        let targets: drvlab_store::OrderedSet<_> = pairs.iter().map(|(_, it)| it).collect();
        if targets.len() < pairs.len() {
            return Err(self.unsupported("several sources of one name"));
        }
        Ok(pairs)
    }

    /// The message that several sources need a directory.
    pub fn no_directory(&mut self, last: &BString) -> Step {
        let found = self.machine.fs.find(self.start.cwd.node, last);
        let error = found.err().unwrap_or(Errno::NotDirectory);
        let last = self.quoted(last.as_bstr())?;
        self.complain(&format!("target {last}: {error}"))
    }

    pub fn cp(&mut self) -> Step {
        let options = self.options("rRafpLPdTn", "t", &[&COPYING[..], &TO_TARGETS].concat())?;
        if options.has(b'n') {
            return Err(self.unsupported("the option -n"));
        }
        let recursive = options.has(b'r') || options.has(b'R') || options.has(b'a');
        let copying = Copying {
            recursive,
            follow: match options.last_of(b"LPda") {
                Some(letter) => letter == b'L',
                None => !recursive,
            },
            preserve: options.has(b'a') || options.has(b'p'),
            force: options.has(b'f'),
        };
        for (source, target) in self.destinations(&options)? {
            if base_name(&source) == ".." || target.ends_with(b"/..") {
                return Err(self.unsupported("a source of this name"));
            }
            let cwd = self.start.cwd.node;
            let found = if copying.follow {
                self.machine.fs.find(cwd, &source)
            } else {
                self.machine.fs.find_link(cwd, &source)
            };
            match found {
                Ok(node) => self.copy(&source, node, &target, copying)?,
                Err(error) => {
                    let source = self.quoted(source.as_bstr())?;
                    self.complain(&format!("cannot stat {source}: {error}"))?;
                }
            }
        }
        Ok(())
    }

    fn copy(&mut self, source: &BString, node: NodeId, target: &BString, copying: Copying) -> Step {
        self.machine.step()?;
        self.machine.enter()?;
        let mode = self.machine.fs.mode(node);
        let mode = if copying.preserve {
            mode
        } else {
            mode & !self.start.umask
        };
        match self.machine.fs.file_type(node) {
            FileType::File => self.copy_file(source, node, target, mode, copying)?,
            FileType::Symlink => self.copy_link(node, target)?,
            FileType::Directory if copying.recursive => {
                self.copy_directory(source, node, target, mode, copying)?;
            }
            FileType::Directory => {
                let source = self.quoted(source.as_bstr())?;
                self.complain(&format!("-r not specified; omitting directory {source}"))?;
            }
            FileType::Device => return Err(self.unsupported("a device")),
        }
        self.machine.leave();
        Ok(())
    }

    fn copy_file(
        &mut self,
        source: &BString,
        node: NodeId,
        target: &BString,
        mode: u16,
        copying: Copying,
    ) -> Step {
        let cwd = self.start.cwd.node;
        if !self.machine.fs.may(node, 4) {
            let source = self.quoted(source.as_bstr())?;
            return self.complain(&format!(
                "cannot open {source} for reading: Permission denied"
            ));
        }
        let fs = &mut self.machine.fs;
        let mut place = match fs.place_followed(cwd, target) {
            Ok(place) => place,
            Err(error) => return self.cannot_create("regular file", target, error),
        };
        if place.node == Some(node) {
            let (source, target) = (
                self.quoted(source.as_bstr())?,
                self.quoted(target.as_bstr())?,
            );
            return self.complain(&format!("{source} and {target} are the same file"));
        }
        if place.node.is_none() && place.must_be_directory {
            return Err(self.unsupported("a target that ends in a slash"));
        }
        if let Some(existing) = place.node {
            if fs.file_type(existing) == FileType::Directory {
                return Err(self.unsupported("a directory in the place of a file"));
            }
            if !fs.may(existing, 2) {
                if !copying.force || fs.unlink(&place).is_err() {
                    let target = self.quoted(target.as_bstr())?;
                    return self.complain(&format!(
                        "cannot create regular file {target}: Permission denied"
                    ));
                }
                place.node = None;
            }
        }
        let fs = &mut self.machine.fs;
        let created = match place.node {
            Some(existing) => Ok(existing),
            None => fs.create(&place, mode),
        };
        let copy = match created {
            Ok(copy) => copy,
            Err(error) => return self.cannot_create("regular file", target, error),
        };
        if copying.preserve {
            // It has just been made, or may be written to.
            let _ = fs.set_mode(copy, mode);
        }
        fs.bytes(node);
        fs.copy_contents(node, copy);
        Ok(())
    }

    fn copy_link(&mut self, node: NodeId, target: &BString) -> Step {
        let cwd = self.start.cwd.node;
        let fs = &mut self.machine.fs;
        let link = fs.target(node).cloned().unwrap_or_default();
        let result = fs.place(cwd, target).and_then(|mut place| {
            if place
                .node
                .is_some_and(|node| fs.file_type(node) != FileType::Directory)
            {
                fs.unlink(&place)?;
                place.node = None;
            }
            fs.make_symlink(&place, &link)
        });
        match result {
            Ok(()) => Ok(()),
            Err(Errno::Exists) => Err(self.unsupported("a link in the place of something")),
            Err(error) => self.cannot_create("symbolic link", target, error),
        }
    }

    fn copy_directory(
        &mut self,
        source: &BString,
        node: NodeId,
        target: &BString,
        mode: u16,
        copying: Copying,
    ) -> Step {
        let cwd = self.start.cwd.node;
        let fs = &mut self.machine.fs;
        let existing = fs.find(cwd, target);
        let copy = match existing {
            Ok(existing) if fs.file_type(existing) == FileType::Directory => existing,
            Ok(_) => return Err(self.unsupported("a file in the place of a directory")),
            Err(_) => {
                let made = fs
                    .place(cwd, target)
                    .and_then(|place| fs.make_directory(&place, mode | 0o700));
                match made {
                    Ok(made) => made,
                    Err(error) => {
                        let target = self.quoted(target.as_bstr())?;
                        return self
                            .complain(&format!("cannot create directory {target}: {error}"));
                    }
                }
            }
        };
        let made = existing.is_err();
        // A copy into itself would never end.
        if self.is_inside(copy, node) {
            return Err(self.unsupported("a copy into itself"));
        }
        let names = match self.machine.fs.entries(node) {
            Ok(names) => names,
            Err(error) => {
                let source = self.quoted(source.as_bstr())?;
                return self.complain(&format!("cannot access {source}: {error}"));
            }
        };
        for name in names {
            let from = join(source, name.as_bstr());
            let to = join(target, name.as_bstr());
            let found = if copying.follow {
                self.machine.fs.find(node, &name)
            } else {
                self.machine.fs.find_link(node, &name)
            };
            match found {
                Ok(child) => self.copy(&from, child, &to, copying)?,
                Err(error) => {
                    let from = self.quoted(from.as_bstr())?;
                    self.complain(&format!("cannot stat {from}: {error}"))?;
                }
            }
        }
        if made || copying.preserve {
            // It is the build's own unless there was trouble, which is noticed elsewhere.
            let _ = self.machine.fs.set_mode(copy, mode);
        }
        Ok(())
    }

    fn is_inside(&self, node: NodeId, directory: NodeId) -> bool {
        let path = self.machine.fs.path_of(directory);
        let inner = self.machine.fs.path_of(node);
        inner == path
            || inner
                .strip_prefix(path.as_slice())
                .is_some_and(|rest| rest.starts_with(b"/"))
    }

    fn cannot_create(&mut self, what: &str, target: &BString, error: Errno) -> Step {
        let target = self.quoted(target.as_bstr())?;
        self.complain(&format!("cannot create {what} {target}: {error}"))
    }

    pub fn mv(&mut self) -> Step {
        let options = self.options("fT", "t", &TO_TARGETS)?;
        for (source, target) in self.destinations(&options)? {
            self.machine.step()?;
            let cwd = self.start.cwd.node;
            let fs = &mut self.machine.fs;
            let from = match fs.place(cwd, &source) {
                Ok(from) if from.node.is_some() => from,
                other => {
                    let error = other.err().unwrap_or(Errno::NotFound);
                    let source = self.quoted(source.as_bstr())?;
                    self.complain(&format!("cannot stat {source}: {error}"))?;
                    continue;
                }
            };
            // A read-only target would make `mv` ask if it had a terminal; it has none.
            let result = fs.place(cwd, &target).and_then(|to| {
                if to.node.is_some() && to.node == from.node {
                    return Err(Errno::Invalid);
                }
                fs.rename(&from, &to)
            });
            self.machine.check()?;
            match result {
                Ok(()) => {}
                Err(error @ (Errno::NotFound | Errno::Denied)) => {
                    let (source, target) = (
                        self.quoted(source.as_bstr())?,
                        self.quoted(target.as_bstr())?,
                    );
                    self.complain(&format!("cannot move {source} to {target}: {error}"))?;
                }
                Err(_) => return Err(self.unsupported("a failure")),
            }
        }
        Ok(())
    }
}
