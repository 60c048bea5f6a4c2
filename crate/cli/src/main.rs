//! The terminal program `drvlab`.

use std::env;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: drvlab_cli::allocator::Allocator = drvlab_cli::allocator::Allocator;

fn main() -> ExitCode {
    drvlab_cli::program::run(env::args_os().skip(1))
}
