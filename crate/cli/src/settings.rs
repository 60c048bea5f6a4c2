//! Flags for settings of the reference, which all its commands take, and what comes of them.
//!
//! Those about builds, stores and networks are taken, too, since command lines have them, and change nothing.

use drvlab_lang::Settings;
use drvlab_lang::option::{self, Kind, OptionError};
use lexopt::prelude::*;

use crate::arguments::{Input, Setting, UsageError, Verbosity, unrecognised, value, values};
use crate::failure::Failure;
use crate::session::complain;

impl Input {
    /// Takes a flag of one letter that all commands of the reference have.
    ///
    /// # Errors
    /// A flag that there is not, or one without its value.
    pub(crate) fn take_short(
        &mut self,
        letter: char,
        parser: &mut lexopt::Parser,
    ) -> Result<(), UsageError> {
        match letter {
            'v' => self.verbosity = self.verbosity.more(),
            'j' => drop(value(parser, "-j")?),
            'k' | 'K' | 'Q' => {}
            _ => return Err(unrecognised(&Short(letter))),
        }
        Ok(())
    }

    /// Takes a flag with a name that all commands of the reference have: one for a setting, or one of a few others.
    ///
    /// # Errors
    /// A flag that there is not, or one without its value.
    pub(crate) fn take_long(
        &mut self,
        name: &str,
        parser: &mut lexopt::Parser,
    ) -> Result<(), UsageError> {
        match name {
            "option" => {
                let [name, value] = values(parser, "--option")?;
                self.options.push(Setting {
                    name: name.to_string_lossy().into_owned(),
                    value: value.into_encoded_bytes(),
                    is_lenient: true,
                });
            }
            "verbose" => self.verbosity = self.verbosity.more(),
            "quiet" => self.verbosity = self.verbosity.less(),
            "debug" => self.verbosity = Verbosity::TALKATIVE,
            "impure" => self.set("pure-eval", b"false".to_vec()),
            "no-sandbox" => self.set("sandbox", b"false".to_vec()),
            "sandbox" | "relaxed-sandbox" | "no-build-output" | "dry-run" | "indirect"
            | "no-gc-warning" | "readonly-mode" | "read-write-mode" | "repair" => {}
            "eval-store" | "log-format" => drop(value(parser, &format!("--{name}"))?),
            "add-root" => {
                let text = "'--add-root' is not supported: there is no garbage collector here that a root would matter to";
                return Err(UsageError(text.to_owned()));
            }
            "override-flake" => {
                let text =
                    "'--override-flake' is not supported: this evaluator has no registry of flakes";
                return Err(UsageError(text.to_owned()));
            }
            _ => self.take_setting(name, parser)?,
        }
        Ok(())
    }

    fn take_setting(&mut self, name: &str, parser: &mut lexopt::Parser) -> Result<(), UsageError> {
        let behind = |prefix, kind| {
            let rest = name.strip_prefix(prefix);
            rest.filter(|rest| option::kind(rest) == Some(kind))
        };
        if option::kind(name) == Some(Kind::Boolean) {
            self.set(name, b"true".to_vec());
        } else if let Some(off) = behind("no-", Kind::Boolean) {
            self.set(off, b"false".to_vec());
        } else if option::kind(name).is_some() || behind("extra-", Kind::Words).is_some() {
            let [value] = values(parser, &format!("--{name}"))?;
            self.set(name, value.into_encoded_bytes());
        } else {
            return Err(unrecognised(&Long(name)));
        }
        Ok(())
    }

    /// Notes what a flag of its own says of a setting.
    fn set(&mut self, name: &str, value: Vec<u8>) {
        self.options.push(Setting {
            name: name.to_owned(),
            value,
            is_lenient: false,
        });
    }

    /// Tells whether errors are printed with all that led to them.
    pub fn shows_trace(&self) -> bool {
        let given = self
            .options
            .iter()
            .rfind(|given| given.name == "show-trace");
        given.is_some_and(|given| option::truth(&given.value) == Some(true))
    }
}

/// Puts what the command line says of settings in place of what is usual.
///
/// # Errors
/// When a flag has a value that its setting has not, or asks for what this evaluator does not do.
pub fn apply(input: &Input, settings: &mut Settings) -> Result<(), Failure> {
    for given in &input.options {
        match option::set(settings, &given.name, &given.value) {
            Ok(()) => {}
            Err(OptionError::Ignored(message)) if is_lenient(given) => {
                if input.verbosity > Verbosity::ERRORS {
                    complain(format!("warning: {message}\n").as_bytes());
                }
            }
            Err(error) => return Err(Failure::usage(&error)),
        }
    }
    Ok(())
}

/// Unknown features are warned of wherever they are named.
fn is_lenient(given: &Setting) -> bool {
    given.is_lenient || given.name.ends_with("experimental-features")
}
