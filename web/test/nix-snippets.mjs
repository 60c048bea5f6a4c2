// Expressions that `nix-instantiate --parse` (Nix 2.34.8, with `pipe-operators`) accepts or refuses for their grammar.
// Variables need not be bound: scope is the evaluator's business.

export const accepted = [
  "1", "1.5", ".5", "0.5e-3", "1.e3", "a", "_", "a'", "a-b", "or1", "true",
  '""', '"a"', '"\\"\\n\\${a}"', '"${a}"', '"a${b}c${d}"', '"$a"', '"$"', '"$$"', '"$${a}"', '"$$${a}"', '"${"${a}"}"', '"a\nb"',
  "''''", "'' a ''", "''\n  a\n  b\n''", "''${a}''", "''''${a}''", "''a'''b''", "''a''\\nb''", "''$''", "''$$''", "''a'b''", "'' ''$ ''",
  "''\n  ''${a}\n  '''\n  ${b}\n  ''\\t\n''", "'' $${a} ''", "'' ${''${a}''} ''", "'''x''",
  "./a", "../a/b", "/a", "a/b", "./.", "~/a", "a/b.c/d_e-f+g", "./${x}", "./a${x}", "./a/${x}", "./${x}/b", "./a${x}b/c${y}", "/${x}", "~/${x}", "a/${x}.nix", "1/2", "a.b/c",
  "<a>", "<a/b.c>", "http://x.org/a?b=c", "x:x", "mirror://gnu/a.tar.gz",
  "[]", "[ a b.c (d e) [ f ] { } ./x \"y\" ]", "[ a.b or c ]", "[ x: ]".replace("x: ", ""), "[ -1 ]".replace("-1", "(-1)"),
  "{ }", "{ a = 1; }", "{ a.b.c = 1; }", '{ "a" = 1; "b c".d = 2; }', "{ ${a} = 1; }", '{ "${a}" = 1; }', "{ a.${b}.c = 1; }", "{ or = 1; }", "{ a.or = 1; }",
  "{ inherit; }", "{ inherit a; }", '{ inherit a "b" ${"c"}; }', "{ inherit (a) b c; }", "{ inherit (a); }", "{ inherit or; }",
  "rec { a = 1; b = a; }", "let { body = 1; }", "let in 1", "let a = 1; inherit b; in a",
  "x: x", "x: y: x", "_: 1", "{ }: 1", "{ a }: a", "{ a, b }: a", "{ a, b, }: a", "{ a ? 1 }: a", "{ a ? 1, b ? { c = 2; }, ... }: a", "{ ... }: 1", "{ a, ... }: a",
  "{ a }@b: a", "b@{ a }: a", "{ }@a: a", "a@{ }: a", "args@{ a, b ? a, ... }: args", "{\n  a,\n  b,\n}:\na",
  "f x", "f x y", "f (x: x)", "f { }", "f [ ] ./a", "f x.y", "(f)", "f \"a\" ''b''", "f <a>",
  "a.b", "a.b.c", 'a."b"', "a.${b}", 'a."${b}"', "a.b or c", "a.b or c.d", "a.or", "a.b or (c)", "f a.b or c d", "{ a = 1; }.a", "(a).b", "f or", "a or b",
  "a.b or c.d or e",
  "-a", "!a", "!!a", "- -a", "-a.b", "-f x", "!a && b", "!a == b",
  "a + b", "a - b", "a * b", "a / b", "a+b", "a*b", "a ++ b", "a // b", "a//b", "a == b", "a != b", "a < b", "a <= b", "a > b", "a >= b", "a && b", "a || b", "a -> b",
  "a ? b", "a ? b.c", 'a ? "b"', "a ? ${b}", "a ? b && c", "a ? or", "a + b * c", "a ++ b ++ c", "a -> b -> c", "a || b && c", "a // b // c", "a<b", "a |> f", "a |> f |> g", "f <| a", "f <| g <| a",
  "if a then b else c", "if a then if b then c else d else e", "assert a; b", "with a; b", "with a; with b; c", "with a.b; [ c ]",
  "let a = x: x; in a 1", "x: if x then x else x", "a: with a; b", "f (if a then b else c)",
  "# comment\n1", "1 # comment", "/* a */ 1", "1 /* a * b ** / */", "/**/ 1", "/***/ 1", "/* a **/ 1", "a /* b */ // c", "a\t\n\r\n+ b",
  "{ a = 1; # b\n c = 2; /* d */ }", "[ # a\n]", "\"${a # b\n}\"", "''${ /* a */ b }''",
  "{ outPath = ./${a}/b; }", "f ./${a} b", "[ ./${a} ./${b}c ]", "import ./a.nix { inherit b; }", "import (./a + \"/b\")",
  "derivation { name = \"a\"; system = \"b\"; builder = \"/bin/sh\"; args = [ \"-c\" \"echo > $out\" ]; }",
  "a.b.c or (throw \"x\")", "{ a = { b }: b; }", "{ f = { }: { }; g = { }; }", "{ a }: { b }: a", "builtins.map (x: x * 2) [ 1 2 3 ]",
  "''\n  if [ \"$a\" = 'b' ]; then\n    echo ''${c:-d} \\${e}\n  fi\n''", "let inherit (a) b; in b", "{ lib, stdenv ? lib.stdenv, ... }@args: stdenv.mk args",
  "a.b\n  .c", "f\n  { a = 1; }\n  [ b ]", "\"\\\\\"", "''\\''", "''a\\${b}''", "x: -x", "x: !x", "(a: b: a + b) 1 2", "a.b ? c", "!a ? b", "a ? b || c ? d",
];

export const refused = [
  "", "(", ")", "{", "}", "[", "]", "1 +", "+ 1", "{ a }", "{ a = 1 }", "{ a = ; }", "{ = 1; }", "[ a, b ]", "f x: y", "a b: c", "let a = 1; a", "if a then b", "assert a b", "with a b",
  '"', '"a', '"${a', '"${}"', "''", "''a", "''${a", "a.", "a ? ", "a ? (b)", "x: ", "{ a, }", "{ , }: a", "{ a b }: a", "a & b", "a | b", "a = b", "a;", "./${", "/* a",
  "{ inherit a }", "rec 1", "a @ b", "a@b: c", "then", "{ a.b, c }: d", "[ a + b ]", "[ if a then b else c ]".replace("if a then b else c", "if"), "{ ... , a }: a", "let in", "${a}", "a ${b}", "\\a",
];
