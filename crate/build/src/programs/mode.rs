//! The program `chmod`, and permissions as text.

use bstr::{BString, ByteSlice as _};

use super::Process;
use crate::file_system::{FileType, NodeId};
use crate::machine::Step;

/// A change such as `u+x`.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// Which of the bits `0o777` it is about.
    who: u16,
    operator: u8,
    /// Permissions for one, repeated for all.
    permissions: u16,
    /// Whether `X` adds the right to execute to what somebody may execute, and directories.
    conditional: bool,
    /// Whether the umask holds, because nobody is named.
    masked: bool,
}

impl Process<'_, '_> {
    /// Reads permissions in octal digits.
    pub fn octal_mode(&self, text: &BString) -> Step<u16> {
        match text
            .to_str()
            .ok()
            .and_then(|text| u16::from_str_radix(text, 8).ok())
        {
            Some(mode) if mode <= 0o7777 && !text.starts_with(b"+") => Ok(mode),
            _ => Err(self.unsupported(&format!("the mode {text}"))),
        }
    }

    pub fn chmod(&mut self) -> Step {
        // A mode such as `-w` looks like an option.
        let mut mode = None;
        self.start.arguments = std::mem::take(&mut self.start.arguments)
            .into_iter()
            .enumerate()
            .filter_map(|(index, argument)| {
                let is_mode = index > 0
                    && argument.len() > 1
                    && argument.starts_with(b"-")
                    && argument[1..].iter().all(|byte| b"rwxX".contains(byte));
                if is_mode {
                    mode = Some(argument);
                    return None;
                }
                Some(argument)
            })
            .collect();
        let options = self.options("Rf", "", &[("recursive", b'R')])?;
        let mut operands = options.operands.clone();
        let mode = match mode {
            Some(mode) => mode,
            None if operands.is_empty() => return Err(self.unsupported("no operand")),
            None => operands.remove(0),
        };
        self.require_operands(&operands)?;
        let changes = self.changes(&mode)?;
        for path in &operands {
            let fs = &mut self.machine.fs;
            match fs.find(self.start.cwd.node, path) {
                Ok(node) => self.change_mode(path, node, &changes, options.has(b'R'))?,
                Err(error) => {
                    let path = self.quoted(path.as_bstr())?;
                    self.complain(&format!("cannot access {path}: {error}"))?;
                }
            }
        }
        Ok(())
    }

    fn change_mode(
        &mut self,
        path: &BString,
        node: NodeId,
        changes: &Result<u16, Vec<Change>>,
        recursive: bool,
    ) -> Step {
        self.machine.step()?;
        self.machine.enter()?;
        let old = self.machine.fs.mode(node);
        let is_directory = self.machine.fs.file_type(node) == FileType::Directory;
        let mut mode = old;
        match changes {
            // Digits leave the special bits of directories alone.
            Ok(octal) => mode = *octal,
            Err(changes) => {
                for change in changes {
                    mode = change.apply(mode, is_directory, self.start.umask);
                }
            }
        }
        if self.machine.fs.set_mode(node, mode).is_err() {
            // What the reference says depends on who owns its store.
            return Err(self.unsupported("a change of an input"));
        }
        if recursive && is_directory {
            match self.machine.fs.entries(node) {
                Ok(names) => {
                    for name in names {
                        let path = super::files::join(path, name.as_bstr());
                        let found = self.machine.fs.find_link(node, &name);
                        if let Ok(child) = found
                            && self.machine.fs.file_type(child) != FileType::Symlink
                        {
                            self.change_mode(&path, child, changes, true)?;
                        }
                    }
                }
                Err(error) => {
                    let path = self.quoted(path.as_bstr())?;
                    self.complain(&format!("cannot read directory {path}: {error}"))?;
                }
            }
        }
        self.machine.leave();
        Ok(())
    }

    /// Reads `755` or `u+x,go-w`.
    fn changes(&self, text: &BString) -> Step<Result<u16, Vec<Change>>> {
        if text.first().is_some_and(u8::is_ascii_digit) {
            return self.octal_mode(text).map(Ok);
        }
        let mut changes = Vec::new();
        for clause in text.split_str(",") {
            let names = clause
                .iter()
                .take_while(|byte| b"ugoa".contains(byte))
                .count();
            let who = clause[..names].iter().fold(0, |who, name| {
                who | match name {
                    b'u' => 0o700,
                    b'g' => 0o070,
                    b'o' => 0o007,
                    _ => 0o777,
                }
            });
            let mut rest = &clause[names..];
            if rest.is_empty() {
                return Err(self.unsupported(&format!("the mode {text}")));
            }
            while let Some((&operator, after)) = rest.split_first() {
                let letters = after
                    .iter()
                    .take_while(|byte| b"rwxX".contains(byte))
                    .count();
                if !b"+-=".contains(&operator) {
                    return Err(self.unsupported(&format!("the mode {text}")));
                }
                let mut change = Change {
                    who: if names == 0 { 0o777 } else { who },
                    operator,
                    permissions: 0,
                    conditional: false,
                    masked: names == 0,
                };
                for letter in &after[..letters] {
                    change.permissions |= match letter {
                        b'r' => 0o444,
                        b'w' => 0o222,
                        b'x' => 0o111,
                        _ => 0,
                    };
                    change.conditional |= *letter == b'X';
                }
                changes.push(change);
                rest = &after[letters..];
            }
        }
        Ok(Err(changes))
    }
}

impl Change {
    const fn apply(self, mode: u16, is_directory: bool, umask: u16) -> u16 {
        let mut permissions = self.permissions;
        if self.conditional && (is_directory || mode & 0o111 != 0) {
            permissions |= 0o111;
        }
        permissions &= self.who;
        if self.masked {
            permissions &= !umask;
        }
        match self.operator {
            b'+' => mode | permissions,
            b'-' => mode & !permissions,
            _ => mode & !self.who | permissions,
        }
    }
}
