//! The terminal program `drvlab`.

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    drvlab_cli::program::run(env::args_os().skip(1))
}
