//! Finding programs, and starting them.

use bstr::{BStr, BString, ByteSlice as _};

use super::{Shell, Start};
use crate::file_system::{Errno, FileType, NodeId};
use crate::machine::{Machine, Step, Stop};
use crate::programs;

/// What starting a program led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Launched {
    /// It ended with a status.
    Ended(u8),
    /// It could not be started.
    Failed(Errno),
}

/// Starts the file at a path, as the system call `execve` does.
pub fn execute(machine: &mut Machine<'_>, path: &BStr, start: Start) -> Step<Launched> {
    machine.step()?;
    let node = match find_program(machine, start.cwd.node, path) {
        Ok(node) => node,
        // Where contents are not known, nobody knows whether it is a program.
        Err(Errno::Denied) if machine.fs.is_unknown(start.cwd.node, path) => {
            return Err(machine.unsupported(format!("the program {path} of unknown contents")));
        }
        Err(error) => return Ok(Launched::Failed(error)),
    };
    machine.check()?;
    if machine.fs.is_program(node) {
        let name = path
            .rsplit_once_str("/")
            .map_or(path.as_bytes(), |(_, name)| name);
        return Ok(Launched::Ended(programs::run(machine, name, start)?));
    }
    // A script begins with the path of the program that reads it.
    let contents = machine.fs.bytes(node);
    let Some(rest) = contents.strip_prefix(b"#!") else {
        if contents.starts_with(b"\x7fELF") {
            return Err(machine.unsupported(format!("the program {path}")));
        }
        return Ok(Launched::Failed(Errno::NotProgram));
    };
    let line = rest.lines().next().unwrap_or_default().trim_ascii();
    let (interpreter, argument) = match line.find_byteset(b" \t") {
        Some(end) => (&line[..end], Some(line[end..].trim_ascii())),
        None => (line, None),
    };
    let interpreter: BString = interpreter.into();
    let mut arguments = vec![interpreter.clone()];
    arguments.extend(argument.map(BString::from));
    arguments.push(path.into());
    arguments.extend(start.arguments.into_iter().skip(1));
    machine.enter()?;
    let launched = execute(machine, interpreter.as_bstr(), Start { arguments, ..start })?;
    machine.leave();
    Ok(launched)
}

/// Finds a file that may be executed.
pub fn find_program(machine: &mut Machine<'_>, cwd: NodeId, path: &[u8]) -> Result<NodeId, Errno> {
    let node = machine.fs.find(cwd, path)?;
    if machine.fs.file_type(node) != FileType::File || !machine.fs.may(node, 1) {
        return Err(Errno::Denied);
    }
    Ok(node)
}

impl Shell<'_, '_> {
    /// Runs a program with more variables in its environment.
    pub fn launch(&mut self, values: Vec<(BString, BString)>, arguments: Vec<BString>) -> Step<u8> {
        // The variables count while the program is looked for, too.
        let mut copy = self.state.clone();
        for (name, value) in values {
            copy.set(name.clone(), value);
            copy.variable(name).exported = true;
        }
        let path = copy
            .get(b"PATH")
            .map_or_else(BString::default, |path| BString::clone(path));
        let name = arguments[0].clone();
        let found = self.search(&name, &path)?;
        let start = Start {
            arguments,
            environment: copy.environment(),
            descriptors: copy.descriptors,
            cwd: copy.cwd,
            umask: copy.umask,
        };
        let error = match found {
            Err(error) => error,
            Ok(path) => {
                let line = self.machine.line;
                let launched = execute(self.machine, path.as_bstr(), start.clone())?;
                self.machine.line = line;
                match launched {
                    Launched::Ended(status) => return Ok(status),
                    Launched::Failed(Errno::NotProgram) => {
                        // As dash does, take a file without `#!` for a script.
                        let mut arguments = vec![self.state.name.clone(), path];
                        arguments.extend(start.arguments.into_iter().skip(1));
                        return super::run(self.machine, Start { arguments, ..start });
                    }
                    Launched::Failed(error) => error,
                }
            }
        };
        let reason = match error {
            Errno::NotFound => "not found".to_owned(),
            error => error.to_string(),
        };
        self.complain(&format!("{name}: {reason}"))?;
        Ok(if error == Errno::NotFound { 127 } else { 126 })
    }

    /// Looks for a program in the directories of `PATH`.
    pub fn search(&mut self, name: &BString, path: &BString) -> Step<Result<BString, Errno>> {
        if name.contains(&b'/') {
            return Ok(Ok(name.clone()));
        }
        let mut error = Errno::NotFound;
        for directory in path.split_str(":") {
            self.machine.step()?;
            let mut candidate: BString = directory.into();
            if !candidate.is_empty() {
                candidate.push(b'/');
            }
            candidate.extend_from_slice(name);
            let found = find_program(self.machine, self.state.cwd.node, &candidate);
            self.machine.check()?;
            match found {
                Ok(_) => return Ok(Ok(candidate)),
                Err(Errno::Denied) => error = Errno::Denied,
                Err(_) => {}
            }
        }
        Ok(Err(error))
    }

    /// The builtin `exec`.
    pub fn exec(&mut self, values: Vec<(BString, BString)>, mut arguments: Vec<BString>) -> Step {
        for (name, value) in values {
            self.assign(name.clone(), value)?;
            self.state.variable(name).exported = true;
        }
        if arguments.len() == 1 {
            return Ok(());
        }
        arguments.remove(0);
        if arguments[0].starts_with(b"-") {
            return Err(self.machine.unsupported("an option of exec"));
        }
        let name = arguments[0].clone();
        let path = self
            .state
            .get(b"PATH")
            .map_or_else(BString::default, |path| BString::clone(path));
        if self.search(&name, &path)?.is_err() {
            self.complain(&format!("exec: {name}: not found"))?;
            return Err(Stop::Exit(127));
        }
        let status = self.launch(Vec::new(), arguments)?;
        Err(Stop::Exit(status))
    }
}
