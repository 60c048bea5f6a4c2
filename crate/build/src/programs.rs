//! Programs of the host: the parts of GNU coreutils 9.10, grep 3.12 and sed 4.9 that small scripts use, in the locale `C`.
//!
//! A build sees them as `/bin` and `/usr/bin` if the host's sandbox shows these, and uses them only if the derivation says so in
//! `PATH`: without it nothing but the shell is there. Programs and options that are not modelled give the build up.

mod digests;
mod files;
mod install;
mod mode;
mod options;
mod regex;

mod removal;
mod search;
mod sed;
mod sleep;

mod text;
mod tree;

use bstr::{BStr, BString, ByteSlice as _};

use crate::file_system::Errno;
use crate::machine::{Machine, Step, Stop};
use crate::shell::Start;

/// Names in `/usr/bin` on the host, so that a program that exists is never taken for one that does not.
const HOST: &str = "[ apt apt-get arch awk b2sum base32 base64 basename basenc bash bunzip2 bzcat bzip2 cat chcon chgrp \
    chmod chown chroot cksum clear cmp comm cp csplit curl cut dash date dd df diff diff3 dir dircolors dirname dmesg \
    dpkg du echo egrep env expand expr factor false fgrep find flock fmt fold getconf getent getopt grep groups gunzip \
    gzip head hostid hostname iconv id install ionice ischroot join kill link ln locale login logname ls mawk md5sum mkdir \
    mkfifo mknod mktemp more mount mv nawk nice nl nohup nproc numfmt od pager paste pathchk perl pidof pinky pr printenv \
    printf prove ptx pwd readlink realpath rm rmdir runcon script sdiff sed seq setsid sh sha1sum sha224sum sha256sum \
    sha384sum sha512sum shasum shred shuf sleep sort split stat stdbuf stty su sum sync tabs tac tail tar tee tempfile test \
    timeout toe touch tput tr true truncate tset tsort tty umount uname unexpand uniq unlink unxz users vdir wc whereis \
    which who whoami xargs xz xzcat yes zcat zcmp zdiff zgrep";

/// The names of the host's programs.
pub fn host() -> impl Iterator<Item = &'static str> {
    HOST.split_ascii_whitespace()
}

/// A running program.
#[derive(Debug)]
pub struct Process<'p, 'a> {
    pub machine: &'p mut Machine<'a>,
    /// The program's name, with which its messages begin.
    name: BString,
    start: Start,
    status: u8,
}

/// Runs a program of the host to its end and returns its status.
pub fn run(machine: &mut Machine<'_>, program: &[u8], start: Start) -> Step<u8> {
    if matches!(program, b"sh" | b"dash") {
        return crate::shell::run(machine, start);
    }
    machine.step()?;
    let name = start.arguments.first().cloned().unwrap_or_default();
    let mut process = Process {
        machine,
        name,
        start,
        status: 0,
    };
    match program {
        b"basename" => process.basename()?,
        b"cat" => process.cat()?,
        b"chmod" => process.chmod()?,
        b"cp" => process.cp()?,
        b"cut" => process.cut()?,
        b"dirname" => process.dirname()?,
        b"env" => process.env()?,
        b"grep" => process.grep()?,
        b"head" => process.head()?,
        b"install" => process.install()?,
        b"ln" => process.ln()?,
        b"ls" => process.ls()?,
        b"md5sum" | b"sha1sum" | b"sha256sum" | b"sha512sum" => process.digest(program)?,
        b"mkdir" => process.mkdir()?,
        b"mv" => process.mv()?,
        b"printenv" => process.printenv()?,
        b"readlink" => process.readlink()?,
        b"realpath" => process.realpath()?,
        b"rm" => process.rm()?,
        b"rmdir" => process.rmdir()?,
        b"sed" => process.sed()?,
        b"seq" => process.seq()?,
        b"sleep" => process.sleep()?,
        b"sort" => process.sort()?,
        b"tac" => process.tac()?,
        b"tail" => process.tail()?,
        b"tee" => process.tee()?,
        b"touch" => process.touch()?,
        b"tr" => process.tr()?,
        b"true" => {}
        b"false" => process.status = 1,
        b"uniq" => process.uniq()?,
        b"wc" => process.wc()?,
        name => {
            let name = name.as_bstr();
            return Err(process.machine.unsupported(format!("the program {name}")));
        }
    }
    process.machine.check()?;
    Ok(process.status)
}

impl Process<'_, '_> {
    /// Writes to standard output.
    fn print(&mut self, bytes: &[u8]) -> Step {
        let stream = self.start.descriptors.get(1).cloned();
        match self.machine.write(stream.as_ref(), bytes)? {
            Ok(()) => Ok(()),
            Err(_) => Err(self.machine.unsupported("writing to a closed descriptor")),
        }
    }

    /// Writes a message to standard error and makes the status 1.
    fn complain(&mut self, message: &str) -> Step {
        self.machine.check()?;
        self.status = 1;
        let text = format!("{}: {message}\n", self.name);
        // Nobody is told that standard error is closed.
        let _ = self
            .machine
            .write(self.start.descriptors.get(2), text.as_bytes())?;
        Ok(())
    }

    fn unsupported(&self, what: &str) -> Stop {
        self.machine.unsupported(format!("{what} of {}", self.name))
    }

    /// A name as messages of GNU programs quote it.
    fn quoted(&self, name: &BStr) -> Step<String> {
        let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'\'' && byte != b'\\';
        if name.bytes().all(plain) {
            return Ok(format!("'{name}'"));
        }
        Err(self.unsupported("a message with such a name"))
    }

    /// A name as messages that quote only when necessary have it.
    fn escaped(&self, name: &BStr) -> Step<String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-+,:@%".contains(&byte);
        if !name.is_empty() && name.bytes().all(plain) {
            return Ok(name.to_string());
        }
        Err(self.unsupported("a message with such a name"))
    }

    /// Reads a file, or standard input for `-`; without it after a message.
    fn input(&mut self, path: &BString) -> Step<Option<Vec<u8>>> {
        let stream = if path == "-" {
            self.start.descriptors.get(0).cloned()
        } else {
            let opened = self.machine.open(self.start.cwd.node, path);
            self.machine.check()?;
            match opened {
                Ok(stream) => Some(stream),
                Err(error) => {
                    self.cannot_read(path, error)?;
                    return Ok(None);
                }
            }
        };
        match self.machine.read(stream.as_ref(), None)? {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => {
                self.cannot_read(path, error)?;
                Ok(None)
            }
        }
    }

    /// The message that each program has for a file that it cannot read.
    fn cannot_read(&mut self, path: &BString, error: Errno) -> Step {
        let name = self.name.clone();
        let program = name.rsplit_str("/").next().unwrap_or_default();
        let message = match program {
            b"head" | b"tail" if error != Errno::IsDirectory => {
                format!(
                    "cannot open {} for reading: {error}",
                    self.quoted(path.as_bstr())?
                )
            }
            b"head" | b"tail" => {
                format!("error reading {}: {error}", self.quoted(path.as_bstr())?)
            }
            b"tac" if error != Errno::IsDirectory => {
                format!(
                    "failed to open {} for reading: {error}",
                    self.quoted(path.as_bstr())?
                )
            }
            b"sort" if error != Errno::IsDirectory => {
                format!("cannot read: {}: {error}", self.escaped(path.as_bstr())?)
            }
            b"cat" | b"wc" | b"cut" | b"uniq" | b"grep" | b"md5sum" | b"sha1sum" | b"sha256sum"
            | b"sha512sum" => format!("{}: {error}", self.escaped(path.as_bstr())?),
            b"sed" if error != Errno::IsDirectory => {
                format!("can't read {}: {error}", self.escaped(path.as_bstr())?)
            }
            _ => return Err(self.unsupported("reading a directory, which is an error")),
        };
        self.complain(&message)?;
        if matches!(program, b"sort" | b"grep" | b"sed") {
            self.status = 2;
        }
        Ok(())
    }
}

/// Splits a text into lines, each with its newline if it has one.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&byte| byte == b'\n')
}
