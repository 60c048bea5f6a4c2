//! Compares builds with those in a file that `tests/differential/builds.mjs` has recorded; fails if any differs.

#[path = "../tests/recorded/mod.rs"]
mod recorded;

use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1) else {
        eprintln!("usage: compare FILE");
        return ExitCode::from(2);
    };
    let text = std::fs::read_to_string(&file).expect("the file can be read");
    let recorded = serde_json::from_str(&text).expect("the file was recorded");
    let (count, wrong) = recorded::compare(&recorded, "");
    for difference in &wrong {
        println!("{difference}");
    }
    println!("{count} builds compared, {} differences", wrong.len());
    ExitCode::from(u8::from(!wrong.is_empty()))
}
