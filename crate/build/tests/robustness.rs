//! Whatever the script: a build ends, within its limits and without a panic, and always the same way.

use drvlab_store::{OrderedMap, OrderedSet};

use drvlab_build::{GiveUp, Host, Limits, Outcome, StoreObject, Task, build};
use drvlab_store::derivation::DerivationOutput;
use drvlab_store::{Derivation, StoreDir, StorePath};
use proptest::prelude::*;

fn run(script: &[u8], limits: &Limits) -> Outcome {
    let path = |name: &str| {
        StorePath::parse(format!("00bgd045z0d4icpbc2yyz4gx48ak44la-{name}")).expect("a path")
    };
    let mut derivation = Derivation::new("robust");
    derivation.builder = "/bin/sh".into();
    derivation.args = vec!["-c".into(), script.into()];
    derivation.outputs.insert(
        "out".into(),
        DerivationOutput::InputAddressed {
            path: path("robust"),
        },
    );
    derivation.env.insert(
        "out".into(),
        "/nix/store/00bgd045z0d4icpbc2yyz4gx48ak44la-robust".into(),
    );
    derivation.env.insert("PATH".into(), "/bin".into());
    build(&Task {
        store_dir: &StoreDir::default(),
        path: &path("robust.drv"),
        derivation: &derivation,
        inputs: OrderedSet::new(),
        objects: &OrderedMap::<StorePath, StoreObject>::new(),
        host: &Host::default(),
        limits,
    })
}

const SMALL: Limits = Limits {
    steps: 2_000,
    bytes: 1 << 20,
    files: 1_000,
    depth: 64,
};

/// Parts of scripts, so that random ones get far.
const PARTS: [&str; 64] = [
    "echo ",
    "$x",
    "${x",
    "}",
    "${x:-",
    "${#x}",
    "$(",
    ")",
    "`",
    "$((",
    "))",
    "\"",
    "'",
    "\\",
    "\n",
    " ",
    ";",
    "|",
    "||",
    "&&",
    "if ",
    "then ",
    "fi",
    "for i in ",
    "do ",
    "done",
    "while ",
    "true",
    "case ",
    " in ",
    "esac",
    "*)",
    ";;",
    "{ ",
    "}",
    "(",
    ")",
    "f() ",
    "f",
    "> $out",
    ">>",
    "< ",
    "<<E\n",
    "E\n",
    "2>&1",
    "x=",
    "1",
    "0",
    "*",
    "[a-z]",
    "?",
    "~",
    "#",
    "!",
    "cat ",
    "mkdir ",
    "cp -r . ",
    "ln -s . ",
    "rm -rf ",
    "printf '%s' ",
    "read x",
    "set -eux",
    "eval ",
    "exec ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn random_bytes(script in proptest::collection::vec(any::<u8>(), 0..200)) {
        run(&script, &SMALL);
    }

    #[test]
    fn random_parts(parts in proptest::collection::vec(proptest::sample::select(&PARTS[..]), 0..40)) {
        let script = parts.concat();
        let outcome = run(script.as_bytes(), &SMALL);
        prop_assert_eq!(run(script.as_bytes(), &SMALL), outcome);
    }
}

#[test]
fn limits_are_named() {
    for (script, limit) in [
        ("while :; do :; done", "steps"),
        ("f() { f; }; f", "nested"),
        ("x=x; while :; do x=$x$x; done", "bytes"),
        ("i=0; while :; do : > f$i; i=$((i+1)); done", "files"),
        ("while :; do echo y; done | head -1", "steps"),
        (
            "echo > $out; while :; do cat $out >> f; cat f > $out; echo xxxxxxxxxxxxxxxx >> $out; done",
            "bytes",
        ),
    ] {
        let Outcome::GivenUp(reason @ GiveUp::Limit(_)) = run(
            script.as_bytes(),
            &Limits {
                steps: 100_000,
                ..SMALL
            },
        ) else {
            panic!("{script} ended");
        };
        assert!(reason.to_string().contains(limit), "{script}: {reason}");
    }
    for (open, close) in [
        ("(", ")"),
        ("{ ", ";}"),
        ("$(", ")"),
        ("$((", "))"),
        ("\"$(", ")\""),
        ("${x-", "}"),
        ("if ", ""),
        ("! ", ""),
    ] {
        let script = format!("echo {}{}", open.repeat(100_000), close.repeat(100_000));
        run(script.as_bytes(), &SMALL);
        let script = format!("{}:{}", open.repeat(100_000), close.repeat(100_000));
        run(script.as_bytes(), &SMALL);
    }
}

#[test]
fn nesting_fits_a_small_stack() {
    let deep = |depth: usize| {
        format!(
            "f() {{ if [ $1 -gt 0 ]; then {{ ( x=$(f $(($1-1))); echo $x ); }}; fi; }}; f {depth}; echo {}x{}",
            "$(echo ".repeat(depth),
            ")".repeat(depth)
        )
    };
    let thread = std::thread::Builder::new().stack_size(512 << 10);
    let handle = thread.spawn(move || {
        for depth in 1..70 {
            run(deep(depth).as_bytes(), &SMALL);
        }
    });
    handle.unwrap().join().unwrap();
}

#[test]
fn what_is_not_understood_is_named_with_its_line() {
    for (script, reason) in [
        (
            ":\nsleep 1 &\n",
            "line 2: commands in the background (&) is not supported",
        ),
        (":\n:\nawk x", "line 3: the program awk is not supported"),
        (
            "cp --sparse=always a b",
            "line 1: the option --sparse=always of cp is not supported",
        ),
        (
            "cat /etc/passwd",
            "line 1: the contents of /etc/passwd are not known",
        ),
        (
            "echo $$",
            "line 1: $$, which differs between builds is not supported",
        ),
        ("kill -9 1", "line 1: the command kill is not supported"),
    ] {
        let Outcome::GivenUp(given_up) = run(script.as_bytes(), &SMALL) else {
            panic!("{script} ended");
        };
        assert_eq!(given_up.to_string(), reason);
    }
}
