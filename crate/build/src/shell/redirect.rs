//! Redirections.

use bstr::ByteSlice as _;

use super::Shell;
use super::syntax::{Redirection, RedirectionKind, Word};
use crate::file_system::Errno;
use crate::machine::{Step, Stop, incoming};

impl Shell<'_, '_> {
    /// Changes the descriptors; `Stop::Exit(2)` when that is not possible.
    pub fn redirect(&mut self, redirections: &[Redirection]) -> Step {
        for redirection in redirections {
            self.machine.step()?;
            let stream = match &redirection.kind {
                RedirectionKind::Read(word) => {
                    let path = self.text(word)?;
                    let opened = self.machine.open(self.state.cwd.node, &path);
                    self.machine.check()?;
                    Some(match opened {
                        Ok(stream) => stream,
                        Err(error) => return Err(self.cannot("open", &path, error)),
                    })
                }
                RedirectionKind::Write(word) => Some(self.open_output(word, false, true, false)?),
                RedirectionKind::Append(word) => Some(self.open_output(word, true, false, false)?),
                RedirectionKind::ReadWrite(word) => {
                    Some(self.open_output(word, false, false, true)?)
                }
                RedirectionKind::Duplicate(word) => {
                    let target = self.text(word)?;
                    match target.as_bytes() {
                        b"-" => None,
                        [digit @ b'0'..=b'9'] => {
                            let stream = self.state.descriptors.get(digit - b'0').cloned();
                            if stream.is_none() {
                                let message = format!("{target}: Bad file descriptor");
                                return Err(self.fail(&message));
                            }
                            stream
                        }
                        _ => return Err(self.fail("Syntax error: Bad fd number")),
                    }
                }
                RedirectionKind::Here(text) => {
                    let Some(word) = text.get() else {
                        return Err(self
                            .machine
                            .unsupported("a here-document that begins elsewhere"));
                    };
                    Some(incoming(self.text(word)?.into()))
                }
            };
            self.state.descriptors.set(redirection.descriptor, stream);
        }
        Ok(())
    }

    fn open_output(
        &mut self,
        word: &Word,
        append: bool,
        truncate: bool,
        readable: bool,
    ) -> Step<crate::machine::Stream> {
        let path = self.text(word)?;
        let (cwd, umask) = (self.state.cwd.node, self.state.umask);
        let opened = self
            .machine
            .open_to_write(cwd, &path, append, truncate, readable, umask);
        self.machine.check()?;
        opened.map_err(|error| self.cannot("create", &path, error))
    }

    fn cannot(&mut self, what: &str, path: &[u8], error: Errno) -> Stop {
        let reason = match (error, what) {
            (Errno::NotFound, "open") => "No such file".to_owned(),
            (Errno::NotFound, _) => "Directory nonexistent".to_owned(),
            (error, _) => error.to_string(),
        };
        self.fail(&format!("cannot {what} {}: {reason}", path.as_bstr()))
    }
}
