//! The command line: what each command takes, and the reference's words for what is wrong.
//!
//! Text of the language may be any bytes; only names of commands and flags must be UTF-8.

use drvlab_store::OrderedMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use lexopt::prelude::*;

use crate::store_dir::store_dir;

/// What the program is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Print how to use the program, or what a format is.
    Help(Topic),
    /// Print the program's version.
    Version,
    /// Print values.
    Eval {
        /// What is evaluated.
        input: Input,
        /// Whether values are evaluated to their ends.
        strict: bool,
        /// How they are printed.
        format: Format,
    },
    /// Print what the parser understood.
    Parse {
        /// What is parsed.
        input: Input,
    },
    /// Print where files on the search path are.
    FindFile {
        /// What the search path is.
        input: Input,
        /// Their names.
        names: Vec<Vec<u8>>,
    },
    /// Print the paths of store derivations.
    Instantiate {
        /// What is evaluated.
        input: Input,
        /// Where the derivations are written to; nowhere if `None`.
        drv_dir: Option<PathBuf>,
    },
    /// Print derivations as JSON.
    Show {
        /// What is evaluated; a file whose name ends in `.drv` is read as it is.
        input: Input,
    },
    /// Explain how store paths come about.
    Why {
        /// Where derivations come from.
        input: Input,
        /// Full store paths that are explained; those of what the input gives if there is none.
        paths: Vec<Vec<u8>>,
        /// The step whose text alone is printed, counted from 1.
        step: Option<usize>,
        /// Whether all is printed as JSON.
        json: bool,
    },
    /// Compare two states.
    Diff {
        /// The state before.
        old: Input,
        /// The state after.
        new: Input,
        /// Whether the difference is printed as JSON.
        json: bool,
    },
    /// Build in memory and print what came out.
    Build {
        /// What is evaluated.
        input: Input,
        /// What the binary caches are, and which are believed.
        caches: Caches,
        /// Whether all is printed as JSON.
        json: bool,
    },
    /// Print what a build would fetch and build.
    Plan {
        /// What is evaluated.
        input: Input,
        /// What the binary caches are, and which are believed.
        caches: Caches,
        /// What is printed.
        output: PlanOutput,
    },
}

/// What help is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// The commands and their flags.
    Usage,
    /// The files that `--world` reads.
    World,
    /// What `--json` prints of plans and builds.
    Json,
}

/// What is printed of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlanOutput {
    /// The reference's text for a dry run.
    #[default]
    DryRun,
    /// A table of what the dry run says and what Nix does.
    Columns,
    /// Everything as JSON.
    Json,
    /// Why one thing happens, given by a store path or a name.
    Explain(Vec<u8>),
}

/// Expressions, and what is done with their values before anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Where the expressions are.
    pub sources: Vec<Source>,
    /// `-A`: what is selected from each value; the value itself if there is none.
    pub attr_paths: Vec<Vec<u8>>,
    /// `--arg` and the like, by name: arguments for functions that take sets. What comes last counts, as with the reference.
    pub arguments: OrderedMap<Vec<u8>, Argument>,
    /// `-I`: entries of the search path, first to last.
    pub search_path: Vec<Vec<u8>>,
    /// `--tree`: archives whose files are read as if they were unpacked.
    pub trees: Vec<PathBuf>,
    /// Texts of files that are read in place of what the disk has; worlds ask for them.
    pub texts: OrderedMap<PathBuf, Vec<u8>>,
    /// `--system`, `--option` and the like: settings of the reference, first to last.
    pub options: Vec<Setting>,
    /// What is said besides results.
    pub verbosity: Verbosity,
}

/// A setting of the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Vec<u8>,
    /// Whether `--option` names it, which only warns when something is wrong with it.
    pub is_lenient: bool,
}

/// What is said besides results: the reference's levels, counted from errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verbosity(u8);

impl Verbosity {
    /// Errors and what programs say on purpose.
    pub const ERRORS: Self = Self(0);
    /// What is usual.
    pub const USUAL: Self = Self(3);
    /// Also which files are evaluated.
    pub const TALKATIVE: Self = Self(4);

    /// One level more.
    #[must_use]
    pub fn more(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// One level less.
    #[must_use]
    pub fn less(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl Default for Verbosity {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Where an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A file, or a folder with a `default.nix`.
    File(PathBuf),
    /// The command line.
    Expression(Vec<u8>),
    /// Standard input.
    Stdin,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `--arg`: an expression.
    Expression(Vec<u8>),
    /// `--argstr`: a string.
    String(Vec<u8>),
    /// `--arg-from-file`: what is in a file.
    File(PathBuf),
    /// `--arg-from-stdin`: what standard input has.
    Stdin,
}

/// How values are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// As the language writes them.
    #[default]
    Nix,
    /// As JSON.
    Json,
    /// As XML.
    Xml {
        /// Whether it names the places of attributes and functions.
        positions: bool,
    },
    /// A string as it is, without a line's end.
    Raw,
}

/// Binary caches and which signatures count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caches {
    /// A file that describes caches, settings and what happened before.
    pub world: Option<PathBuf>,
    /// Folders that are binary caches, as `nix copy --to file://…` writes them.
    pub substituters: Vec<PathBuf>,
    /// Whether a path needs a signature by a trusted key.
    pub require_signatures: bool,
    /// Keys that are trusted, as `name:base64`.
    pub trusted_public_keys: Vec<Vec<u8>>,
    /// Whether all is done that does not need something that failed.
    pub keep_going: bool,
}

/// Why a command line makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Reads a command line, without the program's name.
///
/// # Errors
/// An unknown command or flag, a flag without its value, or a value that is none of those that the flag takes.
pub fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Command, UsageError> {
    let mut parser = lexopt::Parser::from_args(words);
    let Some(first) = next(&mut parser)? else {
        return Ok(Command::Help(Topic::Usage));
    };
    let kind = match first {
        Short('h') | Long("help") => return Ok(Command::Help(Topic::Usage)),
        Short('V') | Long("version") => return Ok(Command::Version),
        Value(name) => match name.to_str() {
            Some("help") => return Ok(Command::Help(topic(&mut parser)?)),
            name_of_kind => {
                let kind = name_of_kind.and_then(Kind::of);
                kind.ok_or_else(|| {
                    let name = name.to_string_lossy();
                    UsageError(format!("'{name}' is not a recognised command"))
                })?
            }
        },
        flag => return Err(unrecognised(&flag)),
    };
    Flags::read(kind, &mut parser)?.map_or(Ok(Command::Help(Topic::Usage)), |flags| {
        flags.into_command(kind)
    })
}

/// Reads what help is asked about.
fn topic(parser: &mut lexopt::Parser) -> Result<Topic, UsageError> {
    let Some(Value(name)) = next(parser)? else {
        return Ok(Topic::Usage);
    };
    match name.to_str() {
        Some("world") => Ok(Topic::World),
        Some("json") => Ok(Topic::Json),
        Some(name) if Kind::of(name).is_some() => Ok(Topic::Usage),
        _ => Err(UsageError(format!(
            "there is no help about '{}', but about 'world' and 'json'",
            name.to_string_lossy()
        ))),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Eval,
    Parse,
    Instantiate,
    Show,
    Build,
    Plan,
    Why,
    Diff,
}

impl Kind {
    /// Returns the command of a name.
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "eval" => Self::Eval,
            "parse" => Self::Parse,
            "instantiate" => Self::Instantiate,
            "show" => Self::Show,
            "build" => Self::Build,
            "plan" => Self::Plan,
            "why" => Self::Why,
            "diff" => Self::Diff,
            _ => return None,
        })
    }
}

/// Everything that flags can say; which of them a command takes is decided while reading.
#[derive(Default)]
struct Flags {
    words: Vec<OsString>,
    expressions: bool,
    input: Input,
    strict: bool,
    format: Format,
    no_positions: bool,
    finds_files: bool,
    json: bool,
    drv_dir: Option<PathBuf>,
    substituters: Vec<PathBuf>,
    unsigned: bool,
    keep_going: bool,
    step: Option<usize>,
    trusted_public_keys: Vec<Vec<u8>>,
    world: Option<PathBuf>,
    plan_output: PlanOutput,
}

impl Flags {
    /// Reads the rest of the command line; `None` if it asks for help.
    fn read(kind: Kind, parser: &mut lexopt::Parser) -> Result<Option<Self>, UsageError> {
        let mut flags = Self::default();
        let evaluates = kind != Kind::Parse;
        let fetches = matches!(kind, Kind::Plan | Kind::Build);
        while let Some(word) = next(parser)? {
            match word {
                Short('h') | Long("help") => return Ok(None),
                Value(word) => flags.words.push(word),
                Short('E') | Long("expr") => flags.expressions = true,
                Short('A') | Long("attr") if evaluates => {
                    flags.input.attr_paths.push(value(parser, "-A")?);
                }
                Short('I') | Long("include") if evaluates => {
                    let [entry] = values(parser, "-I")?;
                    flags.input.search_path.push(entry.into_encoded_bytes());
                }
                Long("arg") if evaluates => {
                    let [name, expression] = values(parser, "--arg")?;
                    flags.pass(name, Argument::Expression(expression.into_encoded_bytes()));
                }
                Long("argstr") if evaluates => {
                    let [name, string] = values(parser, "--argstr")?;
                    flags.pass(name, Argument::String(string.into_encoded_bytes()));
                }
                Long("arg-from-file") if evaluates => {
                    let [name, path] = values(parser, "--arg-from-file")?;
                    flags.pass(name, Argument::File(path.into()));
                }
                Long("arg-from-stdin") if evaluates => {
                    let [name] = values(parser, "--arg-from-stdin")?;
                    flags.pass(name, Argument::Stdin);
                }
                Long("tree") if evaluates => flags.input.trees.push(path(parser, "--tree")?),
                Long("strict") if kind == Kind::Eval => flags.strict = true,
                Long("json") if kind == Kind::Eval => flags.format = Format::Json,
                Long("xml") if kind == Kind::Eval => {
                    flags.format = Format::Xml { positions: true };
                }
                Long("no-location") if kind == Kind::Eval => flags.no_positions = true,
                Long("raw") if kind == Kind::Eval => flags.format = Format::Raw,
                Long("find-file") if kind == Kind::Eval => flags.finds_files = true,
                Long("drv-dir") if kind == Kind::Instantiate => {
                    flags.drv_dir = Some(path(parser, "--drv-dir")?);
                }
                Long("json") if matches!(kind, Kind::Why | Kind::Diff | Kind::Build) => {
                    flags.json = true
                }
                Long("json") if kind == Kind::Plan => flags.print_plan(PlanOutput::Json)?,
                Long("columns") if kind == Kind::Plan => flags.print_plan(PlanOutput::Columns)?,
                Long("explain") if kind == Kind::Plan => {
                    let name = value(parser, "--explain")?;
                    flags.print_plan(PlanOutput::Explain(name))?;
                }
                Long("world") if fetches => {
                    flags.world = Some(path(parser, "--world")?);
                }
                Long("step") if kind == Kind::Why => {
                    let text = one_value(parser, "--step")?;
                    let number = text.to_str().and_then(|text| text.parse().ok());
                    let wrong = || UsageError("'--step' takes the number of a step".to_owned());
                    flags.step = Some(number.ok_or_else(wrong)?);
                }
                Long("substituter") if fetches => {
                    flags.substituters.push(path(parser, "--substituter")?);
                }
                Long("no-require-sigs") if fetches => flags.unsigned = true,
                Short('k') | Long("keep-going") if fetches => flags.keep_going = true,
                Long("trusted-public-key") if fetches => {
                    flags
                        .trusted_public_keys
                        .push(value(parser, "--trusted-public-key")?);
                }
                Short(mark) if !mark.is_ascii_alphabetic() => {
                    let rest = parser.optional_value().unwrap_or_default();
                    return Err(no_flag(mark, &rest));
                }
                Short(letter) => flags.input.take_short(letter, parser)?,
                Long(name) => {
                    let name = name.to_owned();
                    flags.input.take_long(&name, parser)?;
                }
            }
        }
        Ok(Some(flags))
    }

    /// Notes an argument for functions in place of an earlier one of that name.
    fn pass(&mut self, name: OsString, argument: Argument) {
        self.input
            .arguments
            .insert(name.into_encoded_bytes(), argument);
    }

    fn print_plan(&mut self, output: PlanOutput) -> Result<(), UsageError> {
        if !matches!(self.plan_output, PlanOutput::DryRun) {
            let text = "only one of '--columns', '--explain' and '--json' can be printed";
            return Err(UsageError(text.to_owned()));
        }
        self.plan_output = output;
        Ok(())
    }

    fn into_command(mut self, kind: Kind) -> Result<Command, UsageError> {
        let mut input = self.input;
        let mut paths = Vec::new();
        if kind == Kind::Why && !self.expressions {
            // A path in the store that is no file here is what to explain rather than where to look.
            let (selected, words) = self.words.into_iter().partition(|word| {
                is_store_path(word.as_encoded_bytes()) && !Path::new(word).exists()
            });
            self.words = words;
            let selected: Vec<OsString> = selected;
            paths = selected
                .into_iter()
                .map(OsString::into_encoded_bytes)
                .collect();
        }
        if kind == Kind::Diff {
            let (old, new) = two_inputs(input, sources(self.words, self.expressions))?;
            return Ok(Command::Diff {
                old,
                new,
                json: self.json,
            });
        }
        if self.finds_files {
            let names = self.words.into_iter();
            let names = names.map(OsString::into_encoded_bytes).collect();
            return Ok(Command::FindFile { input, names });
        }
        input.sources = sources(self.words, self.expressions);
        let caches = Caches {
            world: self.world,
            substituters: self.substituters,
            require_signatures: !self.unsigned,
            trusted_public_keys: self.trusted_public_keys,
            keep_going: self.keep_going,
        };
        Ok(match kind {
            Kind::Eval => Command::Eval {
                input,
                strict: self.strict,
                format: match self.format {
                    Format::Xml { .. } => Format::Xml {
                        positions: !self.no_positions,
                    },
                    other => other,
                },
            },
            Kind::Parse => Command::Parse { input },
            Kind::Instantiate => Command::Instantiate {
                input,
                drv_dir: self.drv_dir,
            },
            Kind::Show => Command::Show { input },
            Kind::Why | Kind::Diff => Command::Why {
                input,
                paths,
                step: self.step,
                json: self.json,
            },
            Kind::Build => Command::Build {
                input,
                caches,
                json: self.json,
            },
            Kind::Plan => Command::Plan {
                input,
                caches,
                output: self.plan_output,
            },
        })
    }
}

/// Whether a word is the full path of a store object.
fn is_store_path(word: &[u8]) -> bool {
    store_dir().is_ok_and(|store_dir| store_dir.parse_path(word).is_ok())
}

/// What is compared with what: two sources, or two attributes of one.
fn two_inputs(input: Input, sources: Vec<Source>) -> Result<(Input, Input), UsageError> {
    let mut old = input.clone();
    let mut new = input;
    match (<[Source; 2]>::try_from(sources), new.attr_paths.len()) {
        (Ok([before, after]), _) => {
            old.sources = vec![before];
            new.sources = vec![after];
        }
        (Err(sources), 2) if sources.len() == 1 => {
            old.sources.clone_from(&sources);
            new.sources = sources;
            old.attr_paths.truncate(1);
            new.attr_paths.remove(0);
        }
        _ => {
            return Err(UsageError(
                "'diff' compares two files, or two attributes (-A) of one".to_owned(),
            ));
        }
    }
    Ok((old, new))
}

/// What the words beside the flags mean, as with `nix-instantiate`: `-` anywhere is standard input alone, no word is `./default.nix`.
fn sources(words: Vec<OsString>, expressions: bool) -> Vec<Source> {
    if words.iter().any(|word| word == "-") {
        return vec![Source::Stdin];
    }
    if words.is_empty() && !expressions {
        return vec![Source::File("./default.nix".into())];
    }
    words
        .into_iter()
        .map(|word| {
            if expressions {
                Source::Expression(word.into_encoded_bytes())
            } else {
                Source::File(word.into())
            }
        })
        .collect()
}

fn next(parser: &mut lexopt::Parser) -> Result<Option<lexopt::Arg<'_>>, UsageError> {
    // Its error here is a value for a flag that takes none, `--json=1`.
    parser.next().map_err(|error| UsageError(error.to_string()))
}

pub(crate) fn value(parser: &mut lexopt::Parser, flag: &str) -> Result<Vec<u8>, UsageError> {
    Ok(one_value(parser, flag)?.into_encoded_bytes())
}

fn path(parser: &mut lexopt::Parser, flag: &str) -> Result<PathBuf, UsageError> {
    Ok(one_value(parser, flag)?.into())
}

fn one_value(parser: &mut lexopt::Parser, flag: &str) -> Result<OsString, UsageError> {
    parser
        .value()
        .map_err(|_| UsageError(format!("'{flag}' requires an argument")))
}

/// Reads the values of a flag in the words that the reference has for flags of evaluations.
pub(crate) fn values<const N: usize>(
    parser: &mut lexopt::Parser,
    flag: &str,
) -> Result<[OsString; N], UsageError> {
    let mut values = Vec::new();
    while values.len() < N {
        let Ok(value) = parser.value() else { break };
        values.push(value);
    }
    <[OsString; N]>::try_from(values).map_err(|values| {
        let given = values.len();
        UsageError(format!(
            "flag '{flag}' requires {N} argument(s), but only {given} were given"
        ))
    })
}

pub(crate) fn unrecognised(flag: &lexopt::Arg<'_>) -> UsageError {
    UsageError(match flag {
        Short(letter) => format!("unrecognised flag '-{letter}'"),
        Long(name) => format!("unrecognised flag '--{name}'"),
        Value(word) => format!("unexpected argument '{}'", word.to_string_lossy()),
    })
}

/// Refuses a word that begins with a dash, but not with letters each of which might be a flag: the expression `-(1 + 2)`.
fn no_flag(mark: char, rest: &std::ffi::OsStr) -> UsageError {
    UsageError(format!(
        "unrecognised flag '-{mark}{}'",
        rest.to_string_lossy()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &[&str]) -> Result<Command, String> {
        parse(line.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    fn setting(name: &str, value: &str) -> Setting {
        Setting {
            name: name.to_owned(),
            value: value.into(),
            is_lenient: false,
        }
    }

    #[test]
    fn reads_everything_that_eval_takes() {
        let command = words(&[
            "eval",
            "--strict",
            "--show-trace",
            "--json",
            "-E",
            "{ a }: a",
            "--arg",
            "a",
            "1 + 1",
            "--argstr",
            "b",
            "text",
            "--argstr",
            "a",
            "later",
            "--arg-from-file",
            "c",
            "f.txt",
            "--arg-from-stdin",
            "d",
            "--system",
            "aarch64-linux",
            "-I",
            "nixpkgs=/p",
            "-I",
            "/q",
            "-A",
            "x.y",
            "--attr",
            "z",
            "--tree",
            "set.tar.gz",
        ]);
        let input = Input {
            sources: vec![Source::Expression(b"{ a }: a".to_vec())],
            attr_paths: vec![b"x.y".to_vec(), b"z".to_vec()],
            arguments: OrderedMap::from_iter([
                (b"a".to_vec(), Argument::String(b"later".to_vec())),
                (b"b".to_vec(), Argument::String(b"text".to_vec())),
                (b"c".to_vec(), Argument::File("f.txt".into())),
                (b"d".to_vec(), Argument::Stdin),
            ]),
            options: vec![
                setting("show-trace", "true"),
                setting("system", "aarch64-linux"),
            ],
            verbosity: Verbosity::USUAL,
            search_path: vec![b"nixpkgs=/p".to_vec(), b"/q".to_vec()],
            trees: vec!["set.tar.gz".into()],
            texts: OrderedMap::new(),
        };
        assert_eq!(
            command,
            Ok(Command::Eval {
                input,
                strict: true,
                format: Format::Json
            })
        );
    }

    #[test]
    fn words_are_files_expressions_or_standard_input() {
        let sources = |line: &[&str]| match words(line) {
            Ok(Command::Parse { input }) => input.sources,
            other => panic!("{other:?}"),
        };
        assert_eq!(sources(&["parse"]), [Source::File("./default.nix".into())]);
        assert_eq!(sources(&["parse", "-"]), [Source::Stdin]);
        assert_eq!(sources(&["parse", "-", "2"]), [Source::Stdin]);
        assert_eq!(
            sources(&["parse", "a.nix", "--", "-E"]),
            [Source::File("a.nix".into()), Source::File("-E".into())]
        );
        // The flag is for all words, wherever it stands.
        assert_eq!(
            sources(&["parse", "1", "-E", "2"]),
            [
                Source::Expression(b"1".to_vec()),
                Source::Expression(b"2".to_vec())
            ]
        );
        assert_eq!(sources(&["parse", "-E"]), []);
    }

    #[test]
    fn reads_what_a_plan_takes() {
        let command = words(&[
            "plan",
            "f.nix",
            "-A",
            "x",
            "--substituter",
            "/cache",
            "--substituter",
            "other",
            "--no-require-sigs",
            "--trusted-public-key",
            "k:AA==",
            "--json",
        ]);
        let Ok(Command::Plan {
            caches,
            output: PlanOutput::Json,
            ..
        }) = command
        else {
            panic!("{command:?}");
        };
        assert_eq!(
            caches,
            Caches {
                world: None,
                substituters: vec!["/cache".into(), "other".into()],
                require_signatures: false,
                trusted_public_keys: vec![b"k:AA==".to_vec()],
                keep_going: false,
            }
        );
    }

    #[test]
    fn reads_what_is_explained_and_compared() {
        let path = "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-net-tools-1.60";
        let command = words(&["why", path, "--step", "3", "f.nix", "--json"]);
        let input = Input {
            sources: vec![Source::File("f.nix".into())],
            ..Input::default()
        };
        assert_eq!(
            command,
            Ok(Command::Why {
                input: input.clone(),
                paths: vec![path.into()],
                step: Some(3),
                json: true,
            })
        );
        assert!(words(&["why", "--step", "x"]).is_err());
        let one = |attr: &str| Input {
            attr_paths: vec![attr.into()],
            ..input.clone()
        };
        assert_eq!(
            words(&["diff", "f.nix", "-A", "a", "-A", "b"]),
            Ok(Command::Diff {
                old: one("a"),
                new: one("b"),
                json: false
            })
        );
        assert!(words(&["diff", "f.nix"]).is_err());
        assert!(words(&["diff", "f.nix", "g.nix", "h.nix"]).is_err());
    }

    #[test]
    fn says_what_is_wrong_in_the_words_of_the_reference() {
        for (line, message) in [
            (&["eval", "--bogus"][..], "unrecognised flag '--bogus'"),
            (&["eval", "-E", "-(1 + 2)"], "unrecognised flag '-(1 + 2)'"),
            (&["eval", "-zx"], "unrecognised flag '-z'"),
            (&["eval", "-A"], "'-A' requires an argument"),
            (
                &["eval", "--arg", "x"],
                "flag '--arg' requires 2 argument(s), but only 1 were given",
            ),
            (
                &["eval", "--argstr"],
                "flag '--argstr' requires 2 argument(s), but only 0 were given",
            ),
            (&["frobnicate"], "'frobnicate' is not a recognised command"),
            (&["--strict"], "unrecognised flag '--strict'"),
        ] {
            assert_eq!(words(line), Err(message.to_owned()), "{line:?}");
        }
    }

    #[test]
    fn a_command_takes_only_its_own_flags() {
        for line in [
            &["parse", "-A", "x"][..],
            &["instantiate", "--strict"],
            &["eval", "--drv-dir", "x"],
            &["show", "--json"],
            &["eval", "--json=1"],
        ] {
            assert!(words(line).is_err(), "{line:?}");
        }
    }
}
