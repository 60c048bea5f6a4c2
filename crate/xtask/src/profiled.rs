//! `cargo xtask program`: the terminal program, compiled with a profile of how it runs.
//!
//! It is built with counters, evaluates other texts than the benchmarks do (a small package set of another seed, and
//! `tests/bench/training`), and is built again: what ran often is inlined and laid out for speed, what never ran for size. That takes as
//! long as two builds, and is left out as long as the same program with counters would come out.
//!
//! Where the C library is there as an archive, the program has it inside, at fixed addresses: to find and move shared libraries took a
//! quarter of the time of an evaluation that does nothing.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, fs};

use anyhow::{Context as _, bail};

use crate::command::{ask, cargo, command, run};
use crate::workspace::Workspace;
use crate::{node, rust_toolchain};

/// Builds the program and returns where it is.
///
/// Fails when a tool is missing or fails.
pub fn build(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    let folder = workspace.target().join("profiled");
    let (counts, profile) = (folder.join("counts"), folder.join("profile"));
    let merge = rust_toolchain::ensure_profdata(workspace)?;
    let host = host(workspace)?;

    let counting = compile(
        workspace,
        &folder.join("counting"),
        &host,
        &format!("-Cprofile-generate={}", counts.display()),
    )?;
    let stamp = folder.join("profile-of");
    let identity = identity(&counting)?;
    if !(profile.is_file() && fs::read_to_string(&stamp).is_ok_and(|last| last == identity)) {
        println!("training {}", counting.display());
        if counts.is_dir() {
            fs::remove_dir_all(&counts).context("cannot remove old counts")?;
        }
        train(workspace, &counting, &folder.join("training"))?;
        // Cargo would take what was compiled with another profile of the same name for the same.
        let program = folder.join("program");
        if program.is_dir() {
            fs::remove_dir_all(&program).context("cannot remove the last program")?;
        }
        run(command(merge, workspace.root())
            .args(["merge", "--output"])
            .args([&profile, &counts]))?;
        fs::write(&stamp, identity).context("cannot note what the profile is of")?;
    }
    compile(
        workspace,
        &folder.join("program"),
        &host,
        &format!("-Cprofile-use={}", profile.display()),
    )
}

/// Compiles the program with a flag; returns where it is.
fn compile(
    workspace: &Workspace,
    target: &Path,
    host: &str,
    flag: &str,
) -> anyhow::Result<PathBuf> {
    // Encoded, for the flag has a path in it, which may have spaces.
    let others = env::var("RUSTFLAGS").unwrap_or_default();
    let alone: &[&str] = if can_stand_alone(workspace, host) {
        &["-Ctarget-feature=+crt-static", "-Crelocation-model=static"]
    } else {
        &[]
    };
    let flags: Vec<&str> = others
        .split_whitespace()
        .chain(alone.iter().copied())
        .chain([flag])
        .collect();
    // With `--target` the flags are for the program, not for what builds it.
    run(cargo(workspace.root())
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .args(["build", "--release", "--package", "drvlab"])
        .args(["--target", host, "--target-dir"])
        .arg(target))?;
    let program = format!("drvlab{}", env::consts::EXE_SUFFIX);
    Ok(target.join(host).join("release").join(program))
}

/// Tells whether a program can be linked that needs no shared library.
fn can_stand_alone(workspace: &Workspace, host: &str) -> bool {
    let archive = || ask(command("cc", workspace.root()).arg("-print-file-name=libc.a"));
    // What the compiler does not find it names without a path.
    host.ends_with("-linux-gnu") && archive().is_some_and(|path| Path::new(&path).is_absolute())
}

/// Lets the program evaluate what it is trained with.
fn train(workspace: &Workspace, program: &Path, folder: &Path) -> anyhow::Result<()> {
    let size = [
        "--packages",
        "300",
        "--hackage",
        "600",
        "--maintainers",
        "600",
        "--seed",
        "2",
    ];
    run(node::node(workspace)?
        .arg(workspace.path("tests/package-set/generate.mjs"))
        .arg(folder)
        .args(size))?;
    let evaluate = |file: &Path, arguments: &[&str]| {
        run(command(program, workspace.root())
            .arg("eval")
            .arg(file)
            .args(arguments)
            .env_remove("LLVM_PROFILE_FILE")
            .stdout(Stdio::null())
            .stderr(Stdio::null()))
    };
    let all = ["--strict", "--json", "--arg", "only", "null"];
    evaluate(&folder.join("release.nix"), &all)?;
    evaluate(&folder.join("machine"), &["-A", "system.drvPath"])?;
    for _ in 0..5 {
        evaluate(&folder.join("default.nix"), &["-A", "curl.drvPath"])?;
    }
    for file in workspace.files("tests/bench/training", ".nix")? {
        evaluate(&file, &["--strict"])?;
    }
    Ok(())
}

/// The name of this machine's target.
fn host(workspace: &Workspace) -> anyhow::Result<String> {
    let version = ask(command("rustc", workspace.root()).arg("-vV"));
    let host = version.as_deref().and_then(|version| {
        let mut lines = version.lines();
        lines.find_map(|line| line.strip_prefix("host: "))
    });
    match host {
        Some(host) => Ok(host.to_owned()),
        None => bail!("rustc does not tell its target"),
    }
}

/// Tells one build of a program from another.
fn identity(program: &Path) -> anyhow::Result<String> {
    let metadata =
        fs::metadata(program).with_context(|| format!("cannot read {}", program.display()))?;
    let modified = metadata.modified().context("a file has no time")?;
    Ok(format!("{} {modified:?}", metadata.len()))
}
