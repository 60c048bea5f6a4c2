//! `cargo xtask fuzz`: coverage-guided fuzzing with the targets of `tests/fuzz`, on the nightly toolchain.
//!
//! It starts from the texts of recorded cases, with AddressSanitizer and the checks of debug builds. What is found lies in
//! `target/fuzz/TARGET/`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::command::{ask, command, run as run_command};
use crate::workspace::Workspace;

/// What is fuzzed.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// A program of `tests/fuzz/fuzz_targets`.
    pub target: String,
    /// For how long.
    pub minutes: u32,
}

/// A program, and the files whose texts it starts from.
struct Target {
    name: &'static str,
    /// Files of recorded cases, in folders of `tests`.
    cases: &'static [&'static str],
    /// A list of words in `tests/fuzz`.
    dictionary: Option<&'static str>,
}

const TARGETS: &[Target] = &[
    Target {
        name: "parse",
        cases: &["syntax", "lang"],
        dictionary: Some("nix.dict"),
    },
    Target {
        name: "evaluate",
        cases: &["lang"],
        dictionary: Some("nix.dict"),
    },
    Target::reader("derivation"),
    Target::reader("derivation_json"),
    Target::reader("narinfo"),
    Target::reader("nar"),
];

impl Target {
    /// A reader of one format of the store, which finds its way without seeds.
    const fn reader(name: &'static str) -> Self {
        Target {
            name,
            cases: &[],
            dictionary: None,
        }
    }
}

/// Longest input in bytes.
const MAX_LENGTH: u32 = 4096;

/// How long one input may take, in seconds, and how much memory, in MiB. Sanitizers make everything slow and large.
const TIMEOUT: u32 = 25;
const MEMORY: u32 = 3072;

/// What makes the compiler count which code runs, as libFuzzer wants it.
const FLAGS: [&str; 9] = [
    "-Zsanitizer=address",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg",
    "fuzzing",
];

/// Fuzzes for some minutes.
///
/// Fails for an unknown name, without a nightly toolchain, and when an input is found that should not be.
pub fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let Some(target) = TARGETS.iter().find(|target| target.name == options.target) else {
        let known: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        bail!(
            "there is nothing to fuzz called '{}'; there are: {}",
            options.target,
            known.join(", ")
        );
    };
    let host = host(workspace)?;
    let folder = workspace.path("tests/fuzz");
    let built = workspace.target().join("fuzz");
    run_command(
        command("cargo", &folder)
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO")
            .env("RUSTUP_TOOLCHAIN", "nightly")
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.join("\u{1f}"))
            .args(["build", "--release", "--bin", target.name])
            .args(["--target", &host, "--target-dir"])
            .arg(&built),
    )?;
    let kept = built.join(target.name);
    let (corpus, seeds) = (kept.join("corpus"), kept.join("seeds"));
    for folder in [&corpus, &seeds] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    write_seeds(workspace, target, &seeds)?;
    let mut fuzzer = command(built.join(&host).join("release").join(target.name), &kept);
    fuzzer
        .args([&corpus, &seeds])
        .arg(format!("-max_total_time={}", 60 * options.minutes))
        .arg(format!("-max_len={MAX_LENGTH}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .args(["-print_final_stats=1", "-verbosity=1"]);
    if let Some(dictionary) = target.dictionary {
        let dictionary = folder.join(dictionary);
        fuzzer.arg(format!("-dict={}", dictionary.display()));
    }
    run_command(&mut fuzzer)
}

/// The target that programs of this machine are compiled for.
fn host(workspace: &Workspace) -> anyhow::Result<String> {
    let version = ask(command("rustc", workspace.root())
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .arg("-vV"));
    let Some(version) = version else {
        bail!("fuzzing needs a nightly toolchain: `rustup toolchain install nightly`");
    };
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc does not tell its host")?;
    Ok(host.to_owned())
}

/// Writes the expressions of recorded cases, a file each.
fn write_seeds(workspace: &Workspace, target: &Target, seeds: &Path) -> anyhow::Result<()> {
    for group in target.cases {
        let folder = workspace.path("tests").join(group);
        for entry in folder
            .read_dir()
            .context("cannot read the recorded cases")?
        {
            let file: PathBuf = entry?.path();
            if file
                .extension()
                .is_none_or(|extension| extension != "cases")
            {
                continue;
            }
            let text = fs::read_to_string(&file)
                .with_context(|| format!("cannot read {}", file.display()))?;
            let name = file.file_stem().unwrap_or_default().to_string_lossy();
            for (index, expression) in expressions(&text).iter().enumerate() {
                let seed = seeds.join(format!("{group}-{name}-{index}"));
                fs::write(&seed, expression)
                    .with_context(|| format!("cannot write {}", seed.display()))?;
            }
        }
    }
    Ok(())
}

/// Takes the expressions out of a file of cases: either the lines below `--- NAME`, or, where outcomes follow at once, the line itself.
fn expressions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for section in text.split("\n--- ").skip(1) {
        let (first, rest) = section.split_once('\n').unwrap_or((section, ""));
        let is_outcome = |line: &str| {
            ["prints ", "error ", "warning "]
                .iter()
                .any(|word| line.starts_with(word))
        };
        if rest.lines().next().is_some_and(is_outcome) {
            found.push(first.replace("\\n", "\n"));
        } else {
            let expression = rest.split("\n=== ").next().unwrap_or_default();
            found.push(expression.to_owned());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_found_in_both_forms_of_cases() {
        let below = "# recorded\n\n--- a\n1 +\n2\n=== value\n3\n\n--- b\nx\n=== error\nno\n";
        assert_eq!(expressions(below), ["1 +\n2", "x"]);
        let beside = "# recorded\n\n--- a\\nb\nprints a b\n--- (\nerror 1:2 no\n";
        assert_eq!(expressions(beside), ["a\nb", "("]);
    }

    #[test]
    fn every_target_has_a_program() {
        for target in TARGETS {
            let program = format!("../../tests/fuzz/fuzz_targets/{}.rs", target.name);
            assert!(Path::new(&program).is_file(), "{program}");
        }
    }
}
