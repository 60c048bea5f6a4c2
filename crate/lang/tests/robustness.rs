//! Input that is too deep, too large or no text at all: an answer or an error comes within seconds, and no stack overflows.
//!
//! Each runs in a thread with a stack of 512 KiB, once with the heap-allocated stack almost from the start, once with as many native
//! levels as such a stack is meant for.

use drvlab_lang::files::MemoryFiles;
use drvlab_lang::source::Origin;
use drvlab_lang::{Machine, Settings};

/// The stack of a thread that evaluates, in bytes.
const STACK: usize = 512 << 10;

/// Prints the value of an expression, or reports its error with source text and trace.
fn answer(text: &[u8], native_levels: u32, call_depth_limit: u32) -> String {
    answer_with(
        text,
        Settings {
            native_levels,
            call_depth_limit,
            memory_limit: 96 << 20,
            ..Settings::default()
        },
    )
}

fn answer_with(text: &[u8], settings: Settings) -> String {
    let mut machine = Machine::new(Box::new(MemoryFiles::default()), settings);
    let result = machine
        .evaluate_text(Origin::String, text, b"/")
        .and_then(|value| machine.print_value(value, true));
    let text = match result {
        Ok(text) => text,
        Err(error) => drvlab_lang::report::error(&error.diagnostic, &machine.sources, true),
    };
    String::from_utf8_lossy(&text).into_owned()
}

/// Evaluates on small stacks, and expects a part of the answer; the empty text where either a value or an error is right, and what is
/// tested is that one comes at all.
fn check(text: impl Into<Vec<u8>>, expected: &str) {
    check_to_depth(text, expected, Settings::default().call_depth_limit);
}

/// [`check`] with another limit to the depth of calls, as which levels of data count.
fn check_to_depth(text: impl Into<Vec<u8>>, expected: &str, call_depth_limit: u32) {
    let text = text.into();
    for native_levels in [3, 150] {
        let text = text.clone();
        let found = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || answer(&text, native_levels, call_depth_limit))
            .expect("a thread can be started")
            .join()
            .expect("evaluation does not panic");
        let shown: String = found.chars().take(300).collect();
        assert!(
            found.contains(expected),
            "{native_levels} native levels: expected '{expected}': {shown}"
        );
    }
}

/// `open` many times, a middle, and `close` as often.
fn nested(open: &str, middle: &str, close: &str, count: usize) -> String {
    [&open.repeat(count), middle, &close.repeat(count)].concat()
}

#[test]
fn nested_constructs_are_read_and_evaluated() {
    const MANY: usize = 5_000;
    for (open, middle, close, expected) in [
        ("(", "1", ")", "1"),
        ("[", "1", "]", "["),
        ("{ a = ", "1", "; }.a", "1"),
        ("rec { a = ", "1", "; }.a", "1"),
        ("let a = ", "1", "; in a", "1"),
        ("if true then ", "1", " else 2", "1"),
        ("if ", "true", " then true else false", "true"),
        ("assert true; ", "1", "", "1"),
        ("with { a = 1; }; ", "a", "", "1"),
        ("\"${", "\"a\"", "}\"", "a"),
        ("''${", "\"a\"", "}''", "a"),
        ("(x: x) (", "1", ")", "1"),
        ("({ x ? 1 }: x) { x = ", "1", "; }", "1"),
        ("{ ${", "\"a\"", "} = 1; }.a", ""),
        ("!(", "true", ")", ""),
        ("-(", "1", ")", ""),
        ("1 + (", "1", ")", ""),
        ("1 - (", "1", ")", ""),
        ("[ ] ++ (", "[ ]", ")", ""),
        ("{ } // (", "{ }", ")", ""),
        ("true && (", "true", ")", "true"),
        ("false || (", "true", ")", "true"),
        ("true -> (", "true", ")", "true"),
        ("(", "{ }", ").a or 1", "1"),
        ("(", "{ }", " ? a)", ""),
        ("builtins.seq 1 (", "1", ")", ""),
        ("builtins.head [ (", "1", ") ]", ""),
        ("toString (", "1", ")", ""),
        ("(builtins.tryEval (", "1", ")).value", ""),
    ] {
        check(nested(open, middle, close, MANY), expected);
    }
}

#[test]
fn long_chains_of_operators_are_evaluated() {
    for (first, next) in [
        ("1", " + 1"),
        ("1", "\n- 1"),
        ("1", "\n* 1"),
        ("[ ]", " ++ [ ]"),
        ("{ }", " // { }"),
        ("true", " && true"),
        ("true", " || true"),
        ("true", " -> true"),
        ("\"a\"", " + \"b\""),
        ("x: x", " x"),
    ] {
        check(format!("{first}{}", next.repeat(20_000)), "");
    }
    // The line that each frame of the trace shows is as long as the text.
    check(
        format!("1{}", " - 1".repeat(20_000)),
        "max-call-depth exceeded",
    );
    check(format!("({{ }}){} or 7", ".a".repeat(20_000)), "7");
    check(format!("(x: {} 1) 1", "(y: y)".repeat(20_000)), "1");
    check(format!("{}1", "x: ".repeat(20_000)), "<LAMBDA>");
}

/// Data `depth` levels deep, made by calls one after the other and by delayed values.
fn data(step: &str, depth: usize) -> String {
    format!("builtins.foldl' (x: _: {step}) 1 (builtins.genList (x: x) {depth})")
}

#[test]
fn builtins_go_through_deep_data() {
    const DEEP: usize = 10_000;
    let check_deep = |text: String, expected: &str| check_to_depth(text, expected, 10_000_000);
    let (list, set) = (data("[ x ]", DEEP), data("{ a = x; }", DEEP));
    for value in [list, set] {
        for (use_of_it, expected) in [
            ("builtins.stringLength (builtins.toJSON v) > 10000", "true"),
            ("v == w", "true"),
            ("builtins.elem v [ w ]", "true"),
            ("builtins.deepSeq v 1", "1"),
            (
                "builtins.length (builtins.attrNames (builtins.groupBy (x: \"a\") [ v w ]))",
                "1",
            ),
            (
                "builtins.tryEval (builtins.deepSeq v (throw \"x\"))",
                "false",
            ),
            (
                "builtins.length (builtins.genericClosure { startSet = [ { key = [ 1 ]; inherit v; } ]; operator = x: [ ]; })",
                "1",
            ),
            ("builtins.trace v 1", "1"),
            ("builtins.addErrorContext v (throw \"x\")", ""),
            ("throw v", "cannot coerce"),
            ("\"${v}\"", "cannot coerce"),
            ("v + 1", "error"),
            (
                "(derivation { name = \"n\"; system = \"s\"; builder = \"b\"; __structuredAttrs = true; inherit v; }).drvPath",
                "/nix/store/",
            ),
            ("builtins.stringLength (builtins.toXML v)", ""),
        ] {
            check_deep(
                format!("let v = {value}; w = {value}; in {use_of_it}"),
                expected,
            );
        }
    }
    let nested_list = data("[ x \"a\" ]", DEEP);
    for use_of_it in [
        "toString v",
        "builtins.concatStringsSep \"\" v",
        "(derivation { name = \"n\"; system = \"s\"; builder = \"b\"; inherit v; }).drvPath",
        "(derivation { name = \"n\"; system = \"s\"; builder = \"b\"; args = v; }).drvPath",
        "v < v",
        "builtins.sort (a: b: a < b) [ v v ]",
        "builtins.toJSON { outPath = v; }",
    ] {
        check_deep(format!("let v = {nested_list}; in {use_of_it}"), "");
    }
    check_deep(
        format!(
            "toString ({})",
            data("{ __toString = self: \"${x}\"; }", DEEP).replacen(") 1 ", ") \"a\" ", 1)
        ),
        "",
    );
    check_deep(
        format!(
            "\"${{{}}}\"",
            data("{ outPath = x; }", DEEP).replacen(") 1 ", ") \"a\" ", 1)
        ),
        "",
    );
    check_deep(
        format!(
            "({}) 1",
            data("{ __functor = self: x; }", DEEP).replacen(") 1 ", ") (x: _: x) ", 1)
        ),
        "",
    );
}

#[test]
fn a_million_levels_of_data() {
    const MILLION: usize = 1_000_000;
    let value = data("[ x ]", MILLION);
    let length = 2 * MILLION + 1;
    for (use_of_it, expected, call_depth_limit) in [
        ("builtins.length v", "1".to_owned(), 10_000),
        ("builtins.deepSeq v 2", "2".to_owned(), 10_000_000),
        ("v == w", "true".to_owned(), 10_000_000),
        (
            "builtins.stringLength (builtins.toJSON v)",
            length.to_string(),
            10_000_000,
        ),
    ] {
        let text = format!("let v = {value}; w = {value}; in {use_of_it}");
        let found = std::thread::Builder::new()
            .stack_size(STACK)
            .spawn(move || {
                let settings = Settings {
                    call_depth_limit,
                    ..Settings::default()
                };
                answer_with(text.as_bytes(), settings)
            })
            .expect("a thread can be started")
            .join()
            .expect("evaluation does not panic");
        assert_eq!(found, expected, "{use_of_it}");
    }
}

#[test]
fn levels_of_data_count_as_calls() {
    let list = data("[ x ]", 20_000);
    for use_of_it in [
        "builtins.toJSON v",
        "v == w",
        "builtins.deepSeq v 1",
        "toString v",
        "v",
    ] {
        check(
            format!("let v = {list}; w = {list}; in {use_of_it}"),
            "stack overflow; max-call-depth exceeded",
        );
    }
}

#[test]
fn recursion_ends_with_an_error() {
    for (expression, expected) in [
        ("let f = x: f x; in f 1", "max-call-depth exceeded"),
        ("let f = x: 1 + f x; in f 1", "max-call-depth exceeded"),
        (
            "let f = { a }: f { inherit a; }; in f { a = 1; }",
            "max-call-depth exceeded",
        ),
        ("let x = x; in x", "infinite recursion"),
        ("let x = [ x ]; in x == x", "true"),
        ("let x = [ x ]; y = [ y ]; in x == y", "stack overflow"),
        ("let x = { a = x; }; in builtins.toJSON x", "stack overflow"),
        ("let x = [ x ]; in toString x", "stack overflow"),
        ("let x = [ x ]; in builtins.deepSeq x 1", "1"),
        (
            "let xs = map (x: builtins.head xs) [ 1 ]; in builtins.head xs",
            "max-call-depth exceeded",
        ),
        ("let x = { __functor = self: x; }; in x 1", ""),
        ("let x = { __toString = self: x; }; in toString x", ""),
        ("let x = { outPath = x; }; in \"${x}\"", ""),
        ("let f = n: [ (f (n + 1)) ]; in f 0", ""),
        (
            "let f = n: { a = f (n + 1); }; in builtins.toJSON (f 0)",
            "",
        ),
        (
            "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }",
            "out of memory",
        ),
        (
            "builtins.length (builtins.sort (a: b: true) (builtins.genList (x: x) 100000))",
            "100000",
        ),
    ] {
        check(expression, expected);
    }
}

/// Each of these builtins begins a heap-allocated stack on the native one, whose limit counts that.
#[test]
fn recursion_through_rare_builtins_is_as_deep_as_any() {
    for (step, expected) in [
        ("builtins.unsafeDiscardStringContext (f (n - 1))", "\"x\""),
        ("builtins.appendContext (f (n - 1)) { }", "\"x\""),
        (
            "if builtins.hasContext (f (n - 1)) then \"y\" else \"x\"",
            "\"x\"",
        ),
        (
            "builtins.flakeRefToString { type = \"path\"; path = f (n - 1); }",
            "path:path:",
        ),
        (
            "builtins.seq (builtins.toFile \"x\" (f (n - 1))) \"x\"",
            "\"x\"",
        ),
        (
            "builtins.seq (builtins.fetchTarball { url = \"u\"; sha256 = f (n - 1); }) \"x\"",
            "error",
        ),
        (
            "builtins.substring 0 1 (builtins.addDrvOutputDependencies (f (n - 1)))",
            "error",
        ),
    ] {
        check(
            format!("let f = n: if n == 0 then \"x\" else {step}; in f 2500"),
            expected,
        );
    }
}

#[test]
fn enormous_sizes_are_refused() {
    for expression in [
        "builtins.genList (x: x) 9223372036854775807",
        "builtins.genList (x: x) 4294967296",
        "builtins.genList (x: x) 100000000",
        "let f = s: n: if n == 0 then s else f (s + s) (n - 1); in f \"aaaaaaaa\" 60",
        "let f = s: n: if n == 0 then s else f (s ++ s) (n - 1); in f [ 1 2 ] 60",
        "let f = s: n: if n == 0 then s else f \"${s}${s}\" (n - 1); in f \"a\" 60",
        "builtins.replaceStrings [ \"\" ] [ (builtins.concatStringsSep \"\" (builtins.genList (x: \"aaaaaaaaaa\") 100000)) ] (builtins.concatStringsSep \"\" (builtins.genList (x: \"a\") 100000))",
        "builtins.concatLists (builtins.genList (x: builtins.genList (y: y) 100000) 100000)",
        "builtins.concatMap (x: builtins.genList (y: y) 100000) (builtins.genList (x: x) 100000)",
    ] {
        check(expression, "error");
    }
    for (expression, expected) in [
        ("builtins.substring 0 9223372036854775807 \"abc\"", "abc"),
        (
            "builtins.substring 9223372036854775807 9223372036854775807 \"abc\"",
            "\"\"",
        ),
        ("builtins.elemAt [ 1 ] 9223372036854775807", "index"),
        ("builtins.elemAt [ 1 ] (-9223372036854775807 - 1)", "index"),
        ("9223372036854775807 + 1", "integer overflow"),
        ("(-9223372036854775807 - 1) / (-1)", "integer overflow"),
        ("builtins.genList (x: x) (-1)", "error"),
        ("9223372036854775808", "error"),
        ("1.0e999", "error"),
        ("1.0e308 * 1.0e308", "inf"),
        ("builtins.floor 1.0e300", "error"),
        ("builtins.ceil (0.0 * (1.0e308 * 1.0e308))", "error"),
        ("builtins.fromJSON \"1e999\"", ""),
        ("builtins.fromJSON \"123456789012345678901234567890\"", ""),
    ] {
        check(expression, expected);
    }
}

#[test]
fn bytes_that_are_no_text_are_data_or_an_error() {
    for text in [
        b"\xff".as_slice(),
        b"\"\xff\xfe\"",
        b"{ \"\xff\" = 1; }",
        b"# \xff\n1",
        b"\"a\0b\"",
        b"1 \0",
        b"\0",
        b"''\xff\n\0''",
        b"./\xff",
        b"throw \"\xff\"",
        b"builtins.match \"\xff.\" \"\xff\xff\"",
        b"builtins.split \"(.)\" \"\xc3\xa9\xff\"",
        b"builtins.fromJSON \"\\\"\xff\\\"\"",
        b"fromTOML \"a = \xff\"",
        b"builtins.toFile \"\xff\" \"\"",
        b"builtins.hashString \"sha256\" \"\xff\"",
        b"(derivation { name = \"n\"; system = \"\xff\"; builder = \"\0\"; }).drvPath",
        b"\xef\xbb\xbf1",
        b"\r\n1\r",
        b"/* ",
        b"\"",
        b"''",
        b"\"${",
        b"",
    ] {
        check(text, "");
    }
}

#[test]
fn ten_megabytes_are_read() {
    const SIZE: usize = 10 << 20;
    check(
        format!("builtins.stringLength \"{}\"", "a".repeat(SIZE)),
        "10485760",
    );
    check(
        format!("builtins.stringLength ''{}''", " \n".repeat(SIZE / 2)),
        "5242879",
    );
    check(format!("# {}\n1", "a".repeat(SIZE)), "1");
    check(
        format!("builtins.length [ {} ]", "1 ".repeat(SIZE / 2)),
        "5242880",
    );
    check("(".repeat(SIZE), "error");
    check("[".repeat(SIZE), "error");
    check("a.".repeat(SIZE / 2), "error");
    check("\"${".repeat(SIZE / 3), "error");
    check("{a=".repeat(SIZE / 3), "error");
    check("{ inherit \"${".repeat(SIZE / 12), "error");
    check("x: ".repeat(SIZE / 3), "error");
    check("let a = 1; ".repeat(SIZE / 11), "error");
}
