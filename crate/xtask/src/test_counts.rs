//! Counting tests in the output of test runners.

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
}

/// A program that runs tests and prints a summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// `cargo test`: a line `test result: ok. 3 passed; 0 failed; …` for each binary.
    Cargo,
    /// `node --test`: lines `ℹ pass 3`, `ℹ fail 0`, `ℹ cancelled 0`; with `#` for `ℹ` where TAP is the default format.
    Node,
}

impl Runner {
    /// Sums the summaries in a run's output.
    pub fn count(self, output: &str) -> Counts {
        let mut counts = Counts::default();
        for line in output.lines() {
            match self {
                Self::Cargo => count_cargo(line, &mut counts),
                Self::Node => count_node(line, &mut counts),
            }
        }
        counts
    }
}

fn count_cargo(line: &str, counts: &mut Counts) {
    let Some((_, summary)) = line
        .strip_prefix("test result: ")
        .and_then(|rest| rest.split_once(". "))
    else {
        return;
    };
    for part in summary.split(';') {
        match part.trim().split_once(' ') {
            Some((number, "passed")) => counts.passed += number.parse().unwrap_or(0),
            Some((number, "failed")) => counts.failed += number.parse().unwrap_or(0),
            _ => {}
        }
    }
}

fn count_node(line: &str, counts: &mut Counts) {
    let summary = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# "));
    match summary.and_then(|summary| summary.split_once(' ')) {
        Some(("pass", number)) => counts.passed += number.parse().unwrap_or(0),
        Some(("fail" | "cancelled", number)) => counts.failed += number.parse().unwrap_or(0),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_the_binaries_of_cargo() {
        let output = "running 2 tests\n\
            test a ... ok\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\n\
            test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.50s\n";
        assert_eq!(
            Runner::Cargo.count(output),
            Counts {
                passed: 5,
                failed: 1
            }
        );
    }

    #[test]
    fn reads_the_summary_of_node() {
        let output = "✔ opens (3ms)\n✖ closes (1ms)\nℹ tests 3\nℹ suites 0\nℹ pass 1\nℹ fail 1\nℹ cancelled 1\nℹ duration_ms 80\n";
        assert_eq!(
            Runner::Node.count(output),
            Counts {
                passed: 1,
                failed: 2
            }
        );
    }

    #[test]
    fn reads_the_summary_of_tap() {
        let output = "TAP version 13\nok 1 - opens\n1..2\n# tests 2\n# pass 2\n# fail 0\n";
        assert_eq!(
            Runner::Node.count(output),
            Counts {
                passed: 2,
                failed: 0
            }
        );
    }

    #[test]
    fn other_output_counts_nothing() {
        assert_eq!(
            Runner::Cargo.count("error: could not compile\n"),
            Counts::default()
        );
        assert_eq!(Runner::Node.count(""), Counts::default());
    }
}
