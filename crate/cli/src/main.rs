//! The terminal program `drvlab`.

use std::env;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: drvlab_cli::huge_pages::HugePages = drvlab_cli::huge_pages::HugePages;

fn main() -> ExitCode {
    drvlab_cli::program::run(env::args_os().skip(1))
}
