//! Running scripts: control flow, variables, redirections.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bstr::{BStr, BString, ByteSlice as _};

use super::expansion::{fields, text_of};
use super::files::{FileError, Files, Location};
use super::syntax::{
    self, Command, List, Operation, Part, Pipeline, Redirection, SyntaxError, Word,
};
use super::{BUILD_TOP, programs};

/// Commands that a script may run, loops included.
const MAX_STEPS: usize = 200_000;

/// Bytes that may wait in pipes and be printed.
const MAX_OUTPUT: usize = 4 << 20;

/// Levels of scripts and substitutions within each other.
const MAX_DEPTH: usize = 20;

/// Why a list of commands is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The shell ends.
    Exit(i32),
    /// So many loops end.
    Break(usize),
    /// So many loops but one end, and that one goes on.
    Continue(usize),
    /// The script that was read with `.` ends.
    Return,
    /// Something is not known here.
    Unsupported(String),
}

/// Where output goes.
#[derive(Clone, Debug)]
pub enum Sink {
    /// The log of the build.
    Log,
    /// A pipe or a substitution.
    Buffer(Rc<RefCell<Vec<u8>>>),
    /// A file.
    File(Location),
    /// Nowhere.
    Null,
}

/// Where input comes from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    bytes: Rc<[u8]>,
    at: Rc<std::cell::Cell<usize>>,
}

impl Source {
    fn new(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.into(),
            at: Rc::default(),
        }
    }

    /// Reads everything that is left.
    #[must_use]
    pub fn read_all(&self) -> &[u8] {
        let start = self.at.replace(self.bytes.len());
        &self.bytes[start..]
    }

    /// Reads a line; the flag says whether it ended with a newline.
    #[must_use]
    pub fn read_line(&self) -> (&[u8], bool) {
        let rest = &self.bytes[self.at.get()..];
        match rest.find_byte(b'\n') {
            Some(end) => {
                self.at.set(self.at.get() + end + 1);
                (&rest[..end], true)
            }
            None => (self.read_all(), false),
        }
    }
}

/// A shell.
pub struct Shell<'a> {
    /// The file system.
    pub files: Files<'a>,
    variables: BTreeMap<BString, BString>,
    exported: BTreeSet<BString>,
    /// `$1` and so on.
    pub arguments: Vec<BString>,
    name: BString,
    /// The working directory.
    pub folder: Vec<u8>,
    /// The status of the last command.
    pub status: i32,
    /// `set -e`.
    pub errexit: bool,
    /// `set -u`.
    pub nounset: bool,
    /// What went to the log.
    pub log: Vec<u8>,
    /// Standard input.
    pub input: Source,
    output: Sink,
    errors: Sink,
    steps: usize,
    depth: usize,
    /// Whether a failure is looked at, so that `set -e` does not count.
    tested: bool,
}

impl<'a> Shell<'a> {
    /// Makes a shell with an environment.
    #[must_use]
    pub fn new(files: Files<'a>, environment: BTreeMap<BString, BString>) -> Self {
        let is_name = |name: &BString| {
            let mut bytes = name.iter();
            bytes
                .next()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
                && bytes.all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        // What has no name that a shell knows is not a variable of it.
        let variables: BTreeMap<_, _> = environment
            .into_iter()
            .filter(|(name, _)| is_name(name))
            .collect();
        Self {
            files,
            exported: variables.keys().cloned().collect(),
            variables,
            arguments: Vec::new(),
            name: "/bin/sh".into(),
            folder: BUILD_TOP.into(),
            status: 0,
            errexit: false,
            nounset: false,
            log: Vec::new(),
            input: Source::default(),
            output: Sink::Log,
            errors: Sink::Log,
            steps: 0,
            depth: 0,
            tested: false,
        }
    }

    /// Runs the shell with the arguments of a process.
    ///
    /// # Errors
    /// See [`Stop`].
    pub fn start(&mut self, arguments: &[BString]) -> Result<i32, Stop> {
        let mut arguments = arguments.iter();
        let mut text = false;
        let mut first = None;
        for argument in arguments.by_ref() {
            let Some(flags) = argument
                .strip_prefix(b"-")
                .filter(|flags| !flags.is_empty())
            else {
                first = Some(argument.clone());
                break;
            };
            for flag in flags {
                match flag {
                    b'c' => text = true,
                    b'e' => self.errexit = true,
                    b'u' => self.nounset = true,
                    _ => return Err(Stop::Unsupported("such an option of the shell".into())),
                }
            }
        }
        let Some(first) = first else {
            return Err(Stop::Unsupported("a script from standard input".into()));
        };
        let script = if text {
            if let Some(name) = arguments.next() {
                self.name = name.clone();
            }
            first
        } else {
            self.name = first.clone();
            match self.read(&first) {
                Ok(script) => script.into(),
                Err(FileError::Plain(_)) => return Err(Stop::Exit(2)),
                Err(FileError::Unknown(what)) => return Err(Stop::Unsupported(what)),
            }
        };
        self.arguments = arguments.cloned().collect();
        self.run_text(&script)?;
        Ok(self.status)
    }

    /// Runs a script as another process: with exported variables, and without effect on this shell's.
    ///
    /// # Errors
    /// Something is not known here.
    pub fn run_process(&mut self, arguments: &[BString]) -> Result<i32, Stop> {
        self.deeper()?;
        let exported = self.exported.clone();
        let outside = self.state();
        self.variables.retain(|name, _| exported.contains(name));
        (self.errexit, self.nounset, self.tested) = (false, false, false);
        self.name = "/bin/sh".into();
        let result = self.start(arguments);
        self.restore(outside);
        self.depth -= 1;
        ended(result.map(|_| self.status))
    }

    /// Reads and runs text in this shell.
    ///
    /// # Errors
    /// See [`Stop`].
    pub fn run_text(&mut self, text: &[u8]) -> Result<(), Stop> {
        match syntax::parse(text) {
            Ok(list) => self.list(&list),
            Err(SyntaxError::Wrong) => Err(Stop::Exit(2)),
            Err(SyntaxError::Unsupported(what)) => Err(Stop::Unsupported(what.into())),
        }
    }

    /// Counts work.
    ///
    /// # Errors
    /// There was too much of it.
    pub fn tick(&mut self, steps: usize) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps > MAX_STEPS {
            return Err(Stop::Unsupported("so many steps".into()));
        }
        Ok(())
    }

    /// Goes one level deeper; the caller goes back.
    ///
    /// # Errors
    /// It is too deep.
    pub fn deeper(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Stop::Unsupported("scripts in scripts so deep".into()));
        }
        Ok(())
    }

    /// Leaves a level that [`Shell::deeper`] entered.
    pub const fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// Reads a file.
    ///
    /// # Errors
    /// See [`FileError`].
    pub fn read(&self, path: &[u8]) -> Result<Vec<u8>, FileError> {
        let location = self.files.locate(&self.folder, path, true)?;
        self.files.read(&location).map(<[u8]>::to_vec)
    }

    /// Returns the value of a parameter, if it is set.
    #[must_use]
    pub fn value(&self, name: &BStr) -> Option<BString> {
        match &**name {
            b"#" => Some(self.arguments.len().to_string().into()),
            b"?" => Some(self.status.to_string().into()),
            b"@" | b"*" if self.arguments.is_empty() => None,
            b"@" | b"*" => Some(bstr::join(" ", &self.arguments).into()),
            b"0" => Some(self.name.clone()),
            [b'1'..=b'9', ..] => {
                let index: usize = name.to_str().ok()?.parse().ok()?;
                self.arguments.get(index - 1).cloned()
            }
            _ => self.variables.get(name).cloned(),
        }
    }

    /// Sets a variable.
    pub fn set(&mut self, name: BString, value: BString) {
        self.variables.insert(name, value);
    }

    /// Removes a variable.
    pub fn unset(&mut self, name: &BStr) {
        self.variables.remove(name);
        self.exported.remove(name);
    }

    /// Lets other processes see a variable.
    pub fn export(&mut self, name: BString) {
        self.exported.insert(name);
    }

    /// Writes to standard output.
    ///
    /// # Errors
    /// There is too much of it, or the file cannot be written.
    pub fn print(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        let sink = self.output.clone();
        self.put(&sink, bytes)
    }

    /// Writes a message of a command to standard error.
    ///
    /// # Errors
    /// As [`Shell::print`].
    pub fn complain(&mut self, message: &str) -> Result<(), Stop> {
        let sink = self.errors.clone();
        self.put(&sink, format!("{message}\n").as_bytes())
    }

    fn put(&mut self, sink: &Sink, bytes: &[u8]) -> Result<(), Stop> {
        let buffer = match sink {
            Sink::Null => return Ok(()),
            Sink::File(location) => {
                let written = self.files.append(location, bytes);
                return written.map_err(|error| match error {
                    FileError::Plain(what) => Stop::Unsupported(what.into()),
                    FileError::Unknown(what) => Stop::Unsupported(what),
                });
            }
            Sink::Log => &mut self.log,
            Sink::Buffer(buffer) => &mut *buffer.borrow_mut(),
        };
        if buffer.len() + bytes.len() > MAX_OUTPUT {
            return Err(Stop::Unsupported("so much output".into()));
        }
        buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// Runs commands and returns what they print, without newlines at the end.
    ///
    /// # Errors
    /// Something is not known here.
    pub fn capture(&mut self, commands: &List) -> Result<Vec<u8>, Stop> {
        let buffer = Rc::new(RefCell::new(Vec::new()));
        let output = std::mem::replace(&mut self.output, Sink::Buffer(Rc::clone(&buffer)));
        let status = self.subshell(commands);
        self.output = output;
        self.status = status?;
        let mut bytes = buffer.take();
        if bytes.contains(&0) {
            return Err(Stop::Unsupported("NUL in a text".into()));
        }
        while bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        Ok(bytes)
    }

    /// Runs commands without effect on this shell's variables and returns their status.
    fn subshell(&mut self, commands: &List) -> Result<i32, Stop> {
        self.deeper()?;
        let outside = self.state();
        let result = self.list(commands);
        let status = self.status;
        self.restore(outside);
        self.depth -= 1;
        ended(result.map(|()| status))
    }

    fn state(&self) -> State {
        State {
            variables: self.variables.clone(),
            exported: self.exported.clone(),
            arguments: self.arguments.clone(),
            name: self.name.clone(),
            folder: self.folder.clone(),
            flags: (self.errexit, self.nounset, self.tested),
        }
    }

    fn restore(&mut self, state: State) {
        self.variables = state.variables;
        self.exported = state.exported;
        self.arguments = state.arguments;
        self.name = state.name;
        self.folder = state.folder;
        (self.errexit, self.nounset, self.tested) = state.flags;
    }

    /// Runs commands one after the other.
    fn list(&mut self, list: &List) -> Result<(), Stop> {
        for and_or in list {
            let tested = self.tested;
            self.tested = tested || !and_or.rest.is_empty();
            let mut result = self.pipeline(&and_or.first);
            for (index, (and, pipeline)) in and_or.rest.iter().enumerate() {
                if result.is_err() {
                    break;
                }
                if *and == (self.status == 0) {
                    self.tested = tested || index + 1 < and_or.rest.len();
                    result = self.pipeline(pipeline);
                }
            }
            self.tested = tested;
            result?;
        }
        Ok(())
    }

    fn pipeline(&mut self, pipeline: &Pipeline) -> Result<(), Stop> {
        let tested = self.tested;
        self.tested |= pipeline.negated;
        let result = match pipeline.commands.as_slice() {
            [(command, redirections)] => self.command(command, redirections),
            commands => self.pipe(commands),
        };
        self.tested = tested;
        result?;
        if pipeline.negated {
            self.status = i32::from(self.status == 0);
        } else if self.status != 0 && self.errexit && !self.tested {
            return Err(Stop::Exit(self.status));
        }
        Ok(())
    }

    /// Runs commands whose output is the next one's input, each to its end.
    fn pipe(&mut self, commands: &[(Command, Vec<Redirection>)]) -> Result<(), Stop> {
        let (input, output) = (self.input.clone(), self.output.clone());
        let mut result = Ok(());
        for (index, (command, redirections)) in commands.iter().enumerate() {
            let buffer = Rc::new(RefCell::new(Vec::new()));
            let last = index + 1 == commands.len();
            self.output = if last {
                output.clone()
            } else {
                Sink::Buffer(Rc::clone(&buffer))
            };
            self.deeper()?;
            let outside = self.state();
            let ran = self.command(command, redirections);
            self.restore(outside);
            self.depth -= 1;
            match ended(ran.map(|()| self.status)) {
                Ok(status) => self.status = status,
                Err(stop) => {
                    result = Err(stop);
                    break;
                }
            }
            self.input = Source::new(&buffer.take());
        }
        (self.input, self.output) = (input, output);
        result
    }

    fn command(&mut self, command: &Command, redirections: &[Redirection]) -> Result<(), Stop> {
        self.tick(1)?;
        let outside = (self.input.clone(), self.output.clone(), self.errors.clone());
        // Words are expanded before files are opened.
        let words = match command {
            Command::Simple { words, .. } => fields(self, words)?,
            _ => Vec::new(),
        };
        let result = if self.redirect(redirections)? {
            self.run(command, &words)
        } else {
            self.status = 2;
            Ok(())
        };
        // `exec` without a command would keep them; it is not known here.
        (self.input, self.output, self.errors) = outside;
        result
    }

    /// Opens files for a command; tells whether all could be opened.
    fn redirect(&mut self, redirections: &[Redirection]) -> Result<bool, Stop> {
        for Redirection {
            stream,
            operator,
            word,
        } in redirections
        {
            let target = text_of(self, word)?;
            if *operator == "<<<" {
                self.input = Source::new(&target);
                continue;
            }
            if *operator == ">&" {
                let sink = match &**target {
                    b"1" => self.output.clone(),
                    b"2" => self.errors.clone(),
                    _ => return Err(Stop::Unsupported("such a redirection".into())),
                };
                self.set_stream(*stream, sink)?;
                continue;
            }
            let opened = self
                .files
                .locate(&self.folder, &target, true)
                .and_then(|location| {
                    if *operator == "<" {
                        let source = Source::new(self.files.read(&location)?);
                        return Ok(Err(source));
                    }
                    if target == "/dev/null" {
                        return Ok(Ok(Sink::Null));
                    }
                    self.files.truncate(&location, *operator == ">>")?;
                    Ok(Ok(Sink::File(location)))
                });
            match opened {
                Ok(Ok(sink)) => self.set_stream(*stream, sink)?,
                Ok(Err(source)) => self.input = source,
                Err(FileError::Unknown(what)) => return Err(Stop::Unsupported(what)),
                Err(FileError::Plain(what)) => {
                    self.complain(&format!("cannot open {target}: {what}"))?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn set_stream(&mut self, stream: u8, sink: Sink) -> Result<(), Stop> {
        match stream {
            1 => self.output = sink,
            2 => self.errors = sink,
            _ => return Err(Stop::Unsupported("such a stream".into())),
        }
        Ok(())
    }

    fn run(&mut self, command: &Command, words: &[BString]) -> Result<(), Stop> {
        match command {
            Command::Simple { assignments, .. } => self.simple(assignments, words),
            Command::Group(list) => self.list(list),
            Command::Subshell(list) => {
                self.status = self.subshell(list)?;
                Ok(())
            }
            Command::If {
                branches,
                otherwise,
            } => {
                for (condition, body) in branches {
                    if self.test(condition)? {
                        return self.body(body);
                    }
                }
                self.body(otherwise)
            }
            Command::For { name, words, body } => {
                let words = match words {
                    Some(words) => fields(self, words)?,
                    None => self.arguments.clone(),
                };
                self.status = 0;
                for word in words {
                    self.tick(1)?;
                    self.set(name.clone(), word);
                    if self.once(body)? {
                        break;
                    }
                }
                Ok(())
            }
            Command::While {
                until,
                condition,
                body,
            } => {
                let mut status = 0;
                while self.test(condition)? != *until {
                    self.tick(1)?;
                    let ends = self.once(body)?;
                    status = self.status;
                    if ends {
                        break;
                    }
                }
                self.status = status;
                Ok(())
            }
        }
    }

    /// Runs a condition, whose failure is no failure.
    fn test(&mut self, condition: &List) -> Result<bool, Stop> {
        let tested = std::mem::replace(&mut self.tested, true);
        let result = self.list(condition);
        self.tested = tested;
        result?;
        Ok(self.status == 0)
    }

    /// Runs a branch; one without commands succeeds.
    fn body(&mut self, list: &List) -> Result<(), Stop> {
        self.status = 0;
        self.list(list)
    }

    /// Runs the body of a loop once; tells whether the loop ends.
    fn once(&mut self, body: &List) -> Result<bool, Stop> {
        match self.list(body) {
            Err(Stop::Break(1)) => Ok(true),
            Err(Stop::Break(levels)) => Err(Stop::Break(levels - 1)),
            Err(Stop::Continue(1)) => Ok(false),
            Err(Stop::Continue(levels)) => Err(Stop::Continue(levels - 1)),
            Ok(()) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    fn simple(&mut self, assignments: &[(BString, Word)], words: &[BString]) -> Result<(), Stop> {
        let substitutes = |word: &Word| {
            word.iter().any(|part| match part {
                Part::Substitution { .. } => true,
                Part::Parameter { operation, .. } => *operation != Operation::None,
                Part::Text { .. } => false,
            })
        };
        if words.is_empty() {
            // The status is that of the last substitution, if there was one.
            if !assignments.iter().any(|(_, word)| substitutes(word)) {
                self.status = 0;
            }
        }
        let mut before = Vec::new();
        for (name, word) in assignments {
            let value = text_of(self, word)?;
            before.push((
                name.clone(),
                self.variables.get(name).cloned(),
                self.exported.contains(name),
            ));
            self.set(name.clone(), value);
        }
        let Some((command, arguments)) = words.split_first() else {
            return Ok(());
        };
        let special = programs::is_special(command.as_bstr());
        if !special {
            for (name, _) in assignments {
                self.export(name.clone());
            }
        }
        let result = programs::run(self, command, arguments);
        // Assignments before a command are for that command, but for those that are part of the shell.
        if !special {
            for (name, value, exported) in before.into_iter().rev() {
                match value {
                    Some(value) => self.set(name.clone(), value),
                    None => self.unset(name.as_bstr()),
                }
                if !exported {
                    self.exported.remove(&name);
                }
            }
        }
        self.status = result?;
        Ok(())
    }
}

/// What a subshell cannot change.
struct State {
    variables: BTreeMap<BString, BString>,
    exported: BTreeSet<BString>,
    arguments: Vec<BString>,
    name: BString,
    folder: Vec<u8>,
    flags: (bool, bool, bool),
}

/// Returns the status with which a process ends.
fn ended(result: Result<i32, Stop>) -> Result<i32, Stop> {
    match result {
        Err(Stop::Exit(status)) => Ok(status),
        Err(Stop::Break(_) | Stop::Continue(_) | Stop::Return) => Ok(0),
        other => other,
    }
}
