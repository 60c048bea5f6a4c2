//! The state of a shell process: variables, functions, options, descriptors.
//!
//! A subshell is a copy of it; maps are shared until they change.

use drvlab_store::OrderedMap;
use drvlab_store::order;
use std::rc::Rc;

use bstr::{BStr, BString};

use super::syntax::Command;
use crate::machine::{Descriptors, WorkingDirectory};

/// A shell variable.
#[derive(Clone, Debug, Default)]
pub struct Variable {
    /// `None`: exported or read-only, but not set.
    pub value: Option<Rc<BString>>,
    pub exported: bool,
    pub read_only: bool,
    /// Order in which variables came to be, which the order of an environment follows.
    pub sequence: u32,
}

/// Options of `set`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    pub all_export: bool,
    pub err_exit: bool,
    pub no_glob: bool,
    pub no_unset: bool,
    pub pipe_fail: bool,
    pub x_trace: bool,
}

/// Everything that a subshell inherits.
#[derive(Clone, Debug)]
pub struct State {
    variables: Rc<OrderedMap<BString, Variable>>,
    pub functions: Rc<OrderedMap<BString, Rc<Command>>>,
    /// `$1`, `$2` and so on.
    pub positional: Rc<Vec<BString>>,
    /// `$0`
    pub name: BString,
    pub status: u8,
    pub options: Options,
    pub descriptors: Descriptors,
    pub cwd: WorkingDirectory,
    pub umask: u16,
    /// Variables to restore at the end of each function that is being called.
    pub locals: Vec<Vec<(BString, Option<Variable>)>>,
    /// How many loops surround the command.
    pub loops: u32,
    /// Whether a failure has no consequence here: in a condition, or before `||`.
    pub tested: bool,
    /// What messages name behind the line: the script that is sourced, or `eval`.
    pub source_name: Option<BString>,
    /// How many sourced scripts are being read.
    pub sourced: u32,
    /// Position of `getopts` in a group of options.
    pub option_offset: usize,
    /// Command of `trap … EXIT`.
    pub exit_trap: Option<BString>,
    next_sequence: u32,
}

/// Environment of a program, in the order in which the shell passes it.
pub type Environment = Vec<(BString, BString)>;

impl State {
    pub fn new(
        environment: &Environment,
        name: BString,
        positional: Vec<BString>,
        descriptors: Descriptors,
        cwd: WorkingDirectory,
        umask: u16,
    ) -> Self {
        let mut state = Self {
            variables: Rc::default(),
            functions: Rc::default(),
            positional: Rc::new(positional),
            name,
            status: 0,
            options: Options::default(),
            descriptors,
            umask,
            locals: Vec::new(),
            loops: 0,
            tested: false,
            source_name: None,
            sourced: 0,
            option_offset: 0,
            exit_trap: None,
            next_sequence: 0,
            cwd,
        };
        for (name, value) in [
            ("IFS", " \t\n"),
            (
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ),
            ("PS1", "$ "),
            ("PS2", "> "),
            ("PS4", "+ "),
            ("OPTIND", "1"),
        ] {
            state.set(name.into(), value.into());
        }
        for (name, value) in environment {
            if super::lexer::is_name(name) && !matches!(name.as_slice(), b"IFS" | b"PPID") {
                let variable = state.variable(name.clone());
                variable.value = Some(Rc::new(value.clone()));
                variable.exported = true;
            }
        }
        state
    }

    /// Returns the value of a variable that is set.
    pub fn get(&self, name: &[u8]) -> Option<&Rc<BString>> {
        self.variables.get(BStr::new(name))?.value.as_ref()
    }

    /// Tells whether a variable must not change.
    pub fn is_read_only(&self, name: &[u8]) -> bool {
        self.variables
            .get(BStr::new(name))
            .is_some_and(|variable| variable.read_only)
    }

    /// Returns a variable to change, which is made if it does not exist.
    pub fn variable(&mut self, name: BString) -> &mut Variable {
        let sequence = self.next_sequence;
        self.next_sequence += 1;
        Rc::make_mut(&mut self.variables)
            .entry(name)
            .or_insert_with(|| Variable {
                sequence,
                ..Variable::default()
            })
    }

    pub fn set(&mut self, name: BString, value: BString) {
        let export = self.options.all_export;
        let variable = self.variable(name);
        variable.value = Some(Rc::new(value));
        variable.exported |= export;
    }

    pub fn unset(&mut self, name: &[u8]) {
        if self.variables.contains_key(BStr::new(name)) {
            Rc::make_mut(&mut self.variables).remove(BStr::new(name));
        }
    }

    /// Returns a variable as it is, to restore it later.
    pub fn saved(&self, name: &[u8]) -> Option<Variable> {
        self.variables.get(BStr::new(name)).cloned()
    }

    pub fn restore(&mut self, name: BString, variable: Option<Variable>) {
        match variable {
            Some(variable) => {
                Rc::make_mut(&mut self.variables).insert(name, variable);
            }
            None => self.unset(&name),
        }
    }

    /// Returns all variables by name.
    pub fn variables(&self) -> &OrderedMap<BString, Variable> {
        &self.variables
    }

    /// Returns what programs get: in the order of dash's hash table, which `env` shows.
    pub fn environment(&self) -> Environment {
        let mut exported: Vec<_> = self
            .variables
            .iter()
            .filter(|(_, variable)| variable.exported)
            .filter_map(|(name, variable)| {
                Some((name, variable.value.as_ref()?, variable.sequence))
            })
            .collect();
        order::sort_by_key(&mut exported, |(name, _, sequence)| {
            (bucket(BStr::new(name)), *sequence)
        });
        exported
            .into_iter()
            .map(|(name, value, _)| (name.clone(), BString::clone(value)))
            .collect()
    }
}

/// Place of a variable in the table of dash (`hashvar` in `var.c`).
fn bucket(name: &BStr) -> u32 {
    let first = name.first().map_or(0, |&byte| u32::from(byte) << 4);
    name.iter()
        .fold(first, |sum, &byte| sum.wrapping_add(u32::from(byte)))
        % 39
}
