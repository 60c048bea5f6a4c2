//! The program from its command line to its exit status.

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

#[cfg(target_os = "linux")]
use crate::allocator;
use crate::arguments::{self, Command, Input, Topic};
use crate::failure::Failure;
use crate::session::Session;
use crate::stack;
use crate::{build, diff, eval, instantiate, plan, plan_json, session, show, why, world};

const USAGE: &str = "\
Usage: drvlab <command> [<option>…] [FILE… | -E EXPR… | -]

  eval           print values, as `nix-instantiate --eval` does
      --strict                 evaluate them to their ends
      --json, --xml            print them as JSON or XML
      --no-location            leave places out of XML
      --raw                    print a string as it is, without quotes and a line's end
      --find-file              print where FILE is on the search path instead
  parse          print what the parser understood, as `nix-instantiate --parse` does
  instantiate    print the paths of store derivations, as `nix-instantiate` does
      --drv-dir DIR            also write the derivations, with all they need, into DIR
  show           print derivations as JSON, as `nix derivation show` does; FILE may be a .drv file
  why            explain how store paths come about, every hashed byte; FILE may be a .drv file, and a path in the store
                 selects what is explained
      --step N                 print the text of one step as it is, to be hashed by hand
      --json                   print all steps as JSON
  diff           compare two states: OLD and NEW, or two attributes (-A) of one FILE; they may also be .drv files,
                 folders of them, or JSON of `nix derivation show`
      --json                   print the difference as JSON
  build          build in memory and print logs, outputs, their hashes and references; what no small script makes is
                 simulated and marked
      --json                   print that as JSON; the flags for caches are those of plan
  plan           print what a build would build and fetch, as `nix-build --dry-run` does with an empty store
      --substituter DIR        a binary cache, as `nix copy --to file://DIR` makes it; can be given several times
      --trusted-public-key KEY a key whose signatures count
      --no-require-sigs        fetch without signatures
      -k, --keep-going         go on with what does not need something that failed
      --world FILE             a JSON file with settings, caches, their faults, and what happened before:
                               `drvlab help world` describes it
      --columns                print a table of what the dry run says and what Nix does
      --explain PATH           print why this happens, and what would change it, for a store path or a name
      --json                   print both with their reasons and a time line as JSON: `drvlab help json` describes it

Without FILE it is ./default.nix; - is standard input, <NAME> is found on the search path, an archive stands for the folder
in it. Commands that evaluate also take:
  -A, --attr ATTRPATH          select this attribute of the value; can be given several times
  -I, --include [PREFIX=]PATH  add an entry in front of the search path of NIX_PATH
  --tree ARCHIVE               read the files of a tar, tar.gz or zip archive as if it were unpacked here; can be given
                               several times
  --arg NAME EXPR              pass the value of EXPR to functions that have a parameter NAME
  --argstr NAME STRING         pass a string
  --arg-from-file NAME FILE    pass what is in a file, as a string
  --arg-from-stdin NAME        pass what standard input has, as a string
  --show-trace                 print errors with all that led to them
  --option NAME VALUE          change a setting of Nix; each has a flag of its own, too: --system SYSTEM, --pure-eval,
                               --no-pure-eval, --restrict-eval, --allowed-uris 'URI…', --max-call-depth NUMBER,
                               --trace-verbose, --abort-on-warn, …; those that are not about evaluation change nothing
  -v, --verbose; --quiet       say more: which files are evaluated; say less: three times, no warnings

Paths are made for the store directory that NIX_STORE_DIR names, by default /nix/store.
Errors go to standard error; the exit status is then 1, or 102 where what is fetched has another hash than was said.
";

/// Runs the program; `words` is the command line without the program's name.
pub fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match arguments::parse(words) {
        Ok(command) => command,
        Err(error) => {
            session::complain(
                format!("error: {error}\nTry 'drvlab --help' for more information.\n").as_bytes(),
            );
            return ExitCode::FAILURE;
        }
    };
    #[cfg(target_os = "linux")]
    allocator::ahead::start();
    stack::with_room(|| {
        let mut output = BufWriter::new(io::stdout().lock());
        let result = execute(&command, &mut output);
        // What was printed before a failure stands in front of it.
        let flushed = output.flush().map_err(|error| Failure::output(&error));
        match result.and(flushed) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                session::complain(failure.text());
                failure.status().into()
            }
        }
    })
}

fn execute(command: &Command, output: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Help(topic) => {
            let text = match topic {
                Topic::Usage => USAGE,
                Topic::World => world::DESCRIPTION,
                Topic::Json => plan_json::DESCRIPTION,
            };
            print(output, text.as_bytes())
        }
        Command::Version => print(
            output,
            concat!("drvlab ", env!("CARGO_PKG_VERSION"), "\n").as_bytes(),
        ),
        Command::Parse { input } => parse(input, output),
        Command::FindFile { input, names } => find_files(input, names, output),
        Command::Eval {
            input,
            strict,
            format,
        } => {
            let mut session = Session::start(input)?;
            eval::run(&mut session, input, *strict, *format, output)
        }
        Command::Instantiate { input, drv_dir } => {
            let mut session = Session::start(input)?;
            instantiate::run(&mut session, input, drv_dir.as_deref(), output)
        }
        Command::Build {
            input,
            caches,
            json,
        } => {
            let mut session = Session::start(input)?;
            build::run(&mut session, input, caches, *json, output)
        }
        Command::Plan {
            input,
            caches,
            output: what,
        } => {
            let mut session = Session::start(input)?;
            plan::run(&mut session, input, caches, what, output)
        }
        Command::Show { input } => show::run(input, output),
        Command::Why {
            input,
            paths,
            step,
            json,
        } => why::run(input, paths, *step, *json, output),
        Command::Diff { old, new, json } => diff::run(old, new, *json, output),
    }
}

fn parse(input: &Input, output: &mut dyn Write) -> Result<(), Failure> {
    let mut session = Session::start(input)?;
    for source in &input.sources {
        let mut text = session.print_parsed(source)?;
        text.push(b'\n');
        print(output, &text)?;
    }
    Ok(())
}

fn find_files(input: &Input, names: &[Vec<u8>], output: &mut dyn Write) -> Result<(), Failure> {
    let mut session = Session::start(input)?;
    for name in names {
        let mut path = session.find_file(name)?;
        path.push(b'\n');
        print(output, &path)?;
    }
    Ok(())
}

fn print(output: &mut dyn Write, text: &[u8]) -> Result<(), Failure> {
    output
        .write_all(text)
        .map_err(|error| Failure::output(&error))
}
