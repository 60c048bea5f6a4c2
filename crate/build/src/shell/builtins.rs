//! Commands that the shell has built in.

mod escape;
mod printf;
mod test;
mod variables;

use bstr::{BString, ByteSlice as _};

use super::Shell;
use super::state::Options;
use crate::file_system::FileType;
use crate::machine::{Step, Stop};

/// Builtins whose errors end the shell, and before which assignments last.
const SPECIAL: [&str; 15] = [
    ".", ":", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set",
    "shift", "times", "trap", "unset",
];

/// The other builtins; all of dash's, so that what is missing here is never taken for a program.
const OTHER: [&str; 24] = [
    "[", "alias", "bg", "cd", "chdir", "command", "echo", "false", "fg", "getopts", "hash", "jobs",
    "kill", "local", "printf", "pwd", "read", "test", "true", "type", "ulimit", "umask", "unalias",
    "wait",
];

/// Tells whether a command is a special builtin.
pub fn is_special(name: &[u8]) -> bool {
    SPECIAL.iter().any(|it| it.as_bytes() == name)
}

/// Tells whether a command is a builtin.
pub fn exists(name: &[u8]) -> bool {
    is_special(name) || OTHER.iter().any(|it| it.as_bytes() == name)
}

/// Runs a builtin and returns its status.
pub fn run(shell: &mut Shell<'_, '_>, arguments: &[BString]) -> Step<u8> {
    shell.builtin_failed = false;
    let rest = &arguments[1..];
    match arguments[0].as_slice() {
        b":" | b"true" => Ok(0),
        b"false" => Ok(1),
        b"." => shell.source(rest),
        b"[" | b"test" => test::run(shell, arguments),
        b"break" | b"continue" => shell.leave_loop(arguments),
        b"cd" | b"chdir" => shell.change_directory(rest),
        b"command" => shell.command_builtin(rest),
        b"echo" => shell.echo(rest),
        b"eval" => shell.eval(rest),
        b"exit" => {
            let status = shell.status_argument(arguments)?;
            Err(Stop::Exit(status))
        }
        b"return" => {
            let status = shell.status_argument(arguments)?;
            if shell.state.locals.is_empty() && shell.state.sourced == 0 {
                return Err(Stop::Exit(status));
            }
            Err(Stop::Return(status))
        }
        b"export" => variables::declare(shell, arguments, true),
        b"readonly" => variables::declare(shell, arguments, false),
        b"local" => variables::local(shell, rest),
        b"unset" => variables::unset(shell, rest),
        b"read" => variables::read(shell, rest),
        b"set" => variables::set(shell, rest),
        b"shift" => variables::shift(shell, rest),
        b"printf" => printf::run(shell, rest),
        b"pwd" => {
            if rest.iter().any(|argument| argument != "-L") {
                return Err(shell.machine.unsupported("an option of pwd"));
            }
            let mut path = shell.state.cwd.path.clone();
            path.push(b'\n');
            shell.print(&path)
        }
        b"trap" => shell.trap(rest),
        b"type" => shell.type_of(rest),
        b"umask" => shell.umask(rest),
        b"wait" if rest.is_empty() => Ok(0),
        name => {
            let name = name.as_bstr();
            Err(shell.machine.unsupported(format!("the command {name}")))
        }
    }
}

impl Options {
    /// Changes the option of a letter; tells whether there is one.
    pub fn set(&mut self, letter: u8, on: bool) -> bool {
        match letter {
            b'a' => self.all_export = on,
            b'e' => self.err_exit = on,
            b'f' => self.no_glob = on,
            b'u' => self.no_unset = on,
            b'x' => self.x_trace = on,
            _ => return false,
        }
        true
    }

    /// The letters of the options that are on, in the order of dash: `$-`.
    pub fn letters(self) -> String {
        [
            (self.no_unset, 'u'),
            (self.all_export, 'a'),
            (self.x_trace, 'x'),
            (self.no_glob, 'f'),
            (self.err_exit, 'e'),
        ]
        .into_iter()
        .filter_map(|(on, letter)| on.then_some(letter))
        .collect()
    }
}

impl Shell<'_, '_> {
    /// Writes to standard output.
    fn print(&mut self, text: &[u8]) -> Step<u8> {
        let stream = self.state.descriptors.get(1).cloned();
        match self.machine.write(stream.as_ref(), text)? {
            Ok(()) => Ok(0),
            Err(_) => Err(self.machine.unsupported("writing to a closed descriptor")),
        }
    }

    /// Ends a builtin that is not special with a message.
    fn refuse(&mut self, builtin: &str, message: &str) -> Stop {
        match self.complain_about(&format!("{builtin}: {message}")) {
            Ok(()) => {
                self.builtin_failed = true;
                Stop::Exit(2)
            }
            Err(stop) => stop,
        }
    }

    fn status_argument(&mut self, arguments: &[BString]) -> Step<u8> {
        let Some(argument) = arguments.get(1) else {
            return Ok(self.state.status);
        };
        match number(argument) {
            Some(number) => Ok((number & 255) as u8),
            None => {
                let message = format!("Illegal number: {argument}");
                Err(self.refuse(&arguments[0].to_str_lossy(), &message))
            }
        }
    }

    fn leave_loop(&mut self, arguments: &[BString]) -> Step<u8> {
        let count = match arguments.get(1) {
            None => 1,
            Some(argument) => match number(argument) {
                Some(count) if count > 0 => u32::try_from(count).unwrap_or(u32::MAX),
                _ => {
                    let message = format!("Illegal number: {argument}");
                    return Err(self.refuse(&arguments[0].to_str_lossy(), &message));
                }
            },
        };
        if self.state.loops == 0 {
            return Ok(0);
        }
        self.state.status = 0;
        let count = count.min(self.state.loops);
        Err(if arguments[0] == "break" {
            Stop::Break(count)
        } else {
            Stop::Continue(count)
        })
    }

    fn source(&mut self, arguments: &[BString]) -> Step<u8> {
        let [path] = arguments else {
            return Err(self.machine.unsupported(". with arguments"));
        };
        let mut path = path.clone();
        if !path.contains(&b'/') {
            let directories = self
                .state
                .get(b"PATH")
                .map_or_else(BString::default, |path| BString::clone(path));
            let mut found = None;
            for directory in directories.split_str(":") {
                let mut candidate: BString = directory.into();
                if !candidate.is_empty() {
                    candidate.push(b'/');
                }
                candidate.extend_from_slice(&path);
                let cwd = self.state.cwd.node;
                if let Ok(node) = self.machine.fs.find(cwd, &candidate)
                    && self.machine.fs.file_type(node) == FileType::File
                {
                    found = Some(candidate);
                    break;
                }
                self.machine.step()?;
            }
            match found {
                Some(found) => path = found,
                None => return Err(self.refuse(".", &format!("{path}: not found"))),
            }
        }
        let opened = self.machine.open(self.state.cwd.node, &path);
        self.machine.check()?;
        let Ok(stream) = opened else {
            return Err(self.refuse(".", &format!("cannot open {path}: No such file")));
        };
        let text = self.machine.read(Some(&stream), None)?.unwrap_or_default();
        let line = self.machine.line;
        let depth = self.machine.depth();
        let tested = std::mem::replace(&mut self.state.tested, false);
        self.machine.enter()?;
        self.state.sourced += 1;
        self.state.status = 0;
        let name = self.state.source_name.replace(path);
        let result = self.script(text.into());
        self.state.source_name = name;
        self.state.sourced -= 1;
        self.machine.set_depth(depth);
        self.machine.line = line;
        self.state.tested = tested;
        match result {
            Ok(()) => Ok(self.state.status),
            Err(Stop::Return(status)) => Ok(status),
            Err(stop) => Err(stop),
        }
    }

    fn eval(&mut self, arguments: &[BString]) -> Step<u8> {
        if arguments.is_empty() {
            return Ok(0);
        }
        let line = self.machine.line;
        self.machine.enter()?;
        self.state.status = 0;
        let name = self.state.source_name.replace("eval".into());
        self.script(bstr::join(" ", arguments).into())?;
        self.state.source_name = name;
        self.machine.leave();
        self.machine.line = line;
        Ok(self.state.status)
    }

    fn change_directory(&mut self, arguments: &[BString]) -> Step<u8> {
        let arguments = match arguments {
            [option, rest @ ..] if option == "-L" || option == "--" => rest,
            arguments => arguments,
        };
        let target = match arguments {
            [] => self.state.get(b"HOME").map(|home| BString::clone(home)),
            [target] if target == "-" => self.state.get(b"OLDPWD").map(|path| BString::clone(path)),
            [target] if target.starts_with(b"-") => {
                return Err(self.machine.unsupported("an option of cd"));
            }
            [target] => Some(target.clone()),
            _ => return Err(self.machine.unsupported("cd with several arguments")),
        };
        if self.state.get(b"CDPATH").is_some() {
            return Err(self.machine.unsupported("CDPATH"));
        }
        let target = target.unwrap_or_default();
        let path = logical_path(&self.state.cwd.path, &target);
        let found = self.machine.fs.find(self.state.cwd.node, &path);
        self.machine.check()?;
        let node = match found {
            Ok(node)
                if self.machine.fs.file_type(node) == FileType::Directory
                    && self.machine.fs.may(node, 1) =>
            {
                node
            }
            _ => return Err(self.refuse("cd", &format!("can't cd to {target}"))),
        };
        let before = std::mem::replace(&mut self.state.cwd.path, path.clone());
        self.state.cwd.node = node;
        self.assign("OLDPWD".into(), before)?;
        self.assign("PWD".into(), path.clone())?;
        if arguments.first().is_some_and(|target| target == "-") {
            let mut line = path;
            line.push(b'\n');
            self.print(&line)?;
        }
        Ok(0)
    }

    fn command_builtin(&mut self, arguments: &[BString]) -> Step<u8> {
        match arguments {
            [] => Ok(0),
            [option, names @ ..] if option == "-v" => {
                let [name] = names else {
                    return Err(self.machine.unsupported("command -v with several names"));
                };
                let mut found = if self.state.functions.contains_key(name.as_bstr())
                    || exists(name)
                    || is_keyword(name)
                {
                    name.clone()
                } else {
                    let path = self
                        .state
                        .get(b"PATH")
                        .map_or_else(BString::default, |path| BString::clone(path));
                    match self.search(name, &path)? {
                        Ok(found) => {
                            let cwd = self.state.cwd.node;
                            if super::launch::find_program(self.machine, cwd, &found).is_err() {
                                return Ok(127);
                            }
                            found
                        }
                        Err(_) => return Ok(127),
                    }
                };
                found.push(b'\n');
                self.print(&found)
            }
            [option, ..] if option.starts_with(b"-") => {
                Err(self.machine.unsupported("an option of command"))
            }
            [name, ..] if name == "exec" => Err(self.machine.unsupported("command exec")),
            [name, ..] if exists(name) => {
                let depth = self.machine.depth();
                match run(self, arguments) {
                    Err(Stop::Exit(status)) if self.builtin_failed => {
                        self.machine.set_depth(depth);
                        self.builtin_failed = false;
                        Ok(status)
                    }
                    other => other,
                }
            }
            arguments => self.launch(Vec::new(), arguments.to_vec()),
        }
    }

    fn echo(&mut self, arguments: &[BString]) -> Step<u8> {
        let (newline, words) = match arguments {
            [option, rest @ ..] if option == "-n" => (false, rest),
            words => (true, words),
        };
        let mut text = Vec::new();
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            if escape::expand(word, &mut text) {
                return self.print(&text);
            }
        }
        if newline {
            text.push(b'\n');
        }
        self.print(&text)
    }

    fn trap(&mut self, arguments: &[BString]) -> Step<u8> {
        match arguments {
            [action, condition] if condition == "EXIT" || condition == "0" => {
                self.state.exit_trap = (action != "-").then(|| action.clone());
                Ok(0)
            }
            _ => Err(self.machine.unsupported("this use of trap")),
        }
    }

    fn type_of(&mut self, names: &[BString]) -> Step<u8> {
        let mut status = 0;
        for name in names {
            let is = if is_keyword(name) {
                "is a shell keyword".to_owned()
            } else if self.state.functions.contains_key(name.as_bstr()) {
                "is a shell function".to_owned()
            } else if is_special(name) {
                "is a special shell builtin".to_owned()
            } else if exists(name) {
                "is a shell builtin".to_owned()
            } else {
                let path = self
                    .state
                    .get(b"PATH")
                    .map_or_else(BString::default, |path| BString::clone(path));
                match self.search(name, &path)? {
                    // Whether dash has run it before makes a difference there.
                    Ok(_) => return Err(self.machine.unsupported("type with a program")),
                    Err(_) => {
                        status = 127;
                        "not found".to_owned()
                    }
                }
            };
            let separator = if is == "not found" { ":" } else { "" };
            self.print(format!("{name}{separator} {is}\n").as_bytes())?;
        }
        Ok(status)
    }

    fn umask(&mut self, arguments: &[BString]) -> Step<u8> {
        match arguments {
            [] => {
                let text = format!("{:04o}\n", self.state.umask);
                self.print(text.as_bytes())
            }
            [mask] => match mask
                .to_str()
                .ok()
                .and_then(|m| u16::from_str_radix(m, 8).ok())
            {
                Some(mask) if mask <= 0o777 => {
                    self.state.umask = mask;
                    Ok(0)
                }
                _ => Err(self.machine.unsupported("this use of umask")),
            },
            _ => Err(self.machine.unsupported("this use of umask")),
        }
    }
}

/// Resolves `.` and `..` in a path by its text, as `cd` does.
fn logical_path(base: &[u8], target: &[u8]) -> BString {
    let mut names: Vec<&[u8]> = Vec::new();
    let base = if target.starts_with(b"/") {
        &b""[..]
    } else {
        base
    };
    for name in base.split_str("/").chain(target.split_str("/")) {
        match name {
            b"" | b"." => {}
            b".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    let mut path = BString::default();
    for name in &names {
        path.push(b'/');
        path.extend_from_slice(name);
    }
    if path.is_empty() {
        path.push(b'/');
    }
    path
}

fn is_keyword(name: &[u8]) -> bool {
    matches!(
        name,
        b"!" | b"{"
            | b"}"
            | b"case"
            | b"do"
            | b"done"
            | b"elif"
            | b"else"
            | b"esac"
            | b"fi"
            | b"for"
            | b"if"
            | b"in"
            | b"then"
            | b"until"
            | b"while"
    )
}

/// Reads a decimal number without a sign.
fn number(text: &[u8]) -> Option<i64> {
    let text = text.to_str().ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(())?;
    text.parse::<i64>()
        .ok()
        .filter(|&number| number <= i64::from(i32::MAX))
}
