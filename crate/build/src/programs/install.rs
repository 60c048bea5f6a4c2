//! The program `install`.

use bstr::{BString, ByteSlice as _};

use super::Process;
use super::files::{base_name, join};
use crate::file_system::FileType;
use crate::machine::Step;

impl Process<'_, '_> {
    pub fn install(&mut self) -> Step {
        let options = self.options(
            "dDTc",
            "mt",
            &[
                ("directory", b'd'),
                ("mode", b'm'),
                ("target-directory", b't'),
            ],
        )?;
        let mode = match options.value(b'm') {
            Some(mode) => self.octal_mode(mode)?,
            None => 0o755,
        };
        self.require_operands(&options.operands)?;
        if options.has(b'd') {
            for path in &options.operands {
                self.install_directory(path, Some(mode))?;
            }
            return Ok(());
        }
        let mut sources = options.operands.clone();
        let directory = match options.value(b't').cloned() {
            Some(directory) => {
                if options.has(b'D') {
                    self.install_directory(&directory, None)?;
                }
                Some(directory)
            }
            None => {
                let Some(last) = sources.pop().filter(|_| !sources.is_empty()) else {
                    return Err(self.unsupported("this number of operands"));
                };
                if options.has(b'T') || !self.is_directory_target(&last, false) {
                    let [source] = sources.as_slice() else {
                        return Err(self.unsupported("several sources without a directory"));
                    };
                    if options.has(b'D')
                        && let Some(end) = last.rfind_byte(b'/').filter(|&end| end > 0)
                    {
                        self.install_directory(&last[..end].into(), None)?;
                    }
                    return self.install_file(source, &last, mode);
                }
                Some(last)
            }
        };
        let names: drvlab_store::OrderedSet<_> = sources.iter().map(base_name).collect();
        if names.len() < sources.len() {
            return Err(self.unsupported("several sources of one name"));
        }
        for source in &sources {
            let target = join(&directory.clone().unwrap_or_default(), base_name(source));
            self.install_file(source, &target, mode)?;
        }
        Ok(())
    }

    fn install_directory(&mut self, path: &BString, mode: Option<u16>) -> Step {
        // Directories above get the permissions that are usual for `install`, not for the umask.
        let cwd = self.start.cwd.node;
        let umask = std::mem::replace(&mut self.start.umask, 0o022);
        let result = self.make_directories(path, mode)?;
        self.start.umask = umask;
        if let Err(error) = result {
            let path = self.quoted(path.as_bstr())?;
            return self.complain(&format!("cannot create directory {path}: {error}"));
        }
        if let (Some(mode), Ok(node)) = (mode, self.machine.fs.find(cwd, path))
            && self.machine.fs.set_mode(node, mode).is_err()
        {
            return Err(self.unsupported("a change of an input"));
        }
        Ok(())
    }

    fn install_file(&mut self, source: &BString, target: &BString, mode: u16) -> Step {
        self.machine.step()?;
        let cwd = self.start.cwd.node;
        let fs = &mut self.machine.fs;
        let node = match fs.find(cwd, source) {
            Ok(node) if fs.file_type(node) == FileType::File => node,
            Ok(_) => return Err(self.unsupported("a source that is no file")),
            Err(error) => {
                let source = self.quoted(source.as_bstr())?;
                return self.complain(&format!("cannot stat {source}: {error}"));
            }
        };
        if !fs.may(node, 4) {
            return Err(self.unsupported("a source that must not be read"));
        }
        let created = fs.place(cwd, target).and_then(|mut place| {
            if place.node == Some(node) || place.must_be_directory {
                return Err(crate::file_system::Errno::Invalid);
            }
            if place.node.is_some() {
                fs.unlink(&place)?;
                place.node = None;
            }
            fs.create(&place, mode)
        });
        match created {
            Ok(copy) => {
                fs.bytes(node);
                fs.copy_contents(node, copy);
                Ok(())
            }
            Err(crate::file_system::Errno::Invalid | crate::file_system::Errno::IsDirectory) => {
                Err(self.unsupported("this target"))
            }
            Err(error) => {
                let target = self.quoted(target.as_bstr())?;
                self.complain(&format!("cannot create regular file {target}: {error}"))
            }
        }
    }
}
