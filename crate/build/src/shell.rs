//! The shell: dash 0.5.12, the `/bin/sh` of Debian, as far as small scripts use it.
//!
//! Pipelines run one command after the other, and nothing runs in the background. What is not understood gives the build up
//! ([`crate::GiveUp`]); nothing is ignored.

pub mod arithmetic;
mod builtins;
mod expand;
mod glob;
pub mod launch;
pub mod lexer;
pub mod parser;
pub mod pattern;
mod redirect;
pub mod state;
pub use self::lexer::is_name;
pub mod syntax;

use std::rc::Rc;

use bstr::{BString, ByteSlice as _};

use self::parser::{Parser, SyntaxError};
use self::state::{Environment, Options, State};
use self::syntax::{AndOr, Command, CommandKind, Connector, List, Pipeline, Word};
use crate::machine::{Descriptors, Machine, Step, Stop, Stream, WorkingDirectory, incoming};

/// A running shell process.
#[derive(Debug)]
pub struct Shell<'m, 'a> {
    pub machine: &'m mut Machine<'a>,
    pub state: State,
    /// Whether a builtin ended with an error of its own, not with `exit`.
    builtin_failed: bool,
    /// Status of the last command substitution in the command that is being expanded.
    substituted: Option<u8>,
}

/// How a process starts: its arguments, with its own name first, and what it inherits.
#[derive(Clone, Debug)]
pub struct Start {
    pub arguments: Vec<BString>,
    pub environment: Environment,
    pub descriptors: Descriptors,
    pub cwd: WorkingDirectory,
    pub umask: u16,
}

/// Runs a shell process to its end and returns its status.
pub fn run(machine: &mut Machine<'_>, start: Start) -> Step<u8> {
    let depth = machine.depth();
    machine.enter()?;
    let line = machine.line;
    let result = run_inside(machine, start);
    machine.line = line;
    machine.set_depth(depth);
    result
}

fn run_inside(machine: &mut Machine<'_>, start: Start) -> Step<u8> {
    let mut arguments = start.arguments.into_iter();
    let mut name = arguments.next().unwrap_or_default();
    let mut options = Options::default();
    let mut command = false;
    let mut arguments = arguments.peekable();
    while let Some(argument) =
        arguments.next_if(|argument| argument.len() > 1 && argument.starts_with(b"-"))
    {
        if argument == "--" {
            break;
        }
        for &letter in &argument[1..] {
            match letter {
                b'c' => command = true,
                letter => {
                    if !options.set(letter, true) {
                        let letter = letter as char;
                        return Err(machine.unsupported(format!("the option -{letter} of sh")));
                    }
                }
            }
        }
    }
    if arguments
        .peek()
        .is_some_and(|argument| argument.starts_with(b"+"))
    {
        return Err(machine.unsupported("the option + of sh"));
    }
    let state = |name, positional| {
        let mut state = State::new(
            &start.environment,
            name,
            positional,
            start.descriptors.clone(),
            start.cwd.clone(),
            start.umask,
        );
        state.set("PWD".into(), start.cwd.path.clone());
        state.options = options;
        state
    };
    let (text, state) = if command {
        let Some(text) = arguments.next() else {
            return Err(machine.unsupported("sh -c without a script"));
        };
        if let Some(first) = arguments.next() {
            name = first;
        }
        (text, state(name, arguments.collect()))
    } else {
        let Some(path) = arguments.next() else {
            return Err(machine.unsupported("a script from standard input"));
        };
        let opened = machine.open(start.cwd.node, &path);
        machine.check()?;
        let stream = match opened {
            Ok(stream) => stream,
            Err(_) => {
                let text = format!("{name}: 0: cannot open {path}: No such file\n");
                let status = machine.write(start.descriptors.get(2), text.as_bytes())?;
                return Ok(if status.is_ok() { 2 } else { 127 });
            }
        };
        let text = machine.read(Some(&stream), None)?.unwrap_or_default();
        (text.into(), state(path, arguments.collect()))
    };
    let mut shell = Shell {
        machine,
        state,
        builtin_failed: false,
        substituted: None,
    };
    let result = shell.script(text);
    shell.end(result)
}

impl<'a> Shell<'_, 'a> {
    /// Runs a script line by line.
    fn script(&mut self, text: BString) -> Step {
        let mut parser = Parser::new(text, self.machine.limits().depth);
        loop {
            self.machine.step()?;
            match parser.line_of_commands() {
                Ok(Some(list)) => self.list(&list)?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.syntax_error(&error)),
            }
        }
    }

    fn syntax_error(&mut self, error: &SyntaxError) -> Stop {
        self.machine.line = error.line;
        if error.unsupported {
            return self.machine.unsupported(error.message.clone());
        }
        let message = format!("Syntax error: {}", error.message);
        self.fail(&message)
    }

    /// Turns what ended the process into its status; runs the trap for its end.
    fn end(&mut self, result: Step) -> Step<u8> {
        let status = match result {
            Ok(()) => self.state.status,
            Err(Stop::Exit(status) | Stop::Return(status)) => status,
            Err(Stop::Break(_) | Stop::Continue(_)) => self.state.status,
            Err(give_up @ Stop::GiveUp(_)) => return Err(give_up),
        };
        let Some(trap) = self.state.exit_trap.take() else {
            return Ok(status);
        };
        self.state.status = status;
        self.state.tested = false;
        match self.script(trap) {
            Err(Stop::Exit(status)) => Ok(status),
            Err(give_up @ Stop::GiveUp(_)) => Err(give_up),
            _ => Ok(status),
        }
    }

    /// Writes a message to standard error as the shell does, and ends it.
    pub fn fail(&mut self, message: &str) -> Stop {
        match self.complain(message) {
            Ok(()) => Stop::Exit(2),
            Err(stop) => stop,
        }
    }

    /// As [`Shell::fail`], about a builtin.
    pub fn fail_in(&mut self, builtin: &str, message: &str) -> Stop {
        match self.complain_about(&format!("{builtin}: {message}")) {
            Ok(()) => Stop::Exit(2),
            Err(stop) => stop,
        }
    }

    /// Writes a message to standard error, with the name of the shell, the line, and the script that is sourced.
    fn complain(&mut self, message: &str) -> Step {
        match self.state.source_name.clone() {
            Some(name) => self.complain_about(&format!("{name}: {message}")),
            None => self.complain_about(message),
        }
    }

    /// Writes a message to standard error, with the name of the shell and the line.
    fn complain_about(&mut self, message: &str) -> Step {
        let text = format!("{}: {}: {message}\n", self.state.name, self.machine.line);
        // Nobody is told that standard error is closed.
        let _ = self
            .machine
            .write(self.state.descriptors.get(2), text.as_bytes())?;
        Ok(())
    }

    /// Assigns a variable.
    pub fn assign(&mut self, name: BString, value: BString) -> Step {
        if self.state.is_read_only(&name) {
            return Err(self.fail(&format!("{name}: is read only")));
        }
        self.machine.spend(value.len())?;
        if name == "OPTIND" {
            self.state.option_offset = 0;
        }
        self.state.set(name, value);
        Ok(())
    }

    /// Runs something in a copy of this shell and returns the status it ends with.
    fn subshell(
        &mut self,
        descriptors: Descriptors,
        body: impl FnOnce(&mut Shell<'_, 'a>) -> Step,
    ) -> Step<u8> {
        let depth = self.machine.depth();
        let line = self.machine.line;
        self.machine.enter()?;
        let mut shell = Shell {
            state: self.state.clone(),
            machine: &mut *self.machine,
            builtin_failed: false,
            substituted: None,
        };
        shell.state.descriptors = descriptors;
        shell.state.exit_trap = None;
        shell.state.loops = 0;
        let result = body(&mut shell);
        let status = shell.end(result)?;
        self.machine.set_depth(depth);
        self.machine.line = line;
        Ok(status)
    }

    fn list(&mut self, list: &List) -> Step {
        for and_or in list {
            self.and_or(and_or)?;
        }
        Ok(())
    }

    fn and_or(&mut self, and_or: &AndOr) -> Step {
        let last = and_or.rest.len();
        self.tested_if(last > 0, |shell| shell.pipeline(&and_or.first))?;
        for (index, (connector, pipeline)) in and_or.rest.iter().enumerate() {
            let succeeded = self.state.status == 0;
            if succeeded == (*connector == Connector::And) {
                self.tested_if(index + 1 < last, |shell| shell.pipeline(pipeline))?;
            }
        }
        Ok(())
    }

    /// Runs something whose failure has no consequence if `tested`.
    fn tested_if(&mut self, tested: bool, body: impl FnOnce(&mut Self) -> Step) -> Step {
        let before = self.state.tested;
        self.state.tested |= tested;
        let result = body(self);
        self.state.tested = before;
        result
    }

    fn pipeline(&mut self, pipeline: &Pipeline) -> Step {
        if pipeline.negated {
            self.tested_if(true, |shell| shell.commands(&pipeline.commands))?;
            self.state.status = u8::from(self.state.status == 0);
            return Ok(());
        }
        self.commands(&pipeline.commands)
    }

    fn commands(&mut self, commands: &[Command]) -> Step {
        if let [command] = commands {
            return self.command(command);
        }
        let mut input = None;
        let mut failure = 0;
        for (index, command) in commands.iter().enumerate() {
            let mut descriptors = self.state.descriptors.clone();
            if let Some(input) = input.take() {
                descriptors.set(0, Some(input));
            }
            let output = Rc::default();
            if index + 1 < commands.len() {
                descriptors.set(1, Some(Stream::Outgoing(Rc::clone(&output))));
            }
            self.state.status = self.subshell(descriptors, |shell| shell.command(command))?;
            if self.state.status != 0 {
                failure = self.state.status;
            }
            input = Some(incoming(output.take()));
        }
        if self.state.options.pipe_fail {
            self.state.status = failure;
        }
        self.check_failure()
    }

    /// Ends the shell if the command failed and that has a consequence.
    fn check_failure(&self) -> Step {
        if self.state.status != 0 && self.state.options.err_exit && !self.state.tested {
            return Err(Stop::Exit(self.state.status));
        }
        Ok(())
    }

    fn command(&mut self, command: &Command) -> Step {
        self.machine.step()?;
        self.machine.enter()?;
        match &command.kind {
            CommandKind::Simple { assignments, words } => {
                self.machine.line = command.line;
                self.simple(assignments, words, &command.redirections)?;
                self.check_failure()?;
            }
            CommandKind::Subshell(list) => {
                self.machine.line = command.line;
                let descriptors = self.state.descriptors.clone();
                self.state.status = self.subshell(descriptors, |shell| {
                    shell.redirect(&command.redirections)?;
                    shell.list(list)
                })?;
                self.check_failure()?;
            }
            _ if command.redirections.is_empty() => self.compound(command)?,
            _ => {
                self.machine.line = command.line;
                let before = self.state.descriptors.clone();
                match self.redirect(&command.redirections) {
                    Ok(()) => {
                        let result = self.compound(command);
                        self.state.descriptors = before;
                        result?;
                    }
                    Err(Stop::Exit(status)) => {
                        self.state.descriptors = before;
                        self.state.status = status;
                        self.check_failure()?;
                    }
                    Err(stop) => return Err(stop),
                }
            }
        }
        self.machine.leave();
        Ok(())
    }

    fn compound(&mut self, command: &Command) -> Step {
        match &command.kind {
            CommandKind::Simple { .. } | CommandKind::Subshell(_) => Ok(()),
            CommandKind::Group(list) => self.list(list),
            CommandKind::If {
                branches,
                otherwise,
            } => {
                for (condition, body) in branches {
                    self.tested_if(true, |shell| shell.list(condition))?;
                    if self.state.status == 0 {
                        return self.list(body);
                    }
                }
                self.state.status = 0;
                otherwise.as_ref().map_or(Ok(()), |list| self.list(list))
            }
            CommandKind::Loop {
                until,
                condition,
                body,
            } => self.condition_loop(*until, condition, body),
            CommandKind::For {
                variable,
                words,
                body,
            } => {
                self.machine.line = command.line;
                let values = match words {
                    Some(words) => self.fields(words)?,
                    None => self.state.positional.to_vec(),
                };
                self.for_loop(variable, values, body)
            }
            CommandKind::Case { subject, arms } => {
                self.machine.line = command.line;
                let subject = self.text(subject)?;
                self.state.status = 0;
                for (patterns, body) in arms {
                    for pattern in patterns {
                        let pattern = self.pattern(pattern)?;
                        self.machine.spend(subject.len())?;
                        if pattern::matches(&pattern, &subject) {
                            return self.list(body);
                        }
                    }
                }
                Ok(())
            }
            CommandKind::Function { name, body } => {
                Rc::make_mut(&mut self.state.functions).insert(name.clone(), Rc::clone(body));
                self.state.status = 0;
                Ok(())
            }
        }
    }

    fn condition_loop(&mut self, until: bool, condition: &List, body: &List) -> Step {
        let mut status = 0;
        loop {
            self.machine.step()?;
            let mut ended = false;
            let again = self.round(|shell| {
                shell.tested_if(true, |shell| shell.list(condition))?;
                if (shell.state.status == 0) == until {
                    ended = true;
                    return Ok(());
                }
                shell.list(body)?;
                status = shell.state.status;
                Ok(())
            })?;
            if ended || !again {
                break;
            }
        }
        self.state.status = status;
        Ok(())
    }

    fn for_loop(&mut self, variable: &BString, values: Vec<BString>, body: &List) -> Step {
        self.state.status = 0;
        for value in values {
            self.machine.step()?;
            self.assign(variable.clone(), value)?;
            if !self.round(|shell| shell.list(body))? {
                break;
            }
        }
        Ok(())
    }

    /// Runs one round of a loop; tells whether there may be another.
    fn round(&mut self, body: impl FnOnce(&mut Self) -> Step) -> Step<bool> {
        let depth = self.machine.depth();
        let tested = self.state.tested;
        self.state.loops += 1;
        let result = body(self);
        self.state.loops -= 1;
        match result {
            Ok(()) => Ok(true),
            Err(Stop::Break(count) | Stop::Continue(count)) if count > 1 => Err(match result {
                Err(Stop::Break(_)) => Stop::Break(count - 1),
                _ => Stop::Continue(count - 1),
            }),
            Err(Stop::Break(_)) => {
                self.machine.set_depth(depth);
                self.state.tested = tested;
                Ok(false)
            }
            Err(Stop::Continue(_)) => {
                self.machine.set_depth(depth);
                self.state.tested = tested;
                Ok(true)
            }
            Err(stop) => Err(stop),
        }
    }

    fn simple(
        &mut self,
        assignments: &[(BString, Word)],
        words: &[Word],
        redirections: &[syntax::Redirection],
    ) -> Step {
        self.substituted = None;
        let arguments = self.fields(words)?;
        let Some(name) = arguments.first() else {
            return self.assignments_only(assignments, redirections);
        };
        let name = name.clone();
        let before = self.state.descriptors.clone();
        let special = builtins::is_special(&name);
        match self.redirect(redirections) {
            Ok(()) => {}
            Err(Stop::Exit(status)) if !special => {
                self.state.descriptors = before;
                self.state.status = status;
                return Ok(());
            }
            Err(stop) => return Err(stop),
        }
        let mut values = Vec::new();
        for (name, word) in assignments {
            values.push((name.clone(), self.text(word)?));
        }
        self.trace(&values, &arguments)?;
        if name == "exec" {
            // The only command whose redirections stay.
            self.state.status = 0;
            return self.exec(values, arguments);
        }
        let result = self.call(special, values, arguments);
        self.state.descriptors = before;
        result
    }

    fn assignments_only(
        &mut self,
        assignments: &[(BString, Word)],
        redirections: &[syntax::Redirection],
    ) -> Step {
        let before = self.state.descriptors.clone();
        let redirected = self.redirect(redirections);
        self.state.descriptors = before;
        match redirected {
            Err(Stop::Exit(status)) => {
                self.state.status = status;
                return Ok(());
            }
            other => other?,
        }
        let mut values = Vec::new();
        for (name, word) in assignments {
            let value = self.text(word)?;
            values.push((name.clone(), value.clone()));
            self.assign(name.clone(), value)?;
        }
        if !values.is_empty() {
            self.trace(&values, &[])?;
        }
        self.state.status = self.substituted.unwrap_or(0);
        Ok(())
    }

    /// Shows a command before it runs, with `set -x`.
    fn trace(&mut self, values: &[(BString, BString)], arguments: &[BString]) -> Step {
        if !self.state.options.x_trace {
            return Ok(());
        }
        let prompt = self
            .state
            .get(b"PS4")
            .map_or_else(BString::default, |value| BString::clone(value));
        if prompt.contains(&b'$') || prompt.contains(&b'`') {
            return Err(self.machine.unsupported("an expansion in PS4"));
        }
        let mut text = prompt;
        let words = values
            .iter()
            .map(|(name, value)| {
                let mut word = name.clone();
                word.push(b'=');
                word.extend_from_slice(value);
                word
            })
            .chain(arguments.iter().cloned());
        for (index, word) in words.enumerate() {
            if index > 0 {
                text.push(b' ');
            }
            text.extend_from_slice(&word);
        }
        text.push(b'\n');
        let stream = self.state.descriptors.get(2).cloned();
        // Nobody is told that standard error is closed.
        let _ = self.machine.write(stream.as_ref(), &text)?;
        Ok(())
    }

    /// Runs a function, a builtin or a program.
    fn call(
        &mut self,
        special: bool,
        values: Vec<(BString, BString)>,
        arguments: Vec<BString>,
    ) -> Step {
        let name = &arguments[0];
        if special {
            for (name, value) in values {
                self.assign(name, value)?;
            }
            self.state.status = builtins::run(self, &arguments)?;
            return Ok(());
        }
        if let Some(body) = self.state.functions.get(name.as_bstr()).cloned() {
            return self.with_variables(values, |shell| shell.function(&body, &arguments[1..]));
        }
        if builtins::exists(name) {
            return self.with_variables(values, |shell| {
                let depth = shell.machine.depth();
                shell.state.status = match builtins::run(shell, &arguments) {
                    // An error in a builtin that is not special does not end the shell.
                    Err(Stop::Exit(status)) if shell.builtin_failed => {
                        shell.machine.set_depth(depth);
                        status
                    }
                    other => other?,
                };
                Ok(())
            });
        }
        self.state.status = self.launch(values, arguments)?;
        Ok(())
    }

    /// Runs something with variables that have other values while it runs.
    fn with_variables(
        &mut self,
        values: Vec<(BString, BString)>,
        body: impl FnOnce(&mut Self) -> Step,
    ) -> Step {
        let mut before = Vec::new();
        for (name, value) in values {
            before.push((name.clone(), self.state.saved(&name)));
            self.assign(name.clone(), value)?;
            self.state.variable(name).exported = true;
        }
        let result = body(self);
        for (name, variable) in before.into_iter().rev() {
            self.state.restore(name, variable);
        }
        result
    }

    fn function(&mut self, body: &Command, arguments: &[BString]) -> Step {
        let positional = std::mem::replace(&mut self.state.positional, Rc::new(arguments.to_vec()));
        let depth = self.machine.depth();
        let tested = self.state.tested;
        let loops = std::mem::take(&mut self.state.loops);
        self.state.locals.push(Vec::new());
        let result = self.command(body);
        for (name, variable) in self
            .state
            .locals
            .pop()
            .unwrap_or_default()
            .into_iter()
            .rev()
        {
            self.state.restore(name, variable);
        }
        self.state.loops = loops;
        self.state.positional = positional;
        match result {
            Err(Stop::Return(status)) => {
                self.machine.set_depth(depth);
                self.state.tested = tested;
                self.state.status = status;
                Ok(())
            }
            other => other,
        }
    }
}
