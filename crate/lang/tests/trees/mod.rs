//! Trees of files at random, and edits of them.
//!
//! Expressions are mostly well typed, so that evaluations get far; files use each other in the ways that package sets do.

/// Numbers at random (xorshift64*).
pub struct Random(u64);

impl Random {
    /// Starts a sequence.
    pub fn new(seed: u64) -> Self {
        let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..4 {
            random.below(2);
        }
        random
    }

    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        number as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// What is done to a tree.
pub enum Edit {
    /// A file has another text.
    Text(String, String),
    /// A file is there no longer.
    Removed(String),
    /// A file is new.
    Added(String, String),
    /// It is evaluated again as it is.
    Nothing,
}

/// How many files with code there are.
const FILES: usize = 6;

/// A set so large that `//` does not copy it.
const MANY: &str =
    "(builtins.listToAttrs (builtins.genList (i: { name = \"k${toString i}\"; value = i; }) 40))";

/// Asks for what `builtins.toFile "t" "s"` makes, without saying so.
const IN_STORE: &str =
    "(toString (builtins.pathExists \"/nix/store/zqbhvsgscx53pikdis1j69mljh4p10mb-t\"))";

/// What a made-up expression evaluates to.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    Text,
    List,
    Set,
    Function,
}

/// A tree of files: `f0.nix` is the entry, those with even numbers are functions of an optional set, the others are sets.
pub struct Tree {
    files: drvlab_store::OrderedMap<String, String>,
    last: String,
    entry: &'static str,
}

impl Tree {
    /// Makes one up.
    pub fn new(random: &mut Random) -> Self {
        let mut files = drvlab_store::OrderedMap::new();
        for file in 0..FILES {
            files.insert(format!("/p/f{file}.nix"), code(random, file));
        }
        for (path, text) in [
            ("/p/text", "some text\n"),
            ("/p/dir/a", "a"),
            ("/p/dir/b/c", "c"),
            ("/p/set.json", r#"{"a": 1, "z": [2]}"#),
        ] {
            files.insert(path.into(), text.into());
        }
        let last = format!("/p/f{}.nix", random.below(FILES));
        Tree {
            files,
            last,
            entry: "",
        }
    }

    /// Returns all files.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Returns the attribute that is evaluated now.
    pub fn entry(&mut self, random: &mut Random) -> &'static str {
        if random.one_in(4) {
            self.entry = random.of(&["", "", "a", "s", "l", "n", "d", "d"]);
        }
        self.entry
    }

    /// Makes an edit.
    pub fn edit(&mut self, random: &mut Random) -> Edit {
        if random.one_in(3) {
            let paths: Vec<&String> = self.files.keys().collect();
            self.last = paths[random.below(paths.len())].clone();
        }
        let path = self.last.clone();
        match random.below(30) {
            0 => return Edit::Nothing,
            1 if self.files.remove(&path).is_some() => return Edit::Removed(path),
            2 => {
                let path = format!("/p/dir/n{}", random.below(3));
                self.files.insert(path.clone(), "new".into());
                return Edit::Added(path, "new".into());
            }
            _ => {}
        }
        let Some(old) = self.files.get(&path) else {
            let text = "{ a = 1; s = \"s\"; l = [ ]; n = { }; }";
            self.files.insert(path.clone(), text.into());
            return Edit::Added(path, text.into());
        };
        let number = path
            .strip_prefix("/p/f")
            .and_then(|rest| rest.strip_suffix(".nix"))
            .and_then(|number| number.parse::<usize>().ok());
        let text = match (random.below(8), number) {
            (0, Some(number)) => code(random, number),
            (1 | 2, _) => changed_number(random, old),
            (3, _) => format!("\n{old}"),
            (4, _) => old.trim_start().to_owned(),
            (5, Some(_)) => replaced_binding(random, old),
            _ => typed(random, old),
        };
        self.files.insert(path.clone(), text.clone());
        Edit::Text(path, text)
    }
}

/// Replaces a digit.
pub fn changed_number(random: &mut Random, old: &str) -> String {
    let digits: Vec<usize> = old
        .bytes()
        .enumerate()
        .filter(|(_, byte)| byte.is_ascii_digit())
        .map(|(at, _)| at)
        .collect();
    let mut text = old.to_owned();
    if !digits.is_empty() {
        let at = digits[random.below(digits.len())];
        text.replace_range(at..=at, &random.below(10).to_string());
    }
    text
}

/// Takes a character out, or puts one in.
pub fn typed(random: &mut Random, old: &str) -> String {
    let mut text = old.to_owned();
    let at = random.below(text.len() + 1);
    if at < text.len() && random.one_in(2) {
        text.remove(at);
    } else {
        text.insert_str(
            at,
            random.of(&[" ", "1", "x", ";", "\"", "a", "zz", "}", "# c\n"]),
        );
    }
    text
}

/// Gives a binding another value.
fn replaced_binding(random: &mut Random, old: &str) -> String {
    let (name, kind) = random.of(&[
        ("\n  a = ", Kind::Int),
        ("\n  s = ", Kind::Text),
        ("\n  l = ", Kind::List),
        ("\n  n = ", Kind::Set),
    ]);
    let Some(start) = old.find(name) else {
        return old.to_owned();
    };
    let rest = &old[start + name.len()..];
    let Some(end) = rest.find(";\n") else {
        return old.to_owned();
    };
    let mut writer = Writer {
        random,
        file: 1,
        variables: Vec::new(),
    };
    let value = writer.expression(kind, 3);
    [&old[..start], name, &value, &rest[end..]].concat()
}

/// Makes up a file.
fn code(random: &mut Random, file: usize) -> String {
    let mut writer = Writer {
        random,
        file,
        variables: Vec::new(),
    };
    let mut text = String::new();
    let mut text_end = "}\n";
    if file.is_multiple_of(2) {
        text.push_str("{ k ? 3, t ? \"t\", ... }@args:\n");
        writer.variables = vec![
            ("k".into(), Kind::Int),
            ("t".into(), Kind::Text),
            ("args".into(), Kind::Set),
        ];
    }
    let lets = writer.random.below(4);
    if lets > 0 {
        text.push_str("let\n");
        let mut bindings = Vec::new();
        for index in 0..lets {
            let kind =
                writer
                    .random
                    .of(&[Kind::Int, Kind::Text, Kind::List, Kind::Set, Kind::Function]);
            bindings.push((format!("v{index}"), kind));
        }
        if writer.random.one_in(2) {
            writer.variables.extend(bindings.iter().cloned());
        }
        for (name, kind) in &bindings {
            let value = writer.expression(*kind, 3);
            text.push_str(&format!("  {name} = {value};\n"));
        }
        writer.variables.retain(|(name, _)| !name.starts_with('v'));
        writer.variables.extend(bindings);
        text.push_str("in\n");
    }
    if writer.random.one_in(4) {
        let first = writer.expression(Kind::Int, 3);
        text.push_str(&format!("builtins.seq {first} (\n"));
        text_end = "})\n";
    }
    let recursive = writer.random.one_in(2);
    if recursive {
        text.push_str("rec ");
        writer.variables.push(("a".into(), Kind::Int));
        writer.variables.push(("n".into(), Kind::Set));
    }
    text.push('{');
    for (name, kind) in [
        ("a", Kind::Int),
        ("s", Kind::Text),
        ("l", Kind::List),
        ("n", Kind::Set),
        ("f", Kind::Function),
    ] {
        let value = writer.expression(kind, 4);
        text.push_str(&format!("\n  {name} = {value};\n"));
    }
    let (name, setting) = (writer.random.below(3), writer.expression(Kind::Text, 3));
    text.push_str(&format!(
        "\n  d = derivation {{ name = \"d{name}\"; system = \"x\"; builder = \"/b\"; setting = {setting}; }};\n"
    ));
    text.push_str(text_end);
    text
}

/// Writes expressions.
struct Writer<'a> {
    random: &'a mut Random,
    file: usize,
    variables: Vec<(String, Kind)>,
}

impl Writer<'_> {
    fn int(&mut self, depth: usize) -> String {
        self.expression(Kind::Int, depth)
    }

    fn text(&mut self, depth: usize) -> String {
        self.expression(Kind::Text, depth)
    }

    fn list(&mut self, depth: usize) -> String {
        self.expression(Kind::List, depth)
    }

    fn set(&mut self, depth: usize) -> String {
        self.expression(Kind::Set, depth)
    }

    fn function(&mut self, depth: usize) -> String {
        self.expression(Kind::Function, depth)
    }

    /// Writes an expression that brings a variable into scope.
    fn with_variable(&mut self, name: &str, kind: Kind, body: Kind, depth: usize) -> String {
        self.variables.push((name.into(), kind));
        let body = self.expression(body, depth);
        self.variables.pop();
        body
    }

    fn expression(&mut self, kind: Kind, depth: usize) -> String {
        if depth == 0 || self.random.one_in(6) {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        if self.random.one_in(3) {
            return self.any(kind, depth);
        }
        match kind {
            Kind::Int => self.int_of_parts(depth),
            Kind::Text => self.text_of_parts(depth),
            Kind::List => self.list_of_parts(depth),
            Kind::Set => self.set_of_parts(depth),
            Kind::Function => self
                .with_variable("x", Kind::Int, Kind::Int, depth)
                .pipe("(x: ", ")"),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        let known: Vec<String> = self
            .variables
            .iter()
            .filter(|(_, other)| *other == kind)
            .map(|(name, _)| name.clone())
            .collect();
        if !known.is_empty() && !self.random.one_in(3) {
            return known[self.random.below(known.len())].clone();
        }
        match kind {
            Kind::Int => self.random.below(10).to_string(),
            Kind::Text => self.random.of(&["\"s\"", "\"\"", "\"long text 1\""]).into(),
            Kind::List => self.random.of(&["[ ]", "[ 1 2 ]", "[ 3 (1 + 1) ]"]).into(),
            Kind::Set => self
                .random
                .of(&["{ }", "{ p = 1; }", "{ q = 2 + 2; b = \"b\"; }", MANY])
                .into(),
            Kind::Function => self
                .random
                .of(&["(x: x)", "(y: y + 1)", "(builtins.add 1)"])
                .into(),
        }
    }

    /// Another file, as a set.
    fn file(&mut self) -> String {
        let to = if self.random.one_in(25) || self.file + 1 >= FILES {
            self.random.below(FILES)
        } else {
            self.file + 1 + self.random.below(FILES - self.file - 1)
        };
        let path = match self.random.below(6) {
            0 => format!("<here/f{to}.nix>"),
            1 => format!("(./. + \"/f{to}.nix\")"),
            _ => format!("./f{to}.nix"),
        };
        if !to.is_multiple_of(2) {
            return match self.random.below(8) {
                0 => format!(
                    "(builtins.scopedImport {{ inherit builtins import derivation map; z = 1; }} {path})"
                ),
                _ => format!("(import {path})"),
            };
        }
        let arguments = match self.random.below(7) {
            0 => self.set(1),
            1 => format!("{{ k = {}; }}", self.int(1)),
            2 => "{ k = 5; }".into(),
            3 => "{ k = 5; n.m = [ \"x\" ./dir ]; }".into(),
            _ => "{ }".into(),
        };
        format!("(import {path} {arguments})")
    }

    /// Forms that any value can have.
    fn any(&mut self, kind: Kind, depth: usize) -> String {
        let name = match kind {
            Kind::Int => "a",
            Kind::Text => "s",
            Kind::List => "l",
            Kind::Set => "n",
            Kind::Function => "f",
        };
        match self.random.below(26) {
            0..=6 => format!("{}.{name}", self.file()),
            7 => {
                let value = self.expression(kind, depth);
                let body = self.with_variable("w", kind, kind, depth);
                format!("(let w = {value}; in {body})")
            }
            8 => format!(
                "(if {} < {} then {} else {})",
                self.int(depth),
                self.int(depth),
                self.expression(kind, depth),
                self.expression(kind, depth)
            ),
            9 => format!(
                "(builtins.seq {} {})",
                self.set(depth),
                self.expression(kind, depth)
            ),
            10 => format!(
                "(builtins.deepSeq {} {})",
                self.list(depth),
                self.expression(kind, depth)
            ),
            11 => {
                let (shown, value) = (self.text(depth), self.expression(kind, depth));
                format!("(builtins.trace {shown} {value})")
            }
            12 => {
                let shown = if self.random.one_in(2) {
                    self.file()
                } else {
                    self.set(depth)
                };
                let value = self.expression(kind, depth);
                format!("(builtins.trace {shown} {value})")
            }
            13 => format!(
                "(let t = builtins.tryEval {}; in if t.success then t.value else {})",
                self.expression(kind, depth),
                self.leaf(kind)
            ),
            14 if self.random.one_in(3) => "(throw \"thrown\")".into(),
            15 => format!(
                "(assert {} == {}; {})",
                self.set(1),
                self.set(1),
                self.expression(kind, depth)
            ),
            16 => format!(
                "({}.z or {})",
                self.set(depth),
                self.expression(kind, depth)
            ),
            17 => format!("(with {}; {name})", self.file()),
            18 => format!("(let inherit ({}) {name}; in {name})", self.file()),
            19 => format!(
                "(builtins.addErrorContext {} {})",
                self.text(1),
                self.expression(kind, depth)
            ),
            20 => format!(
                "(builtins.warn {} {})",
                self.text(1),
                self.expression(kind, depth)
            ),
            21 => {
                let value = self.expression(kind, depth);
                let set = self.with_variable("self.v", kind, Kind::Set, depth);
                format!("(let fix = f: let r = f r; in r; in fix (self: {{ v = {value}; w = {set}; u = self.v; }})).u")
                    .pipe("(", ")")
            }
            22 => format!("((x: {{ y = x; }}) {}).y", self.expression(kind, depth)).pipe("(", ")"),
            23 if self.random.one_in(4) => format!("{}.{name}", self.set(depth)),
            24 => format!("(let a = b; b = {}; in a)", self.expression(kind, depth)),
            _ => self.expression(kind, depth),
        }
    }

    fn int_of_parts(&mut self, depth: usize) -> String {
        match self.random.below(13) {
            0..=2 => format!("({} + {})", self.int(depth), self.int(depth)),
            3 => format!("({} * {})", self.int(depth), self.int(depth)),
            4 => format!("(builtins.length {})", self.list(depth)),
            5 => format!("({} {})", self.function(depth), self.int(depth)),
            6 => format!("(builtins.stringLength {})", self.text(depth)),
            7 => format!(
                "(builtins.foldl' (x: y: x + y) {} {})",
                self.int(depth),
                self.list(depth)
            ),
            8 => format!(
                "(if {} == {} then 1 else 2)",
                self.set(depth),
                self.set(depth)
            ),
            9 => "__curPos.line".into(),
            10 => format!(
                "(if {} == {} then 1 else 2)",
                self.list(depth),
                self.list(depth)
            ),
            11 => format!(
                "(let p = builtins.unsafeGetAttrPos \"k\" {}; in if p == null then 0 else p.line)",
                self.set(depth)
            ),
            _ => format!("(builtins.length (builtins.attrNames {}))", self.set(depth)),
        }
    }

    fn text_of_parts(&mut self, depth: usize) -> String {
        match self.random.below(22) {
            0 | 1 => format!("\"{}-${{{}}}\"", self.random.below(10), self.text(depth)),
            2 => format!("({} + {})", self.text(depth), self.text(depth)),
            3 => format!("(toString {})", self.int(depth)),
            4 => "(builtins.readFile ./text)".into(),
            5 => "\"${./dir}\"".into(),
            6 => format!("(builtins.toJSON {})", self.expression(Kind::List, depth)),
            7 => "(builtins.concatStringsSep \",\" (builtins.attrNames (builtins.readDir ./dir)))".into(),
            8 => format!("\"${{{}.d}}\"", self.file()),
            9 => format!("{}.d.drvPath", self.file()),
            10 => format!("\"${{builtins.toFile \"t\" {}}}\"", self.text(1)),
            11 if self.random.one_in(3) => format!("(builtins.readFile (builtins.toFile \"t\" {}))", self.text(1)),
            12 => "(builtins.hashFile \"sha256\" ./dir/a)".into(),
            13 => "\"${builtins.path { path = ./dir; name = \"n\"; filter = p: t: t == \"directory\" || baseNameOf p != \"a\"; }}\"".into(),
            14 => format!(
                "\"${{derivation {{ name = \"n\"; system = \"x\"; builder = \"/b\"; v = {}; }}}}\"",
                self.text(depth)
            ),
            15 => "(toString (builtins.pathExists ./dir/n1))".into(),
            16 => format!("(builtins.unsafeDiscardStringContext {})", self.text(depth)),
            17 => format!("(toString (builtins.tryEval <gone/x>).success + {})", self.text(depth)),
            18 if self.random.one_in(3) => format!("\"${{{}}}\"", self.set(depth)),
            19 => IN_STORE.into(),
            20 => "(builtins.readFile (builtins.toFile \"t\" \"s\"))".into(),
            _ => format!("(builtins.substring 0 3 {})", self.text(depth)),
        }
    }

    fn list_of_parts(&mut self, depth: usize) -> String {
        match self.random.below(10) {
            0 | 1 => format!("[ {} {} ]", self.int(depth), self.int(depth)),
            2 => format!("({} ++ {})", self.list(depth), self.list(depth)),
            3 => format!("(map {} {})", self.function(depth), self.list(depth)),
            4 => format!(
                "(builtins.filter (x: x != {}) {})",
                self.int(1),
                self.list(depth)
            ),
            5 => format!("(builtins.sort (x: y: x < y) {})", self.list(depth)),
            6 => format!(
                "(builtins.genList {} {})",
                self.function(depth),
                self.random.below(4)
            ),
            7 => format!("(let q = {}; in map (x: q) [ 1 2 ])", self.int(depth)),
            8 => format!(
                "(map (e: e.key) (builtins.genericClosure {{ startSet = [ {{ key = {}; }} ]; operator = e: if e.key > 12 then [ ] else [ {{ key = e.key + 5; }} ]; }}))",
                self.int(1)
            ),
            _ => format!(
                "(builtins.map (x: x + {}) {})",
                self.int(depth),
                self.list(depth)
            ),
        }
    }

    fn set_of_parts(&mut self, depth: usize) -> String {
        match self.random.below(17) {
            0 | 1 => format!("{{ p = {}; r = {}; }}", self.int(depth), self.set(depth)),
            2 => format!("(rec {{ p = r; r = {}; }})", self.text(depth)),
            3 | 4 => format!("({} // {})", self.set(depth), self.set(depth)),
            5 => format!("(builtins.mapAttrs (n: v: v) {})", self.set(depth)),
            6 => format!(
                "(builtins.mapAttrs (n: v: {}) {})",
                self.int(depth),
                self.set(depth)
            ),
            7 => format!("{{ ${{{}}} = {}; }}", self.text(1), self.int(depth)),
            8 => format!("(builtins.removeAttrs {} [ \"p\" \"n\" ])", self.set(depth)),
            9 => format!("{{ inherit ({}) a s; }}", self.file()),
            10 => self.file(),
            11 => format!(
                "(builtins.listToAttrs [ {{ name = {}; value = {}; }} ])",
                self.text(1),
                self.list(depth)
            ),
            12 => format!(
                "{{ g = {}; h = {}; }}",
                self.function(depth),
                self.function(depth)
            ),
            13 => "(builtins.fromJSON (builtins.readFile ./set.json))".into(),
            14 => "(builtins.unsafeGetAttrPos \"a\" (import ./f1.nix))".into(),
            15 => format!(
                "(builtins.intersectAttrs {} {})",
                self.set(depth),
                self.set(depth)
            ),
            _ => format!("(builtins.tryEval {})", self.expression(Kind::Set, depth)),
        }
    }
}

/// Puts a text between two others.
trait Between {
    fn pipe(self, before: &str, after: &str) -> String;
}

impl Between for String {
    fn pipe(self, before: &str, after: &str) -> String {
        [before, &self, after].concat()
    }
}
