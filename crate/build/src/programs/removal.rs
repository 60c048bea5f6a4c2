//! The program `rm`.

use bstr::{BString, ByteSlice as _};

use super::Process;
use super::files::{base_name, join};
use crate::file_system::{Errno, FileType};
use crate::machine::Step;

impl Process<'_, '_> {
    pub fn rm(&mut self) -> Step {
        let options = self.options("rRfd", "", &[("recursive", b'r'), ("force", b'f')])?;
        let recursive = options.has(b'r') || options.has(b'R');
        let force = options.has(b'f');
        if !force {
            self.require_operands(&options.operands)?;
        }
        for path in &options.operands {
            if matches!(base_name(path).as_bytes(), b"." | b"..") || base_name(path).is_empty() {
                return Err(self.unsupported("such an operand"));
            }
            self.remove(path, recursive, force)?;
        }
        Ok(())
    }

    fn remove(&mut self, path: &BString, recursive: bool, force: bool) -> Step {
        self.machine.step()?;
        self.machine.enter()?;
        let cwd = self.start.cwd.node;
        let fs = &mut self.machine.fs;
        let result = match fs.place(cwd, path) {
            Err(error) => Err(error),
            Ok(place) => match place.node {
                None => Err(Errno::NotFound),
                Some(node) if fs.file_type(node) != FileType::Directory => {
                    // It would ask about a file that is write-protected if it had a terminal.
                    fs.unlink(&place)
                }
                Some(_) if !recursive => Err(Errno::IsDirectory),
                Some(node) => match fs.entries(node) {
                    Ok(names) => {
                        let before = std::mem::take(&mut self.status);
                        let several = names.len() > 1;
                        for name in names {
                            self.remove(&join(path, name.as_bstr()), true, force)?;
                        }
                        let failed = self.status != 0;
                        self.status |= before;
                        if failed {
                            if several {
                                // The order of messages is that of the file system.
                                return Err(self.unsupported("a failure in a directory"));
                            }
                            self.machine.leave();
                            return Ok(());
                        }
                        self.machine.fs.remove_directory(&place)
                    }
                    Err(error) => Err(error),
                },
            },
        };
        self.machine.leave();
        match result {
            Ok(()) => Ok(()),
            Err(Errno::NotFound | Errno::NotDirectory) if force => self.machine.check(),
            Err(error) => {
                let path = self.quoted(path.as_bstr())?;
                self.complain(&format!("cannot remove {path}: {error}"))
            }
        }
    }
}
