//! Parser, resolver and printer against what the reference says to the cases in `tests/syntax`, and against hostile inputs.

use bstr::{BString, ByteSlice};
use drvlab_lang::ir::{Expr, Ir, Root};
use drvlab_lang::source::{Origin, Pos, SourceMap};
use drvlab_lang::symbol::{Symbol, Symbols};
use drvlab_lang::syntax::{self, ParseContext};
use rustc_hash::FxHashMap;
use std::path::Path;

/// Global names of the reference that the cases use.
const GLOBALS: &str = "builtins derivation true false null import map abort baseNameOf throw toString removeAttrs isNull \
    scopedImport fetchTarball fetchGit fetchTree fetchMercurial placeholder dirOf break derivationStrict fromTOML \
    __sub __mul __div __lessThan __findFile __nixPath __add __length __head __tail __toJSON __storeDir __currentTime \
    __currentSystem __langVersion __nixVersion __fetchurl";

/// What came out of parsing a text.
struct Parsed {
    ir: Ir,
    symbols: Symbols,
    /// The lines of a case.
    outcome: Vec<BString>,
    root: Option<Root>,
}

fn parse_with(text: &[u8], scope: &[&str], pipe_operators: bool) -> Parsed {
    let (mut ir, mut symbols, mut sources) = (Ir::default(), Symbols::new(), SourceMap::default());
    let globals: FxHashMap<Symbol, u32> = GLOBALS
        .split_whitespace()
        .enumerate()
        .map(|(index, name)| (symbols.intern(name.as_bytes()), index as u32))
        .collect();
    let scope: Vec<Symbol> = scope
        .iter()
        .map(|name| symbols.intern(name.as_bytes()))
        .collect();
    let base = sources
        .add(
            Origin::File(b"/base/a/b/case.nix".as_slice().into()),
            text.into(),
        )
        .expect("the text is small");
    let mut warnings = Vec::new();
    let result = syntax::parse(ParseContext {
        ir: &mut ir,
        symbols: &mut symbols,
        sources: &sources,
        base,
        base_dir: b"/base/a/b",
        home: Some(b"/home/case"),
        globals: &globals,
        scope: (!scope.is_empty()).then_some(&scope),
        pipe_operators,
        warnings: &mut warnings,
    });
    let line = |kind: &str, pos: Pos, message: &[u8]| -> BString {
        let at = sources
            .locate(pos)
            .expect("every error of the syntax has a place");
        [
            format!("{kind} {}:{} ", at.line, at.column).as_bytes(),
            message,
        ]
        .concat()
        .into()
    };
    let mut outcome: Vec<BString> = warnings
        .iter()
        .map(|warning| line("warning", warning.span.start, &warning.message))
        .collect();
    outcome.push(match &result {
        Ok(root) => [
            b"prints ".as_slice(),
            &syntax::print(&ir, &symbols, root.expr),
        ]
        .concat()
        .into(),
        Err(error) => line("error", error.span.start, &error.message),
    });
    Parsed {
        ir,
        symbols,
        outcome,
        root: result.ok(),
    }
}

fn parse(text: impl AsRef<[u8]>) -> Parsed {
    parse_with(text.as_ref(), &[], true)
}

/// Returns the only line of an outcome.
fn say(text: impl AsRef<[u8]>) -> String {
    parse(text)
        .outcome
        .last()
        .expect("there is an outcome")
        .to_str_lossy()
        .into_owned()
}

fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next().expect("a backslash starts an escape") {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'0' => out.push(0),
            b'x' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let digits = std::str::from_utf8(&digits).expect("hexadecimal digits are ASCII");
                out.push(u8::from_str_radix(digits, 16).expect("\\x has two hexadecimal digits"));
            }
            other => out.push(other),
        }
    }
    out
}

#[test]
fn recorded_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/syntax");
    let (mut count, mut failures) = (0, Vec::new());
    for entry in std::fs::read_dir(&folder).expect("tests/syntax exists") {
        let path = entry.expect("the folder can be listed").path();
        if path
            .extension()
            .is_none_or(|extension| extension != "cases")
        {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("cases are readable");
        for case in text.split("\n--- ").skip(1) {
            let mut lines = case.lines();
            let expression = lines.next().expect("a case has a first line");
            let expected: Vec<BString> = lines
                .filter(|line| !line.is_empty())
                .map(|line| unescape(line).into())
                .collect();
            count += 1;
            let outcome = parse(unescape(expression)).outcome;
            // Messages name the file of a place by the path that it had when it was recorded.
            if outcome
                .iter()
                .map(without_file)
                .ne(expected.iter().map(without_file))
            {
                failures.push(format!(
                    "{expression}\n  expected {expected:?}\n  got      {outcome:?}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count} cases differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count >= 300, "only {count} cases were found");
}

/// Removes the name of the file from a message that names one.
fn without_file(line: &BString) -> BString {
    let Some(start) = line.find("already defined at /base/a/b/") else {
        return line.clone();
    };
    let Some(end) = line.find(".nix:") else {
        return line.clone();
    };
    [&line[..start], &line[end..]].concat().into()
}

/// Runs a test on a stack of 256 kB, as small as that of any platform.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(test)
        .expect("a thread can be started");
    thread.join().expect("the test passes");
}

#[test]
fn deep_nesting_needs_no_stack() {
    on_a_small_stack(|| {
        const DEPTH: usize = 100_000;
        let nested = |open: &str, middle: &str, close: &str| {
            format!("{}{middle}{}", open.repeat(DEPTH), close.repeat(DEPTH))
        };
        for text in [
            nested("(", "1", ")"),
            nested("[", "1", "]"),
            nested("{a=", "1", ";}"),
            nested("rec{a=", "1", ";}"),
            nested("({x}: ", "1", ")"),
            nested("x: ", "1", ""),
            nested("!", "true", ""),
            nested("-", " 1", ""),
            nested("if true then 1 else ", "1", ""),
            nested("if ", "true", " then true else true"),
            nested("let a = 1; in ", "a", ""),
            nested("assert true; ", "1", ""),
            nested("with {}; ", "1", ""),
            nested("\"${", "1", "}\""),
            nested("''${", "1", "}''"),
            nested("./a${", "1", "}"),
            nested("{inherit (", "{}", ") a;}"),
            nested("", "1", " + 1"),
            nested("", "[]", " ++ []"),
            nested("", "true", " -> true"),
            nested("x: ", "x", ""),
            nested("", "x: x", " x"),
            nested("", "x: x", ".a"),
            nested("", "x: x", " ? a"),
            nested("", "x: x", " |> x"),
            format!("x: {}", nested("x <| ", "x", "")),
            format!("x: {}", nested("x.a or ", "x", "")),
            format!("{{ {}b = 1; }}", "a.".repeat(DEPTH)),
            format!(
                "{{ {}{} }}",
                nested("a={", "x=1;", "};"),
                nested("a={", "y=1;", "};")
            ),
        ] {
            let outcome = say(&text);
            assert!(outcome.starts_with("prints "), "{}: {outcome}", &text[..40]);
        }
        assert_eq!(
            say("(".repeat(DEPTH)),
            "error 1:100001 syntax error, unexpected end of file"
        );
        assert_eq!(
            say("{a=".repeat(DEPTH)),
            "error 1:300001 syntax error, unexpected end of file"
        );
    });
}

#[test]
fn nesting_beyond_the_ir_is_an_error() {
    let text = format!("{}a", "with {}; ".repeat(100_000));
    assert_eq!(say(text), "error 1:900001 'with' is nested too deeply");
    let text = format!("a: {}a{}", "({x}: ".repeat(70_000), ")".repeat(70_000));
    assert!(say(text).ends_with("functions are nested too deeply"));
}

#[test]
fn large_and_broken_texts_end_quickly() {
    let mut noise = vec![0u8; 10_000_000];
    let mut state = 1u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    assert!(say(&noise).starts_with("error "));
    for start in ["\"", "''", "/*", "#", "a.", "<a", "a:"] {
        let text = start.repeat(10_000_000 / start.len());
        let outcome = parse(&text);
        assert_eq!(outcome.outcome.len(), 1, "{start}");
    }
    assert!(say("x".repeat(10_000_000)).starts_with("error 1:1 undefined variable 'xxx"));
}

#[test]
fn pipes_need_the_experimental_feature() {
    let parsed = parse_with(b"x: x |> x", &[], false);
    let expected = "error 1:6 experimental Nix feature 'pipe-operators' is disabled; \
        add '--extra-experimental-features pipe-operators' to enable it";
    assert_eq!(parsed.outcome, [expected]);
}

#[test]
fn an_outer_scope_lives_in_a_frame_around_the_root() {
    let parsed = parse_with(b"[ true b ]", &["true", "b"], true);
    let root = parsed.root.expect("the names are in scope");
    let Expr::List(elements) = parsed.ir.expr(root.expr) else {
        panic!("a list")
    };
    let slots: Vec<_> = parsed.ir.lists[elements.range()]
        .iter()
        .map(|&element| match parsed.ir.expr(element) {
            Expr::Outer { depth, slot, .. } => (depth, slot),
            other => panic!("{other:?} is not in an outer frame"),
        })
        .collect();
    assert_eq!(slots, [(1, 0), (1, 1)]);
    assert_eq!(root.frame_slots, 0);
}

#[test]
fn curried_functions_share_a_frame_with_their_lets() {
    let parsed = parse("a: b: { c, d ? a }@e: let f = c; g = b; in with e; [ f g h (z: z + b) ]");
    let root = parsed.root.expect("every name is known");
    let Expr::Lambda(outer) = parsed.ir.expr(root.expr) else {
        panic!("a function")
    };
    let lambda = parsed.ir.lambda(outer);
    // a, b, the whole set, c, d, f, g and the scope of the `with`
    assert_eq!((lambda.parameters.len, lambda.frame_slots), (3, 8));
    let locals: Vec<_> = parsed
        .ir
        .exprs
        .iter()
        .filter_map(|expr| match *expr {
            Expr::Local { slot, name } => {
                Some((parsed.symbols.name(name).to_str_lossy().into_owned(), slot))
            }
            _ => None,
        })
        .collect();
    for (name, slot) in [
        ("a", 0),
        ("b", 1),
        ("e", 2),
        ("c", 3),
        ("f", 5),
        ("g", 6),
        ("z", 0),
    ] {
        assert!(
            locals.contains(&(name.to_owned(), slot)),
            "{name} is in slot {slot}: {locals:?}"
        );
    }
    assert!(parsed.ir.exprs.iter().any(|expr| matches!(
        expr,
        Expr::Outer {
            depth: 1,
            slot: 1,
            ..
        }
    )));
    assert!(
        parsed
            .ir
            .exprs
            .iter()
            .any(|expr| matches!(expr, Expr::WithVar { len: 1, .. }))
    );
    assert_eq!(parsed.ir.with_scopes.len(), 1);
    assert_eq!(
        (
            parsed.ir.with_scopes[0].depth,
            parsed.ir.with_scopes[0].slot
        ),
        (0, 7)
    );
}

#[test]
fn redefined_operators_become_calls() {
    let calls = |text: &str| {
        parse(text)
            .ir
            .exprs
            .iter()
            .filter(|expr| matches!(expr, Expr::Call { .. }))
            .count()
    };
    assert_eq!(calls("1 - 2 * 3 <= 4"), 0);
    assert_eq!(calls("let __sub = 1; in 1 - 2 * 3 <= -4"), 2);
    assert_eq!(calls("with { __sub = 1; }; 1 - 2"), 0);
}

#[test]
fn functions_are_named_after_their_binding() {
    let parsed = parse("{ a.b = x: { y }: z: 1; ${\"c\" + \"d\"} = x: 2; }");
    let names: Vec<_> = parsed
        .ir
        .lambdas
        .iter()
        .map(|lambda| {
            lambda
                .name
                .map(|name| parsed.symbols.name(name).to_str_lossy().into_owned())
        })
        .collect();
    assert_eq!(names, [Some("b".to_owned()), Some("b".to_owned()), None]);
}

#[test]
fn calls_are_where_the_reference_reports_them() {
    let column = |text: &str| {
        let parsed = parse(text);
        let root = parsed.root.expect("the text is right");
        parsed.ir.pos(root.expr).0 - Pos(1).0 + 1
    };
    // Recorded from the positions of "attempt to call something which is not a function".
    assert_eq!(column("1 |> 2"), 3);
    assert_eq!(column("2 <| 1"), 3);
    assert_eq!(column("1 |> 2 3"), 6);
    assert_eq!(column("(1 + 1) 2"), 1);
    assert_eq!(column("((1)) 2 3"), 1);
    assert_eq!(column("1 - 2"), 3);
    assert_eq!(column("-1"), 1);
}
