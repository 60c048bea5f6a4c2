//! Programs that make, name and list files.

use bstr::{BStr, BString, ByteSlice as _};
use drvlab_store::order;

use super::Process;
use crate::file_system::{Errno, FileType};
use crate::machine::Step;

impl Process<'_, '_> {
    pub fn mkdir(&mut self) -> Step {
        let options = self.options("p", "m", &[("parents", b'p'), ("mode", b'm')])?;
        self.require_operands(&options.operands)?;
        let mode = match options.value(b'm') {
            Some(mode) => Some(self.octal_mode(mode)?),
            None => None,
        };
        for path in &options.operands {
            self.machine.step()?;
            let result = if options.has(b'p') {
                self.make_directories(path, mode)?
            } else {
                self.make_directory(path, mode)
            };
            if let Err(error) = result {
                let path = self.quoted(path.as_bstr())?;
                self.complain(&format!("cannot create directory {path}: {error}"))?;
            }
        }
        Ok(())
    }

    fn make_directory(&mut self, path: &BString, mode: Option<u16>) -> Result<(), Errno> {
        let fs = &mut self.machine.fs;
        let place = fs.place(self.start.cwd.node, path)?;
        let mode = mode.unwrap_or(0o777 & !self.start.umask);
        fs.make_directory(&place, mode).map(|_| ())
    }

    /// Makes a directory and those above it.
    pub fn make_directories(
        &mut self,
        path: &BString,
        mode: Option<u16>,
    ) -> Step<Result<(), Errno>> {
        let mut end = 0;
        loop {
            end += path[end..].iter().take_while(|&&byte| byte == b'/').count();
            end += path[end..].iter().take_while(|&&byte| byte != b'/').count();
            self.machine.step()?;
            let above: BString = path[..end].into();
            let last = path[end..].iter().all(|&byte| byte == b'/');
            let fs = &mut self.machine.fs;
            let exists = fs.find(self.start.cwd.node, &above);
            match exists {
                Ok(node) if fs.file_type(node) == FileType::Directory => {}
                Ok(_) if last => return Ok(Err(Errno::Exists)),
                Ok(_) => {
                    let above = self.quoted(above.as_bstr())?;
                    self.complain(&format!("cannot create directory {above}: Not a directory"))?;
                    return Ok(Ok(()));
                }
                Err(_) => {
                    let mode = if last { mode } else { None };
                    if let Err(error) = self.make_directory(&above, mode) {
                        if !last {
                            let above = self.quoted(above.as_bstr())?;
                            self.complain(&format!("cannot create directory {above}: {error}"))?;
                            return Ok(Ok(()));
                        }
                        return Ok(Err(error));
                    }
                }
            }
            if last {
                return Ok(Ok(()));
            }
        }
    }

    pub fn rmdir(&mut self) -> Step {
        let options = self.options("", "", &[])?;
        self.require_operands(&options.operands)?;
        for path in &options.operands {
            let fs = &mut self.machine.fs;
            let result = fs
                .place(self.start.cwd.node, path)
                .and_then(|place| fs.remove_directory(&place));
            if let Err(error) = result {
                let path = self.quoted(path.as_bstr())?;
                self.complain(&format!("failed to remove {path}: {error}"))?;
            }
        }
        Ok(())
    }

    pub fn touch(&mut self) -> Step {
        let options = self.options("acm", "td", &[("no-create", b'c'), ("date", b'd')])?;
        self.require_operands(&options.operands)?;
        for path in &options.operands {
            self.machine.step()?;
            let fs = &mut self.machine.fs;
            let result = match fs.place_followed(self.start.cwd.node, path) {
                Ok(place) if place.node.is_none() && !options.has(b'c') => {
                    if place.must_be_directory {
                        Err(Errno::NotFound)
                    } else {
                        fs.create(&place, 0o666 & !self.start.umask).map(|_| ())
                    }
                }
                Ok(place) => match place.node {
                    // The owner may always set times.
                    Some(node) if !fs.is_own(node) => Err(Errno::Denied),
                    _ => Ok(()),
                },
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                let path = self.quoted(path.as_bstr())?;
                self.complain(&format!("cannot touch {path}: {error}"))?;
            }
        }
        Ok(())
    }

    pub fn ln(&mut self) -> Step {
        let options = self.options(
            "sfnT",
            "t",
            &[
                ("symbolic", b's'),
                ("force", b'f'),
                ("no-dereference", b'n'),
            ],
        )?;
        let mut targets = options.operands.clone();
        let mut directory = options.value(b't').cloned();
        if directory.is_none() && targets.len() > 1 {
            let last = targets.last().cloned().unwrap_or_default();
            if options.has(b'T') || !self.is_directory_target(&last, options.has(b'n')) {
                if targets.len() > 2 {
                    return self.no_directory(&last);
                }
                return self.link(&targets[0], &last, &options);
            }
            directory = targets.pop();
        }
        self.require_operands(&targets)?;
        let directory = directory.unwrap_or_else(|| ".".into());
        for target in &targets {
            let name = join(&directory, base_name(target));
            self.link(target, &name, &options)?;
        }
        Ok(())
    }

    /// Tells whether a path is a directory that links are put into.
    pub fn is_directory_target(&mut self, path: &BString, keep_links: bool) -> bool {
        let fs = &mut self.machine.fs;
        let cwd = self.start.cwd.node;
        let found = if keep_links {
            fs.find_link(cwd, path)
        } else {
            fs.find(cwd, path)
        };
        found.is_ok_and(|node| fs.file_type(node) == FileType::Directory)
    }

    fn link(
        &mut self,
        target: &BString,
        name: &BString,
        options: &super::options::Options,
    ) -> Step {
        self.machine.step()?;
        let cwd = self.start.cwd.node;
        let symbolic = options.has(b's');
        let source = if symbolic {
            None
        } else {
            match self.machine.fs.find_link(cwd, target) {
                Ok(node) => Some(node),
                Err(error) => {
                    let target = self.quoted(target.as_bstr())?;
                    return self.complain(&format!("failed to access {target}: {error}"));
                }
            }
        };
        let fs = &mut self.machine.fs;
        let mut result = fs.place(cwd, name);
        if let (true, Ok(place)) = (options.has(b'f'), &mut result)
            && let Some(node) = place.node
            && Some(node) != source
            && fs.file_type(node) != FileType::Directory
            && fs.unlink(place).is_ok()
        {
            place.node = None;
        }
        let result = result.and_then(|place| match source {
            None => fs.make_symlink(&place, target),
            Some(node) if fs.file_type(node) == FileType::Directory => Err(Errno::NotPermitted),
            Some(node) => fs.link(node, &place),
        });
        self.machine.check()?;
        if let Err(error) = result {
            if !symbolic {
                return Err(self.unsupported("a failure"));
            }
            let mut name = self.quoted(name.as_bstr())?;
            if target.is_empty() || error == Errno::NameTooLong {
                name += &format!(" -> {}", self.quoted(target.as_bstr())?);
            }
            return self.complain(&format!("failed to create symbolic link {name}: {error}"));
        }
        Ok(())
    }

    pub fn readlink(&mut self) -> Step {
        let options = self.options("fn", "", &[("canonicalize", b'f'), ("no-newline", b'n')])?;
        self.require_operands(&options.operands)?;
        for path in &options.operands {
            let fs = &mut self.machine.fs;
            let cwd = self.start.cwd.node;
            let result = if options.has(b'f') {
                fs.place_followed(cwd, path)
                    .map(|place| canonical(fs, &place))
            } else {
                fs.find_link(cwd, path)
                    .and_then(|node| fs.target(node).cloned())
            };
            match result {
                Ok(mut text) => {
                    if !options.has(b'n') {
                        text.push(b'\n');
                    }
                    self.print(&text)?;
                }
                Err(_) => self.status = 1,
            }
        }
        Ok(())
    }

    pub fn realpath(&mut self) -> Step {
        let options = self.options("e", "", &[])?;
        self.require_operands(&options.operands)?;
        for path in &options.operands {
            let fs = &mut self.machine.fs;
            let result = match fs.place_followed(self.start.cwd.node, path) {
                Ok(place) if place.node.is_none() && options.has(b'e') => Err(Errno::NotFound),
                other => other,
            };
            match result.map(|place| canonical(fs, &place)) {
                Ok(mut text) => {
                    text.push(b'\n');
                    self.print(&text)?;
                }
                Err(error) => {
                    let path = self.escaped(path.as_bstr())?;
                    self.complain(&format!("{path}: {error}"))?;
                }
            }
        }
        Ok(())
    }

    pub fn ls(&mut self) -> Step {
        let options = self.options("aA1d", "", &[("all", b'a'), ("almost-all", b'A')])?;
        let mut files = Vec::new();
        let mut directories = Vec::new();
        let mut operands = options.operands.clone();
        order::sort_by(&mut operands, Ord::cmp);
        if operands.is_empty() {
            operands.push(".".into());
        }
        for path in &operands {
            let fs = &mut self.machine.fs;
            let cwd = self.start.cwd.node;
            match fs.find(cwd, path).or_else(|_| fs.find_link(cwd, path)) {
                Ok(node) if fs.file_type(node) == FileType::Directory && !options.has(b'd') => {
                    directories.push((path.clone(), node));
                }
                Ok(_) => files.push(path.clone()),
                Err(error) => {
                    let path = self.quoted(path.as_bstr())?;
                    self.complain(&format!("cannot access {path}: {error}"))?;
                    self.status = 2;
                }
            }
        }
        let headings = operands.len() > 1;
        for path in &files {
            self.print(&[path.as_slice(), b"\n"].concat())?;
        }
        for (index, (path, node)) in directories.iter().enumerate() {
            if headings {
                let gap = if index > 0 || !files.is_empty() {
                    "\n"
                } else {
                    ""
                };
                self.print(format!("{gap}{path}:\n").as_bytes())?;
            }
            let names = match self.machine.fs.entries(*node) {
                Ok(names) => names,
                Err(error) => {
                    let path = self.quoted(path.as_bstr())?;
                    self.complain(&format!("cannot open directory {path}: {error}"))?;
                    self.status = 2;
                    continue;
                }
            };
            if options.has(b'a') {
                self.print(b".\n..\n")?;
            }
            for name in names {
                if !name.starts_with(b".") || options.has(b'a') || options.has(b'A') {
                    self.print(&[name.as_slice(), b"\n"].concat())?;
                }
            }
        }
        Ok(())
    }

    pub fn require_operands(&self, operands: &[BString]) -> Step {
        if operands.is_empty() {
            return Err(self.unsupported("no operand"));
        }
        Ok(())
    }
}

/// The path of a place from the root, through no symbolic link.
fn canonical(
    fs: &crate::file_system::FileSystem<'_>,
    place: &crate::file_system::Place,
) -> BString {
    match place.node {
        Some(node) if fs.file_type(node) == FileType::Directory => fs.path_of(node),
        _ => fs.path_of_place(place),
    }
}

/// The last name of a path.
pub fn base_name(path: &BString) -> &BStr {
    let trimmed = path.trim_end_with(|c| c == '/');
    trimmed.rsplit_str("/").next().unwrap_or_default().as_bstr()
}

/// The path of a name in a directory.
pub fn join(directory: &BString, name: &BStr) -> BString {
    let mut path = directory.clone();
    if !path.ends_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}
