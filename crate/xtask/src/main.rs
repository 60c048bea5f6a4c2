//! `cargo xtask`: every command of the repository beyond plain cargo.
//!
//! It knows the other members only as commands and files; none of their code is linked in.

mod assets;
mod bench;
mod browser;
mod build_lock;
mod command;
mod differential;
mod fuzz;
mod miri;
mod node;
mod page;
mod parts;
mod profiled;
mod record;
mod rust_toolchain;
mod serve;
mod server;
mod size;
mod test;
mod test_counts;
mod wasm;
mod workspace;

use std::process::ExitCode;

use lexopt::prelude::*;

const USAGE: &str = "\
Usage: cargo xtask <command>

  serve [--port N]           build everything, serve the page on a loopback port (default: a free one)
  test [rust|wasm|browser]…  run all tests, or only those groups
  wasm                       build the WASM module and its JavaScript glue into web/src/wasm
  size                       print the size of the WASM module: raw, gzip, brotli
  record [NAME…]             record golden data from the reference Nix: all of it, or only NAME
  differential NAME [--cases N] [--seed S] [--first N]
                             compare with the reference Nix over random cases of one kind (tests/differential/NAME.mjs)
  fuzz NAME [--minutes N]    fuzz a target of tests/fuzz on the nightly toolchain (default: 10 minutes)
  miri                       run the tests of unsafe code in Miri, on the nightly toolchain
  program                    build the terminal program with a profile of how it runs, and print where it is
  bench [NAME…]              run the benchmarks of tests/bench: all of them, or only NAME

What is missing is installed where that is possible without questions: the WASM target through rustup,
JavaScript packages through npm, Chromium through apt.

Environment:
  CHROME               the Chromium or Chrome to test with (default: the first one on the PATH)
  DRVLAB_ORACLE        command prefix that runs the reference Nix (default: its tools on the PATH)
  DRVLAB_ORACLE_WORK   folder for files that the reference must see (default: the system's temporary folder)
";

fn main() -> ExitCode {
    match run(lexopt::Parser::from_env()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What was asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    Help,
    Serve { port: u16 },
    Test(Vec<test::Group>),
    Wasm,
    Size,
    Record(Vec<String>),
    Differential(differential::Options),
    Fuzz(fuzz::Options),
    Miri,
    Program,
    Bench(Vec<String>),
}

fn run(parser: lexopt::Parser) -> anyhow::Result<ExitCode> {
    let request = match parse(parser) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("error: {error}\n\n{USAGE}");
            return Ok(ExitCode::from(2));
        }
    };
    if request == Request::Help {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = workspace::Workspace::locate()?;
    match request {
        Request::Help => {}
        Request::Serve { port } => serve::run(&workspace, port)?,
        Request::Test(groups) => {
            if !test::run(&workspace, &groups)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Request::Wasm => wasm::build(&workspace, &build_lock::acquire(&workspace)?)?,
        Request::Size => size::run(&workspace)?,
        Request::Record(names) => record::run(&workspace, &names)?,
        Request::Differential(options) => {
            if !differential::run(&workspace, &options)? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Request::Fuzz(options) => fuzz::run(&workspace, &options)?,
        Request::Miri => miri::run(&workspace)?,
        Request::Program => println!("{}", profiled::build(&workspace)?.display()),
        Request::Bench(names) => bench::run(&workspace, &names)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn parse(mut parser: lexopt::Parser) -> Result<Request, lexopt::Error> {
    let command = match parser.next()? {
        None | Some(Short('h') | Long("help")) => return Ok(Request::Help),
        Some(Value(command)) => command.string()?,
        Some(other) => return Err(other.unexpected()),
    };
    let mut port = 0;
    let mut names = Vec::new();
    let mut cases = None;
    let mut seed = None;
    let mut first = None;
    let mut minutes = 10;
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("port") if command == "serve" => port = parser.value()?.parse()?,
            Long("cases") if command == "differential" => cases = Some(parser.value()?.parse()?),
            Long("seed") if command == "differential" => seed = Some(parser.value()?.parse()?),
            Long("first") if command == "differential" => first = Some(parser.value()?.parse()?),
            Long("minutes") if command == "fuzz" => minutes = parser.value()?.parse()?,
            Value(name)
                if matches!(command.as_str(), "differential" | "fuzz") && names.is_empty() =>
            {
                names.push(name.string()?);
            }
            Value(name) if matches!(command.as_str(), "test" | "record" | "bench") => {
                names.push(name.string()?);
            }
            other => return Err(other.unexpected()),
        }
    }
    match command.as_str() {
        "help" => Ok(Request::Help),
        "serve" => Ok(Request::Serve { port }),
        "test" => Ok(Request::Test(test::groups(&names)?)),
        "wasm" => Ok(Request::Wasm),
        "size" => Ok(Request::Size),
        "record" => Ok(Request::Record(names)),
        "differential" => {
            let name = names.pop().ok_or("'differential' needs a name")?;
            Ok(Request::Differential(differential::Options {
                name,
                cases,
                seed,
                first,
            }))
        }
        "fuzz" => {
            let target = names.pop().ok_or("'fuzz' needs a name")?;
            Ok(Request::Fuzz(fuzz::Options { target, minutes }))
        }
        "miri" => Ok(Request::Miri),
        "program" => Ok(Request::Program),
        "bench" => Ok(Request::Bench(names)),
        _ => Err(format!("unknown command '{command}'").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Request, String> {
        parse(lexopt::Parser::from_args(words)).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_commands_and_their_options() {
        assert_eq!(parse_words(&[]), Ok(Request::Help));
        assert_eq!(parse_words(&["serve"]), Ok(Request::Serve { port: 0 }));
        assert_eq!(
            parse_words(&["serve", "--port", "8080"]),
            Ok(Request::Serve { port: 8080 })
        );
        assert_eq!(
            parse_words(&["test", "rust", "browser"]),
            Ok(Request::Test(vec![test::Group::Rust, test::Group::Browser]))
        );
        assert_eq!(
            parse_words(&["test"]),
            Ok(Request::Test(test::Group::ALL.to_vec()))
        );
        assert_eq!(
            parse_words(&["record", "hash"]),
            Ok(Request::Record(vec!["hash".to_owned()]))
        );
        assert_eq!(
            parse_words(&[
                "differential",
                "lang",
                "--cases",
                "20",
                "--seed",
                "7",
                "--first",
                "3"
            ]),
            Ok(Request::Differential(differential::Options {
                name: "lang".to_owned(),
                cases: Some(20),
                seed: Some(7),
                first: Some(3),
            }))
        );
        assert_eq!(
            parse_words(&["fuzz", "parse", "--minutes", "30"]),
            Ok(Request::Fuzz(fuzz::Options {
                target: "parse".to_owned(),
                minutes: 30,
            }))
        );
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for words in [
            &["frobnicate"][..],
            &["--port", "1"],
            &["wasm", "extra"],
            &["test", "python"],
            &["test", "--port", "1"],
            &["serve", "--port", "70000"],
            &["serve", "--port"],
            &["differential"],
            &["differential", "hash", "lang"],
            &["differential", "hash", "--cases", "-1"],
            &["bench", "--cases", "3"],
            &["fuzz"],
            &["miri", "heap"],
            &["program", "fast"],
        ] {
            assert!(parse_words(words).is_err(), "{words:?}");
        }
    }
}
