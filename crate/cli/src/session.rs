//! One evaluation on the real file system: what the command line says about it, and the values that it selects.

use drvlab_store::OrderedMap;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, io};

use bstr::BString;
use drvlab_lang::context::ContextId;
use drvlab_lang::error::EvalError;
use drvlab_lang::files::canonical;
use drvlab_lang::source::Origin;
use drvlab_lang::value::Value;
use drvlab_lang::{Machine, Message, Settings, option, report, search_path};

#[cfg(target_os = "linux")]
use crate::allocator;
use crate::arguments::{Argument, Input, Source, Verbosity};
use crate::failure::Failure;
use crate::files::native;
use crate::store_dir::store_dir;
use crate::unpacked::{UnpackedFiles, is_archive};
use crate::{reading, settings, stack};

/// An evaluator with the arguments of the command line.
#[derive(Debug)]
pub struct Session {
    /// Never taken apart: the process ends soon after its session, and piece by piece that would take a tenth of the time of all.
    machine: ManuallyDrop<Machine>,
    /// The set of `--arg` and the like.
    arguments: Value,
    /// Absolute and canonical; relative paths of expressions start here.
    folder: Vec<u8>,
    /// The folders that archives of the command line stand for.
    archives: OrderedMap<PathBuf, Vec<u8>>,
    show_trace: bool,
}

/// What archives of the command line stand for.
struct Archives {
    folders: OrderedMap<PathBuf, Vec<u8>>,
    /// Entries of the search path, with folders in place of archives.
    included: Vec<Vec<u8>>,
}

impl Session {
    /// Prepares the evaluation of an input. What the evaluation says besides its result goes to standard error at once.
    ///
    /// # Errors
    /// When an argument of `--arg` cannot be parsed, or the current folder is gone.
    pub fn start(input: &Input) -> Result<Self, Failure> {
        let folder = env::current_dir().map_err(|error| {
            Failure::message(format!("cannot find the current folder: {error}"))
        })?;
        let folder = canonical(folder.as_os_str().as_encoded_bytes());
        let (files, archives) = unpack(input, &folder)?;
        let settings = evaluation_settings(input, &archives.included, &folder)?;
        let mut machine = Machine::new(Box::new(files), settings);
        let show_trace = input.shows_trace();
        if machine.settings.names_files {
            // The first that the reference evaluates, whatever it is asked.
            let own = Message::File("«nix-internal»/derivation-internal.nix".into());
            complain(&report::message(&own, &machine.sources));
        }
        machine
            .check_search_path()
            .map_err(|error| failure(&machine, &error, show_trace))?;
        let mut named = Vec::new();
        for (name, argument) in &input.arguments {
            let value = match argument {
                Argument::String(text) => machine.heap.string(text, ContextId::EMPTY),
                Argument::File(path) => {
                    let text = reading::shared_file(path)
                        .map_err(|error| Failure::file("cannot read", path, &error))?;
                    machine.heap.string(&text, ContextId::EMPTY)
                }
                Argument::Stdin => machine.heap.string(&read_stdin()?, ContextId::EMPTY),
                Argument::Expression(text) => machine
                    .delay_text(Origin::String, text.as_slice(), &folder)
                    .map_err(|error| failure(&machine, &error, show_trace))?,
            };
            named.push((name.clone(), value));
        }
        let arguments = machine.arguments(named);
        Ok(Self {
            machine: ManuallyDrop::new(machine),
            arguments,
            folder,
            archives: archives.folders,
            show_trace,
        })
    }

    /// The evaluator, for what has been made.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The set of arguments for functions that the command line calls.
    pub fn arguments(&self) -> Value {
        self.arguments
    }

    /// Turns an error of the evaluator into what is printed.
    pub fn failure(&self, error: &EvalError) -> Failure {
        failure(&self.machine, error, self.show_trace)
    }

    /// Hands every value that the input selects to `use_value`, one after the other: each attribute path of each source.
    ///
    /// # Errors
    /// The first failure, of the evaluation or of `use_value`.
    pub fn each_value(
        &mut self,
        input: &Input,
        mut use_value: impl FnMut(&mut Self, Value) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let whole = [Vec::new()];
        let paths = if input.attr_paths.is_empty() {
            &whole[..]
        } else {
            &input.attr_paths
        };
        for source in &input.sources {
            let root = self.evaluate(source)?;
            for path in paths {
                let value = self
                    .machine
                    .select_path(root, path, self.arguments)
                    .and_then(|value| self.machine.force(value))
                    .map_err(|error| self.failure(&error))?;
                use_value(self, value)?;
            }
        }
        Ok(())
    }

    /// Returns where a file is that is looked for on the search path.
    ///
    /// # Errors
    /// When it is not there, or nowhere in the file system.
    pub fn find_file(&mut self, name: &[u8]) -> Result<Vec<u8>, Failure> {
        let path = self.machine.find_file(name);
        let path = path.map_err(|error| self.failure(&error))?;
        if path.starts_with(b"/") {
            return Ok(path);
        }
        let name = BString::from(name);
        Err(Failure::message(format!("'<{name}>' has no physical path")))
    }

    fn evaluate(&mut self, source: &Source) -> Result<Value, Failure> {
        let value = match source {
            Source::File(path) if self.archives.contains_key(path) => {
                self.machine.evaluate_file(&self.archives[path])
            }
            Source::File(path) => {
                let name = path.as_os_str().as_encoded_bytes();
                let on_search_path = name
                    .strip_prefix(b"<")
                    .and_then(|name| name.strip_suffix(b">"));
                let path = match on_search_path {
                    Some(name) if !name.is_empty() => self.machine.find_file(name),
                    _ => Ok(absolute(path, &self.folder)),
                };
                path.and_then(|path| self.machine.evaluate_file(&path))
            }
            Source::Expression(text) => {
                self.machine
                    .evaluate_text(Origin::String, text.as_slice(), &self.folder)
            }
            Source::Stdin => {
                let text = read_stdin()?;
                self.machine
                    .evaluate_text(Origin::Stdin, text, &self.folder)
            }
        };
        value.map_err(|error| self.failure(&error))
    }

    /// Parses a source and returns what the parser understood, as text.
    ///
    /// # Errors
    /// When it cannot be read or parsed.
    pub fn print_parsed(&mut self, source: &Source) -> Result<Vec<u8>, Failure> {
        let parsed = match source {
            Source::File(path) => {
                let mut path = path.clone();
                if path.is_dir() {
                    path.push("default.nix");
                }
                self.machine
                    .check_access(&absolute(&path, &self.folder))
                    .map_err(|error| self.failure(&error))?;
                let text = reading::shared_file(&path)
                    .map_err(|error| cannot_read(&path, &self.folder, &error))?;
                let path = absolute(&path, &self.folder);
                let folder = drvlab_lang::files::parent(&path).to_vec();
                self.machine
                    .print_parsed(Origin::File(path.into()), text, &folder)
            }
            Source::Expression(text) => {
                self.machine
                    .print_parsed(Origin::String, text.as_slice(), &self.folder)
            }
            Source::Stdin => {
                let text = read_stdin()?;
                self.machine.print_parsed(Origin::Stdin, text, &self.folder)
            }
        };
        parsed.map_err(|error| self.failure(&error))
    }
}

/// Reads the archives that the command line names: `--tree`, in place of folders that are evaluated, and on the search path.
fn unpack(input: &Input, folder: &[u8]) -> Result<(UnpackedFiles, Archives), Failure> {
    let mut files = UnpackedFiles::default();
    for archive in &input.trees {
        files.unpack(archive, folder)?;
    }
    for (path, text) in &input.texts {
        files.replace(&absolute(path, folder), text);
    }
    let mut folders = OrderedMap::new();
    for source in &input.sources {
        if let Source::File(path) = source
            && is_archive(path.as_os_str().as_encoded_bytes())
            && path.is_file()
        {
            folders.insert(path.clone(), files.unpack_folder(path, folder)?);
        }
    }
    let mut included = Vec::new();
    for entry in &input.search_path {
        let (prefix, path) = search_path::entry(entry);
        if is_archive(&path)
            && let Ok(archive) = native(&path)
            && archive.is_file()
        {
            let root = files.unpack_folder(&archive, folder)?;
            included.push([prefix.as_slice(), b"=", &root].concat());
        } else {
            included.push(entry.clone());
        }
    }
    let archives = Archives { folders, included };
    Ok((files, archives))
}

/// Prints to standard error.
pub fn complain(text: &[u8]) {
    // When standard error is closed there is nobody to tell.
    let _ = io::stderr().write_all(text);
}

/// From which level on something is said.
fn level(message: &Message) -> Verbosity {
    match message {
        Message::Trace(_) | Message::File(_) => Verbosity::ERRORS,
        Message::Warning(_) | Message::Diagnostic(_) => Verbosity::ERRORS.more(),
        Message::Unpacking(_) => Verbosity::USUAL,
    }
}

fn failure(machine: &Machine, error: &EvalError, show_trace: bool) -> Failure {
    Failure::evaluation(error, &machine.sources, show_trace)
}

fn read_stdin() -> Result<Vec<u8>, Failure> {
    reading::stdin()
        .map_err(|error| Failure::message(format!("cannot read standard input: {error}")))
}

fn cannot_read(path: &Path, folder: &[u8], error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::NotFound {
        let path = BString::from(absolute(path, folder));
        return Failure::message(format!("path '{path}' does not exist"));
    }
    Failure::file("cannot read", path, error)
}

/// A path of the command line as the evaluator takes it.
fn absolute(path: &Path, folder: &[u8]) -> Vec<u8> {
    join(path.as_os_str().as_encoded_bytes(), folder)
}

fn join(path: &[u8], folder: &[u8]) -> Vec<u8> {
    if path.starts_with(b"/") {
        return canonical(path);
    }
    canonical(&[folder, b"/", path].concat())
}

fn evaluation_settings(
    input: &Input,
    included: &[Vec<u8>],
    folder: &[u8],
) -> Result<Settings, Failure> {
    let environment: Vec<(BString, BString)> = env::vars_os()
        .map(|(name, value)| {
            (
                name.into_encoded_bytes().into(),
                value.into_encoded_bytes().into(),
            )
        })
        .collect();
    let variable = |wanted: &str| {
        let found = environment.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone())
    };
    let search_path = variable("NIX_PATH").unwrap_or_default();
    let entries = search_path::split(&search_path).into_iter();
    let verbosity = input.verbosity;
    let mut settings = Settings {
        store_dir: store_dir()?,
        system: system().into(),
        home: variable("HOME").filter(|home| home.starts_with(b"/")),
        directory: Some(folder.into()),
        search_path: entries.map(search_path::entry).collect(),
        // A clock before 1970 is as good as none.
        current_time: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| {
                i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
            }),
        abort_on_warn: variable("NIX_ABORT_ON_WARN")
            .is_some_and(|value| option::truth(&value) == Some(true)),
        environment,
        native_levels: stack::levels(),
        memory_reserve: Settings::default().memory_limit,
        #[cfg(target_os = "linux")]
        memory_reached: Some(allocator::ahead::heap_reached),
        names_files: verbosity >= Verbosity::TALKATIVE,
        listener: Some(Rc::new(move |message, sources| {
            if verbosity >= level(message) {
                complain(&report::message(message, sources));
            }
        })),
        ..Settings::default()
    };
    settings::apply(input, &mut settings)?;
    // What the command line names is found first.
    let included = included.iter().map(|entry| search_path::entry(entry));
    settings.search_path.splice(..0, included);
    Ok(settings)
}

/// The name of this machine's kind in the reference, for example `x86_64-linux`.
fn system() -> String {
    let kernel = if env::consts::OS == "macos" {
        "darwin"
    } else {
        env::consts::OS
    };
    format!("{}-{kernel}", env::consts::ARCH)
}
